import { recordingEvents } from '@capstan/contracts';
import { type Clock, isoTime } from '@capstan/kernel';
import { Outbox } from '@capstan/messaging';
import { rows, type SqlRunner, transaction } from '@capstan/persistence';
import { CLOCK, Metrics } from '@capstan/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { ChunkPlan } from '../chunks/chunk-plan';
import { GatheringWriter } from '../database/gathering-writer';
import { chunksDone } from './progress-due';
import { isLive, type LastNumbers, type StreamRow, totalChunks } from './recording-row';
import { Recordings } from './recordings.repository';
import type { StreamKey } from './stream-key';

/** A chunk that is in the object store, or of which nothing came. */
export interface FinishedChunk extends StreamKey {
  readonly receiverId: string;
  readonly index: number;
  readonly key: string | null;
  readonly firstSample: number;
  readonly count: number;
  readonly sampleRate: number;
  readonly t0UtcNs: bigint;
  /** Unix milliseconds; the same for the same chunk however often it is stored. */
  readonly recordedAt: number;
  readonly clockQuality: LastNumbers['clock_quality'];
  readonly clockErrorNs: number;
  readonly lost: number;
  readonly gaps: ReadonlyArray<readonly [number, number, string]>;
  readonly metrics: Readonly<Record<string, number | null>> | null;
  readonly sha512: string | null;
  readonly sha256: string | null;
  readonly bytes: number;
  readonly attempt: number;
  /** Chunk number that it stands for, of the recording that is retried. */
  readonly retryOfIndex: number | null;
}

const DAY_MS = 86_400_000;

/** Writes rows of chunks, and tells of chunk numbers that are done. */
@Injectable()
export class ChunkStore {
  private readonly writer: GatheringWriter<FinishedChunk>;
  private readonly days = new Set<number>();
  private partitioned: boolean | undefined;
  private readonly chunks;
  private readonly delay;
  private readonly lostSamples;

  constructor(
    private readonly dataSource: DataSource,
    private readonly recordings: Recordings,
    private readonly outbox: Outbox,
    @Inject(CLOCK) private readonly clock: Clock,
    metrics: Metrics,
  ) {
    this.chunks = metrics.counter('capstan_chunks_total', 'Chunks of recordings whose rows were written: stored, or empty because nothing came', ['result']);
    this.delay = metrics.duration('capstan_chunk_delay_seconds', 'From the last sample of a chunk to its row', []);
    this.lostSamples = metrics.counter('capstan_chunk_lost_samples_total', 'Samples of chunks that never came', []);
    this.writer = new GatheringWriter({ clock, write: (chunks) => this.write(chunks) });
  }

  /** Resolves when the row is there for good. A database that is away is waited for. Storing a chunk twice changes nothing. */
  store(chunk: FinishedChunk): Promise<void> {
    return this.writer.add(chunk);
  }

  /** Tells of chunk numbers that nobody completes any more, because a receiver is late. */
  async tellLate(sessionId: string): Promise<void> {
    if (await this.isDue(this.dataSource, sessionId)) {
      await transaction(this.dataSource, (manager) => this.tellProgress(manager, sessionId));
    }
  }

  /** Says that something about a stream's signal deserves a look. */
  async warn({ sessionId, receiverNo }: StreamKey, code: string, message: string): Promise<void> {
    await transaction(this.dataSource, (manager) =>
      this.outbox.add(manager, recordingEvents.warning, { session_id: sessionId, receiver_no: receiverNo, code, message }, { subject: sessionId, correlationId: sessionId, partitionKey: sessionId }),
    );
  }

  /** What is stored of a stream, for who goes on with it. */
  async stored({ sessionId, receiverNo, frequencyHz }: StreamKey): Promise<Array<{ index: number; key: string; count: number; lost: number; sha256: string; bytes: number }>> {
    return rows(
      this.dataSource,
      `SELECT chunk_index AS index, key, samples_count AS count, lost_samples AS lost, COALESCE(sha256, '') AS sha256, bytes FROM chunks WHERE session_id = $1 AND receiver_no = $2 AND frequency_hz = $3 AND key IS NOT NULL ORDER BY chunk_index`,
      [sessionId, receiverNo, frequencyHz],
    );
  }

