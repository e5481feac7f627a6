import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { type ExportFormat, recordingMachine, type ReceiverView } from '@capstan/contracts';
import { AppError } from '@capstan/kernel';
import type { ObjectStore, StoredObject } from '@capstan/object-store';
import { OBJECT_STORE, VERSION } from '@capstan/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import { type Pack, pack } from 'tar-stream';
import { npyOf, samplesOfNpy } from '../chunks/npy';
import { Receivers } from '../receivers/receivers.repository';
import { type ChunkRow, type RecordingRow, type StreamRow, totalChunks } from '../recordings/recording-row';
import { Recordings } from '../recordings/recordings.repository';
import { Resampler } from '../signal/resampler';
import { metricsCsv } from './metrics-csv';
import { sigmfCollection, sigmfMeta } from './sigmf';
import { indexedPng } from './png';
import { chunkLines, levelColour, SPECTROGRAM_BINS, spectrogramPlan } from './spectrogram';
import { wavHeader, wavPart, wavSize } from './kiwi-wav';

/** An export that lies in the object store. */
export interface StoredExport {
  readonly key: string;
  readonly name: string;
  readonly media_type: string;
  readonly size: number;
  readonly sha256: string;
}

interface ExportStream {
  readonly row: StreamRow;
  readonly name: string;
  readonly receiver: ReceiverView | undefined;
  /** Stored chunks, in order. */
  readonly chunks: readonly (ChunkRow & { key: string })[];
}

/** Samples of one stream that may be held at once, for the aligned set. */
const MAX_ALIGNED_SAMPLES = 20_000_000;
const TAR = 'application/x-tar';

/** Makes files for other tools out of stored chunks, streaming: nothing but one chunk is in memory at a time. */
@Injectable()
export class Exports {
  constructor(
    private readonly recordings: Recordings,
    private readonly receivers: Receivers,
    @Inject(OBJECT_STORE) private readonly store: ObjectStore,
  ) {}

  /** @throws AppError `RECORDING_NOT_FOUND`, `SESSION_NOT_READY`, `NO_CAPTURES_FOUND`, `RECORDING_TOO_LARGE` */
  async make(sessionId: string, format: ExportFormat, receiverNo: number | undefined): Promise<StoredExport> {
    const recording = await this.recordings.row(sessionId);
    if (!recordingMachine.isTerminal(recording.status)) {
      throw new AppError('SESSION_NOT_READY', 'The recording is still running');
    }
    const streams = await this.streams(recording, receiverNo);
    const base = `recording_${sessionId.slice(0, 8)}${receiverNo === undefined ? '' : `_${receiverNo}`}`;
    switch (format) {
      case 'csv': {
        const csv = metricsCsv(await this.recordings.chunkRows(sessionId, { receiver_no: receiverNo }));
        return this.put(sessionId, `${base}.csv`, 'text/csv', Readable.from([Buffer.from(csv)]));
      }
      case 'sigmf':
        return this.putTar(sessionId, `${base}.sigmf`, (tar) => this.writeSigmf(tar, recording, streams));
      case 'wav': {
        const [only] = streams;
        return only !== undefined && streams.length === 1
          ? this.put(sessionId, `${base}.wav`, 'audio/wav', Readable.from(this.wavBytes(only)))
          : this.putTar(sessionId, `${base}_wav.tar`, (tar) => this.writeWavs(tar, streams));
      }
      case 'spectrogram':
        return this.put(sessionId, `${base}.png`, 'image/png', Readable.from([await this.spectrogram(recording, streams)]));
      case 'aligned':
        return this.putTar(sessionId, `${base}_aligned.tar`, (tar) => this.writeAligned(tar, recording, streams));
    }
  }

  private async streams(recording: RecordingRow, receiverNo: number | undefined): Promise<ExportStream[]> {
    const [rows, chunks, receivers] = await Promise.all([this.recordings.streams(recording.session_id), this.recordings.chunkRows(recording.session_id, { receiver_no: receiverNo }), this.receivers.all()]);
    const streams = rows
      .map((row) => ({
        row,
        name: `${recording.session_id.slice(0, 8)}-${row.receiver_no}-${row.frequency_hz}`,
        receiver: receivers.find((receiver) => receiver.receiver_id === row.receiver_id),
        chunks: chunks
          .filter((chunk): chunk is ChunkRow & { key: string } => chunk.key !== null && chunk.receiver_no === row.receiver_no && chunk.frequency_hz === row.frequency_hz)
          .sort((a, b) => a.chunk_index - b.chunk_index),
      }))
      .filter((stream) => stream.chunks.length > 0);
    if (streams.length === 0) {
      throw new AppError('NO_CAPTURES_FOUND', 'Nothing was recorded');
    }
    return streams;
  }