  /** How far a stream has come: chunks whose rows exist, and the sample after the last of them. */
  async reached({ sessionId, receiverNo, frequencyHz }: StreamKey): Promise<{ chunks: number; sample: number }> {
    const [row] = await rows<{ next: number | null; sample: string | null }>(
      this.dataSource,
      `SELECT max(chunk_index) + 1 AS next, max(first_sample_index + samples_count) AS sample FROM chunks WHERE session_id = $1 AND receiver_no = $2 AND frequency_hz = $3`,
      [sessionId, receiverNo, frequencyHz],
    );
    return { chunks: row?.next ?? 0, sample: Number(row?.sample ?? 0) };
  }

  private async write(chunks: readonly FinishedChunk[]): Promise<void> {
    await this.ensurePartitions(chunks);
    const storedAt = new Date(this.clock.now());
    let news: readonly FinishedChunk[] = [];
    await transaction(this.dataSource, async (manager) => {
      const inserted = await rows<{ session_id: string; receiver_no: number; frequency_hz: string; chunk_index: number }>(
        manager,
        `INSERT INTO chunks (recorded_at, session_id, receiver_no, frequency_hz, chunk_index, receiver_id, key, first_sample_index, samples_count, sample_rate_hz, t0_utc_ns, clock_quality, clock_error_ns, lost_samples, gaps, metrics, sha512, sha256, bytes, attempt, retry_of_index, stored_at)
         SELECT x.recorded_at, x.session_id, x.receiver_no, x.frequency_hz, x.chunk_index, x.receiver_id, x.key, x.first_sample_index, x.samples_count, x.sample_rate_hz, x.t0_utc_ns, x.clock_quality, x.clock_error_ns, x.lost_samples, x.gaps, x.metrics, x.sha512, x.sha256, x.bytes, x.attempt, x.retry_of_index, $2
         FROM jsonb_to_recordset($1::jsonb) AS x(recorded_at timestamptz, session_id uuid, receiver_no int, frequency_hz bigint, chunk_index int, receiver_id uuid, key text, first_sample_index bigint, samples_count int, sample_rate_hz float8, t0_utc_ns bigint, clock_quality text, clock_error_ns bigint, lost_samples int, gaps jsonb, metrics jsonb, sha512 text, sha256 text, bytes int, attempt int, retry_of_index int)
         ON CONFLICT DO NOTHING RETURNING session_id, receiver_no, frequency_hz, chunk_index`,
        [JSON.stringify(chunks.map(wireOf)), storedAt],
      );
      const fresh = new Set(inserted.map((row) => `${row.session_id} ${row.receiver_no} ${row.frequency_hz} ${row.chunk_index}`));
      // `delete`: the same chunk twice in one batch is one chunk.
      const counted = chunks.filter((chunk) => fresh.delete(`${chunk.sessionId} ${chunk.receiverNo} ${chunk.frequencyHz} ${chunk.index}`));
      await this.count(manager, counted);
      news = counted;
      for (const sessionId of [...new Set(counted.map((chunk) => chunk.sessionId))].sort()) {
        if (await this.isDue(manager, sessionId)) {
          await this.tellProgress(manager, sessionId);
        }
      }
    });
    news.forEach((chunk) => this.measure(chunk));
  }

  private measure({ key, lost, t0UtcNs, count, sampleRate }: FinishedChunk): void {
    this.chunks.inc({ result: key === null ? 'empty' : 'stored' });
    this.lostSamples.inc(lost);
    const endedAt = Number(t0UtcNs / 1_000_000n) + (1_000 * count) / sampleRate;
    // Two machines' clocks may differ.
    this.delay.observe(Math.max(0, this.clock.now() - endedAt) / 1_000);
  }