  private async writeSigmf(tar: Pack, recording: RecordingRow, streams: readonly ExportStream[]): Promise<void> {
    const members: Array<{ name: string; hash: string }> = [];
    for (const stream of streams) {
      const sha512 = createHash('sha512');
      const size = stream.chunks.reduce((sum, chunk) => sum + 8 * chunk.samples_count, 0);
      await entry(tar, `${stream.name}/${stream.name}.sigmf-data`, size, async (write) => {
        for (const chunk of stream.chunks) {
          const samples = await this.samples(chunk);
          const bytes = Buffer.from(samples.buffer, samples.byteOffset, samples.byteLength);
          sha512.update(bytes);
          await write(bytes);
        }
      });
      const meta = Buffer.from(`${JSON.stringify(this.metaOf(recording, stream, sha512.digest('hex')), null, 2)}\n`);
      await entry(tar, `${stream.name}/${stream.name}.sigmf-meta`, meta.length, (write) => write(meta));
      members.push({ name: stream.name, hash: createHash('sha512').update(meta).digest('hex') });
    }
    const collection = Buffer.from(`${JSON.stringify(sigmfCollection(recording.session_name, recording.created_by, members), null, 2)}\n`);
    await entry(tar, `${recording.session_id.slice(0, 8)}.sigmf-collection`, collection.length, (write) => write(collection));
  }

  private metaOf(recording: RecordingRow, stream: ExportStream, sha512: string): Record<string, unknown> {
    const { receiver, row } = stream;
    return sigmfMeta({
      sampleRate: stream.chunks[0]?.sample_rate_hz ?? 0,
      frequencyHz: Number(row.frequency_hz),
      place: receiver === undefined || receiver.latitude === null || receiver.longitude === null ? null : { latitude: receiver.latitude, longitude: receiver.longitude, altitude: receiver.altitude_asl },
      description: `${recording.session_name}, receiver ${row.receiver_no} (${row.receiver_name})`,
      author: recording.created_by,
      hardware: row.facts?.hardware ?? '',
      recorder: `capstan ${VERSION}`,
      sha512,
      bandHz: row.facts === null ? null : { low: row.facts.low_hz, high: row.facts.high_hz },
      chunks: stream.chunks.map((chunk) => ({
        index: chunk.chunk_index,
        firstSample: Number(chunk.first_sample_index),
        count: chunk.samples_count,
        t0UtcNs: BigInt(chunk.t0_utc_ns),
        lost: chunk.lost_samples,
        gaps: chunk.gaps,
        metrics: chunk.metrics,
        clockQuality: chunk.clock_quality,
      })),
    });
  }

  private async writeWavs(tar: Pack, streams: readonly ExportStream[]): Promise<void> {
    for (const stream of streams) {
      await entry(tar, `${stream.name}.wav`, wavSize(stream.chunks.map((chunk) => chunk.samples_count)), async (write) => {
        for await (const bytes of this.wavBytes(stream)) {
          await write(bytes);
        }
      });
    }
  }

  private async *wavBytes(stream: ExportStream): AsyncIterable<Buffer> {
    const rate = stream.chunks[0]?.sample_rate_hz ?? 0;
    yield wavHeader(wavSize(stream.chunks.map((chunk) => chunk.samples_count)), rate);
    for (const chunk of stream.chunks) {
      yield wavPart({ samples: await this.samples(chunk), t0UtcNs: BigInt(chunk.t0_utc_ns) }, rate);
    }
  }

  /** All receivers on one grid of instants from T0 on, at the nominal rate; what is missing is zero. */
  private async writeAligned(tar: Pack, recording: RecordingRow, streams: readonly ExportStream[]): Promise<void> {
    const slowest = Math.min(...streams.map((stream) => stream.chunks[0]?.sample_rate_hz ?? Number.POSITIVE_INFINITY));
    const rate = Math.floor(slowest / 50) * 50;
    const t0 = BigInt(recording.t0?.getTime() ?? 0) * 1_000_000n;
    const resampler = new Resampler();
    const grid = streams.map((stream) => {
      const last = stream.chunks.at(-1);
      return last === undefined ? 0 : Math.floor(((Number(last.first_sample_index) + last.samples_count) * rate) / last.sample_rate_hz);
    });
    const count = Math.max(...grid);
    if (count > MAX_ALIGNED_SAMPLES) {
      throw new AppError('RECORDING_TOO_LARGE', `An aligned set may have ${MAX_ALIGNED_SAMPLES} samples per receiver`);
    }
    for (const stream of streams) {
      const aligned = new Float32Array(2 * count);
      for (const [at, chunk] of stream.chunks.entries()) {
        await this.alignChunk(aligned, stream.chunks, at, chunk, { rate, t0, resampler, fitted: stream.row.facts?.fitted_rate_hz ?? chunk.sample_rate_hz });
      }
      const file = npyOf(aligned);
      await entry(tar, `${stream.name}.npy`, file.length, (write) => write(file));
    }
    const about = Buffer.from(`${JSON.stringify({ t0_utc_ns: String(t0), sample_rate_hz: rate, samples: count, streams: streams.map((stream) => ({ name: stream.name, receiver_no: stream.row.receiver_no, frequency_hz: Number(stream.row.frequency_hz), place: stream.receiver === undefined ? null : [stream.receiver.latitude, stream.receiver.longitude] })) }, null, 2)}\n`);
    await entry(tar, 'aligned.json', about.length, (write) => write(about));
  }