  private async count(manager: EntityManager, chunks: readonly FinishedChunk[]): Promise<void> {
    const streams = new Map<string, FinishedChunk[]>();
    for (const chunk of chunks) {
      const name = `${chunk.sessionId} ${chunk.receiverNo} ${chunk.frequencyHz}`;
      streams.set(name, [...(streams.get(name) ?? []), chunk]);
    }
    const sums = [...streams.values()].map((own) => {
      const last = own.findLast((chunk) => chunk.metrics !== null);
      const numbers: LastNumbers | null = last === undefined ? null : { snr_db: last.metrics?.['snr_db'] ?? null, power_dbfs: last.metrics?.['power_dbfs'] ?? null, rssi_dbm: last.metrics?.['rssi_dbm'] ?? null, clock_quality: last.clockQuality };
      return {
        session_id: own[0]?.sessionId,
        receiver_no: own[0]?.receiverNo,
        frequency_hz: own[0]?.frequencyHz,
        next: Math.max(...own.map((chunk) => chunk.index + 1)),
        chunks: own.filter((chunk) => chunk.key !== null).length,
        samples: own.reduce((sum, chunk) => sum + chunk.count - chunk.lost, 0),
        lost: own.reduce((sum, chunk) => sum + chunk.lost, 0),
        gaps: own.reduce((sum, chunk) => sum + chunk.gaps.length, 0),
        last: numbers,
      };
    });
    await rows(
      manager,
      `UPDATE recording_streams s SET next_chunk = GREATEST(s.next_chunk, x.next), chunks = s.chunks + x.chunks, samples = s.samples + x.samples, lost_samples = s.lost_samples + x.lost, gaps = s.gaps + x.gaps, last = COALESCE(x.last, s.last)
       FROM jsonb_to_recordset($1::jsonb) AS x(session_id uuid, receiver_no int, frequency_hz bigint, next int, chunks int, samples bigint, lost bigint, gaps int, last jsonb)
       WHERE s.session_id = x.session_id AND s.receiver_no = x.receiver_no AND s.frequency_hz = x.frequency_hz`,
      [JSON.stringify(sums)],
    );
  }

  /**
   * Whether a chunk number may be done that was not told of. Asked after every few chunks, and mostly in vain: a look at
   * five numbers instead of a lock and a hundred rows.
   */
  private async isDue(runner: SqlRunner, sessionId: string): Promise<boolean> {
    const [row] = await rows<{ told: number; duration: number; chunk_seconds: number; t0: Date | null; paused_ms: string; most: number | null; least: number | null }>(
      runner,
      `SELECT r.progress_chunk AS told, r.duration_seconds AS duration, (r.policy->>'chunk_seconds')::float8 AS chunk_seconds, r.t0, r.paused_ms, max(s.next_chunk) AS most, min(s.next_chunk) FILTER (WHERE s.state NOT IN ('done', 'failed')) AS least
       FROM recordings r JOIN recording_streams s USING (session_id) WHERE r.session_id = $1 GROUP BY r.session_id`,
      [sessionId],
    );
    if (row?.t0 === undefined || row.t0 === null) {
      return false;
    }
    const streams = [{ live: false, nextChunk: row.most ?? 0 }, ...(row.least === null ? [] : [{ live: true, nextChunk: row.least }])];
    const totalChunks = new ChunkPlan({ sampleRate: 1, chunkSeconds: row.chunk_seconds, durationSeconds: row.duration }).chunkCount;
    return chunksDone({ told: row.told, totalChunks, chunkSeconds: row.chunk_seconds, t0: row.t0.getTime(), pausedMs: Number(row.paused_ms), streams }, this.clock.now()) > row.told;
  }