  /** Grid points whose instants lie in the chunk; its neighbours lend the samples that the filter needs at its edges. */
  private async alignChunk(
    aligned: Float32Array,
    chunks: ExportStream['chunks'],
    at: number,
    chunk: ExportStream['chunks'][number],
    grid: { rate: number; t0: bigint; resampler: Resampler; fitted: number },
  ): Promise<void> {
    const margin = 64;
    const own = await this.samples(chunk);
    const before = chunks[at - 1];
    const after = chunks[at + 1];
    const head = before !== undefined && Number(before.first_sample_index) + before.samples_count === Number(chunk.first_sample_index) ? (await this.samples(before)).slice(-2 * margin) : new Float32Array(2 * margin);
    const tail = after !== undefined && Number(chunk.first_sample_index) + chunk.samples_count === Number(after.first_sample_index) ? (await this.samples(after)).slice(0, 2 * margin) : new Float32Array(2 * margin);
    const source = new Float32Array(head.length + own.length + tail.length);
    source.set(head);
    source.set(own, head.length);
    source.set(tail, head.length + own.length);
    const startSec = Number(BigInt(chunk.t0_utc_ns) - grid.t0) / 1e9;
    const first = Math.max(0, Math.ceil(startSec * grid.rate));
    const end = Math.min(aligned.length / 2, Math.ceil((startSec + chunk.samples_count / grid.fitted) * grid.rate));
    if (end <= first) {
      return;
    }
    const position = (first / grid.rate - startSec) * grid.fitted + head.length / 2;
    aligned.set(grid.resampler.resample(source, position, grid.fitted / grid.rate, end - first), 2 * first);
  }

  /** Time runs downwards; where nothing was recorded it is black. Of several receivers or frequencies the first is shown. */
  private async spectrogram(recording: RecordingRow, [stream]: readonly ExportStream[]): Promise<Buffer> {
    const total = totalChunks(recording);
    const { everyChunk, linesPerChunk } = spectrogramPlan(total);
    const size = linesPerChunk * SPECTROGRAM_BINS;
    const pixels = new Uint8Array(Math.ceil(total / everyChunk) * size);
    for (const chunk of stream?.chunks ?? []) {
      if (chunk.chunk_index % everyChunk === 0) {
        pixels.set(chunkLines(await this.samples(chunk), linesPerChunk), (chunk.chunk_index / everyChunk) * size);
      }
    }
    return indexedPng(pixels, SPECTROGRAM_BINS, levelColour);
  }

  private async samples(chunk: { key: string; sha512: string | null }): Promise<Float32Array> {
    const parts: Buffer[] = [];
    for await (const part of await this.store.get(chunk.key)) {
      parts.push(part as Buffer);
    }
    const file = Buffer.concat(parts);
    if (chunk.sha512 !== null && createHash('sha512').update(file).digest('hex') !== chunk.sha512) {
      throw new AppError('OBJECT_PRUNED', 'A stored chunk is not what was recorded');
    }
    return samplesOfNpy(file);
  }

  private async putTar(sessionId: string, name: string, write: (tar: Pack) => Promise<void>): Promise<StoredExport> {
    const tar = pack();
    const writing = write(tar).then(
      () => tar.finalize(),
      (error: Error) => tar.destroy(error),
    );
    const [stored] = await Promise.all([this.put(sessionId, name, TAR, Readable.from(tar)), writing]);
    return stored;
  }

  private async put(sessionId: string, name: string, mediaType: string, body: Readable): Promise<StoredExport> {
    const { key, size, sha256 }: StoredObject = await this.store.put(`sessions/${sessionId}/exports/${name}`, body, { mediaType });
    return { key, name, media_type: mediaType, size, sha256 };
  }
}

/** One file of a tar, written as the reader takes it. */
async function entry(tar: Pack, name: string, size: number, write: (put: (bytes: Buffer) => Promise<void>) => Promise<void>): Promise<void> {
  let done: (error?: Error | null) => void = () => undefined;
  const finished = new Promise<void>((resolve, reject) => {
    done = (error) => (error ? reject(error) : resolve());
  });
  // A fixed time keeps exports of the same recording the same, byte for byte.
  const sink = tar.entry({ name, size, mtime: new Date(0), mode: 0o644 }, (error) => done(error)) as unknown as NodeJS.WritableStream;
  await write((bytes) => new Promise((resolve) => void (sink.write(bytes) ? resolve() : sink.once('drain', resolve))));
  sink.end();
  await finished;
}