  /** One message per chunk number, by whoever sees it done; the lock on the recording makes it one. */
  private async tellProgress(manager: EntityManager, sessionId: string): Promise<void> {
    const recording = await this.recordings.lock(sessionId, manager).catch(() => undefined);
    if (recording === undefined || recording.t0 === null) {
      return;
    }
    const streams = await this.recordings.streams(sessionId, manager);
    const total = totalChunks(recording);
    const { chunk_seconds: chunkSeconds } = recording.policy;
    const t0 = recording.t0.getTime();
    const pausedMs = Number(recording.paused_ms);
    const now = this.clock.now();
    const done = chunksDone({ told: recording.progress_chunk, totalChunks: total, chunkSeconds, t0, pausedMs, streams: streams.map((stream) => ({ live: isLive(stream), nextChunk: stream.next_chunk })) }, now);
    if (done <= recording.progress_chunk) {
      return;
    }
    const measurements = streams.reduce((sum, stream) => sum + stream.chunks, 0);
    for (let chunk = recording.progress_chunk + 1; chunk <= done; chunk += 1) {
      const endsAt = t0 + pausedMs + Math.min(chunk * chunkSeconds, recording.duration_seconds) * 1_000;
      await this.outbox.add(
        manager,
        recordingEvents.progress,
        {
          session_id: sessionId,
          chunk,
          total_chunks: total,
          progress: Math.round((1_000 * chunk) / total) / 10,
          measurements_count: measurements,
          chunk_index: chunk - 1,
          state: recording.status,
          receivers: Object.fromEntries(streams.map((stream) => [receiverKey(stream, recording.frequencies_hz.length > 1), progressOf(stream)])),
          data_time_utc: isoTime(Math.round(endsAt)),
          lag_ms: Math.round(now - endsAt),
        },
        { subject: sessionId, correlationId: sessionId, partitionKey: sessionId },
      );
    }
    await rows(manager, 'UPDATE recordings SET progress_chunk = $2 WHERE session_id = $1', [sessionId, done]);
  }

  /** Plain PostgreSQL: a partition per day, made by whoever needs it first. */
  private async ensurePartitions(chunks: readonly FinishedChunk[]): Promise<void> {
    const days = [...new Set(chunks.map((chunk) => Math.floor(chunk.recordedAt / DAY_MS)))].filter((day) => !this.days.has(day));
    if (days.length === 0) {
      return;
    }
    this.partitioned ??= (await rows(this.dataSource, `SELECT 1 AS one FROM pg_class WHERE oid = 'chunks'::regclass AND relkind = 'p'`)).length > 0;
    for (const day of this.partitioned ? days : []) {
      const from = isoTime(day * DAY_MS).slice(0, 10);
      const to = isoTime((day + 1) * DAY_MS).slice(0, 10);
      await transaction(this.dataSource, async (manager) => {
        await manager.query(`SELECT pg_advisory_xact_lock(hashtextextended('sdr-acquirer.chunks', 0))`);
        await manager.query(`CREATE TABLE IF NOT EXISTS chunks_${from.replaceAll('-', '')} PARTITION OF chunks FOR VALUES FROM ('${from}T00:00:00Z') TO ('${to}T00:00:00Z')`);
      });
    }
    days.forEach((day) => this.days.add(day));
  }
}

function receiverKey(stream: StreamRow, several: boolean): string {
  return several ? `${stream.receiver_no}@${stream.frequency_hz}` : String(stream.receiver_no);
}

function progressOf(stream: StreamRow) {
  return {
    state: stream.state,
    chunk: stream.chunks,
    samples: Number(stream.samples),
    lost_samples: Number(stream.lost_samples),
    gaps: stream.gaps,
    snr_db: stream.last?.snr_db ?? null,
    power_dbfs: stream.last?.power_dbfs ?? null,
    rssi_dbm: stream.last?.rssi_dbm ?? null,
    clock_quality: stream.last?.clock_quality ?? null,
    ...(stream.cause === null ? {} : { cause: stream.cause }),
  };
}

function wireOf(chunk: FinishedChunk): Record<string, unknown> {
  return {
    recorded_at: isoTime(chunk.recordedAt),
    session_id: chunk.sessionId,
    receiver_no: chunk.receiverNo,
    frequency_hz: chunk.frequencyHz,
    chunk_index: chunk.index,
    receiver_id: chunk.receiverId,
    key: chunk.key,
    first_sample_index: chunk.firstSample,
    samples_count: chunk.count,
    sample_rate_hz: chunk.sampleRate,
    t0_utc_ns: String(chunk.t0UtcNs),
    clock_quality: chunk.clockQuality,
    clock_error_ns: chunk.clockErrorNs,
    lost_samples: chunk.lost,
    gaps: chunk.gaps,
    metrics: chunk.metrics,
    sha512: chunk.sha512,
    sha256: chunk.sha256,
    bytes: chunk.bytes,
    attempt: chunk.attempt,
    retry_of_index: chunk.retryOfIndex,
  };
}
