import type { ArtifactView, RecordingTarget } from '@capstan/contracts';
import { AppError, type Clock, Deferred } from '@capstan/kernel';
import type { StoredObject } from '@capstan/object-store';
import type { TaskArtifacts, TaskControl, TaskJournal, TaskOutcome, TaskRow } from '@capstan/tasks';
import { ChunkCutter, type CutChunk } from '../chunks/chunk-cutter';
import { zeroRuns } from '../chunks/zero-runs';
import { causeOf } from '../drivers/receiver-failure';
import { ChunkPipeline, NPY_MEDIA_TYPE, type PipelinePorts, readSamples, type StoredChunk } from './chunk-pipeline';
import type { ChunkStore, FinishedChunk } from './chunk-store.service';
import type { KeptStream, PlacedBlock } from './kept-stream';
import { firstInstant, slotAfter } from './recording-clock';
import { type SignalWarning, SignalWatch, type WatchedMetrics } from './signal-watch';
import type { StreamKey } from './stream-key';
import type { StreamStates } from './stream-states';

/** What the next holder must know. */
interface RemoteRecord {
  /** Unix milliseconds of sample 0. */
  readonly t0: number;
  /** Slots that were left out so far; the last may have no end. */
  readonly pauses: ReadonlyArray<{ readonly from: number; readonly to: number | null }>;
}

/** What a run works with. */
export interface RecordingRunPorts {
  readonly clock: Clock;
  readonly stream: KeptStream;
  readonly states: StreamStates;
  readonly chunks: Pick<ChunkStore, 'store' | 'reached' | 'stored'>;
  readonly control: TaskControl;
  readonly journal: TaskJournal;
  readonly artifacts: TaskArtifacts;
  /** Told once, when the instant of sample 0 is known. */
  readonly begun: (t0: number) => Promise<void>;
  /** Told of what deserves a look; must not fail. */
  readonly warn: (warning: SignalWarning) => void;
  /** Told of the samples as they come, for whoever looks at them. */
  readonly watch: (samples: Float32Array, arrivedAt: number) => void;
  readonly pipeline: Omit<PipelinePorts, 'band' | 'rssiOf' | 'record' | 'queueSamples' | 'keyOf'>;
  readonly queueSec: number;
  readonly keyOf: (index: number) => string;
}

const READY_MARGIN_MS = 700;
const GRACE_MS = 2_500;
const LOOK_MS = 250;
const DRAIN_MS = 60_000;
/** How long before a scheduled beginning the target says that it is ready. */
const BEFORE_START_MS = 700;

/** Records one stream: from connecting to the last stored chunk. */
export class RecordingRun {
  private cutter: ChunkCutter | undefined;
  private pipeline: ChunkPipeline | undefined;
  private zero = 0;
  private t0 = 0;
  private readonly cutAll = new Deferred<void>();
  /** Without their samples: an hour of a hundred receivers would not fit into any memory. */
  private readonly stored: Array<{ readonly object: StoredObject; readonly index: number; readonly count: number; readonly lost: number }> = [];
  private readonly rssi = new Map<number, { sum: number; count: number }>();
  private pauses: Array<{ from: number; to: number | null }> = [];
  private firstSampleAt: number | undefined;
  private samplesHad = 0;
  private overloads = 0;
  private readonly signals = new SignalWatch();
  /** Why nothing is here before the first block of this holder. */
  private absence: string | undefined;

  constructor(
    private readonly task: TaskRow,
    private readonly spec: RecordingTarget,
    private readonly key: StreamKey & { readonly receiverId: string },
    private readonly ports: RecordingRunPorts,
  ) {}

  async run(): Promise<TaskOutcome> {
    const { control, stream, states } = this.ports;
    const ending = AbortSignal.any([control.cancel, control.stop, control.lost]);
    try {
      return await this.record(ending);
    } catch (error) {
      control.lost.throwIfAborted();
      if (error instanceof AppError && error.code === 'LEASE_LOST') {
        throw error;
      }
      if (ending.aborted) {
        states.to('done', 'cancelled', 'The recording was cancelled');
        if (!control.cancel.aborted && this.task.remote !== null && this.cutter === undefined && (await this.nameEarlier())) {
          return { outcome: 'completed', metrics: { chunks: this.stored.length }, captureBegan: true };
        }
        return { outcome: 'cancelled', metrics: {}, captureBegan: false };
      }
      const failure = AppError.from(error);
      states.to('failed', causeOf(failure), failure.message);
      if (this.task.remote !== null && this.cutter === undefined && (await this.nameEarlier())) {
        return { outcome: 'completed', metrics: { chunks: this.stored.length }, captureBegan: true, message: failure.message };
      }
      return { outcome: 'failed', error: failure.toShape(), metrics: {}, captureBegan: this.cutter !== undefined };
    } finally {
      stream.close();
      if (!control.lost.aborted) {
        await states.settled();
      }
    }
  }

  private async record(ending: AbortSignal): Promise<TaskOutcome> {
    const { journal, stream, clock, control } = this.ports;
    const remote = this.task.remote as RemoteRecord | null;
    if (remote === null) {
      await journal.advance('configuring', { message: 'Connecting to the receiver' });
    }
    const { ready_by: readyBy, close_by: closeBy } = this.task.deadlines;
    await stream.connect(remote === null ? Date.parse(readyBy) - READY_MARGIN_MS : Date.parse(closeBy), ending);
    await stream.primed(ending);
    const t0 = remote?.t0 ?? (await this.waitForStart(ending));
    this.t0 = t0;
    this.pauses = [...(remote?.pauses ?? [])];
    if (remote === null) {
      await journal.saveRemote({ t0, pauses: [] } satisfies RemoteRecord);
      await this.ports.begun(t0);
    }
    await this.arm(remote !== null);
    const over = new AbortController();
    const keeping = stream.keep(() => this.endsAt(), AbortSignal.any([ending, over.signal]));
    const unpause = control.onPauseChange((paused) => this.onPause(paused));
    let failure: AppError | undefined;
    void keeping.then((error) => {
      failure = error;
    });
    try {
      this.applyPause();
      await this.untilDone(ending, keeping);
    } finally {
      unpause();
      over.abort();
      await keeping;
    }
    return this.conclude(ending, failure, clock.now());
  }

  /** Ready; then T0, on the grid. */
  private async waitForStart(ending: AbortSignal): Promise<number> {
    const { journal, control, clock } = this.ports;
    const notBefore = this.spec.not_before === undefined ? undefined : Date.parse(this.spec.not_before);
    if (notBefore !== undefined) {
      await clock.sleep(Math.max(0, notBefore - BEFORE_START_MS - clock.now()), ending);
    }
    await journal.advance('ready');
    const aborted = new Promise<never>((_, reject) => {
      ending.addEventListener('abort', () => reject(ending.reason as Error), { once: true });
    });
    ending.throwIfAborted();
    return firstInstant(await Promise.race([control.go, aborted]), notBefore);
  }

  /** From here on samples are cut. */
  private async arm(resumed: boolean): Promise<void> {
    const { stream, ports } = { stream: this.ports.stream, ports: this.ports };
    const info = stream.info;
    if (info === undefined) {
      throw new AppError('INTERNAL_ERROR', 'The stream was never open');
    }
    const cutter = new ChunkCutter({ sampleRate: info.sampleRate, chunkSeconds: this.spec.chunk_seconds, durationSeconds: this.duration });
    for (const { from, to } of this.pauses) {
      cutter.pauseFrom(from);
      if (to !== null) {
        cutter.resumeFrom(to);
      }
    }
    const adopted = resumed ? await this.takeOver(cutter) : [];
    this.cutter = cutter;
    this.zero = stream.timeline.indexAt(BigInt(this.t0) * 1_000_000n);
    this.pipeline = new ChunkPipeline(
      {
        ...ports.pipeline,
        band: { sampleRate: info.sampleRate, lowHz: info.lowHz, highHz: info.highHz },
        queueSamples: Math.round(ports.queueSec * info.sampleRate),
        keyOf: ports.keyOf,
        rssiOf: (chunk) => this.rssiOf(chunk),
        record: (chunk) => this.recordChunk(chunk),
      },
      AbortSignal.any([ports.control.lost, ports.control.cancel]),
    );
    this.pipeline.push(adopted);
    this.absence = resumed ? 'worker_lost' : undefined;
    stream.listen((placed) => {
      this.onBlock(placed, this.absence);
      this.absence = undefined;
    });
  }

  /**
   * Goes on where an earlier holder left off. It may have stored one chunk more than it wrote down: that one is taken as it
   * is, so that nothing lies in the store without a row.
   * @returns the chunk that has no row yet
   */
  private async takeOver(cutter: ChunkCutter): Promise<CutChunk[]> {
    const { chunks, keyOf, pipeline } = this.ports;
    await this.readStored();
    const reached = await chunks.reached(this.key);
    cutter.continueAfter(reached.chunks, reached.sample);
    const key = keyOf(reached.chunks);
    if (cutter.done || (await pipeline.store.stat(key)) === undefined) {
      return [];
    }
    const samples = await readSamples(pipeline.store, key);
    const start = cutter.nextStart;
    const adopted: CutChunk[] = [];
    let from = 0;
    for (const { start: lostFrom, length } of zeroRuns(samples)) {
      adopted.push(...cutter.push(start + from, samples.subarray(2 * from, 2 * lostFrom)));
      from = lostFrom + length;
    }
    adopted.push(...cutter.push(start + from, samples.subarray(2 * from)));
    return adopted;
  }

  /** What earlier holders stored, for the last fact. */
  private async readStored(): Promise<void> {
    for (const { index, key, count, lost, sha256, bytes } of await this.ports.chunks.stored(this.key)) {
      this.stored.push({ object: { key, size: bytes, sha256, mediaType: NPY_MEDIA_TYPE, etag: '' }, index, count, lost });
    }
  }

  /** The receiver did not come back to a new holder: what the last one stored is kept. @returns whether there is anything */
  private async nameEarlier(): Promise<boolean> {
    await this.readStored();
    await this.ports.journal.named(this.artifactsOfStored());
    return this.stored.length > 0;
  }

  private artifactsOfStored(): ArtifactView[] {
    return this.stored.map(({ object, index, count, lost }) => this.ports.artifacts.describe('iq-chunk', object.key.slice(object.key.lastIndexOf('/') + 1), object, { chunk_index: index, samples: count, lost_samples: lost, format: NPY_MEDIA_TYPE }));
  }

  private onBlock({ index, block, cause }: PlacedBlock, otherCause: string | undefined): void {
    const { cutter, pipeline } = this;
    if (cutter === undefined || pipeline === undefined || cutter.done) {
      return;
    }
    this.ports.watch(block.samples, block.arrivedAt);
    const at = index - this.zero;
    if (at + block.count > 0 && this.firstSampleAt === undefined) {
      this.firstSampleAt = Number(this.ports.stream.timeline.utcAt(Math.max(index, this.zero)) / 1_000_000n);
      this.tellCapturing(this.firstSampleAt);
    }
    this.samplesHad += at >= 0 ? block.count : 0;
    this.overloads += block.overload ? 1 : 0;
    if (block.rssiDbm !== null) {
      const slot = cutter.plan.slotOf(Math.max(0, at));
      const known = this.rssi.get(slot) ?? { sum: 0, count: 0 };
      this.rssi.set(slot, { sum: known.sum + 10 ** (block.rssiDbm / 10), count: known.count + 1 });
    }
    const chunks = cutter.push(at, block.samples, otherCause ?? cause);
    if (cutter.done) {
      this.cutAll.resolve();
    }
    if (chunks.length > 0) {
      pipeline.push(chunks);
      this.showProgress();
    }
  }

  private tellCapturing(at: number): void {
    const { journal } = this.ports;
    // The first sample is both the start and its confirmation: one fact, since a hundred receivers tell theirs at once.
    journal.advance('capturing', { startSentAt: this.t0, startedAt: at, message: 'Recording' }).catch(() => undefined);
  }

  private showProgress(): void {
    this.ports.journal.progress({ chunks: this.stored.length, samples: this.samplesHad, backlog_samples: this.pipeline?.backlog ?? 0, overloads: this.overloads });
  }

  /** Signal strengths are averaged as powers: a mean of decibels would be too low. */
  private rssiOf(chunk: CutChunk): number | null {
    const slot = this.cutter?.plan.slotOf(chunk.firstSample) ?? 0;
    const known = this.rssi.get(slot);
    this.rssi.delete(slot);
    return known === undefined ? null : Math.round(100 * Math.log10(known.sum / known.count)) / 10;
  }

  private async recordChunk({ chunk, key, stored, sha512, metrics }: StoredChunk): Promise<void> {
    const { stream, chunks } = this.ports;
    const { timeline } = stream;
    const finished: FinishedChunk = {
      ...this.key,
      index: chunk.index,
      key,
      firstSample: chunk.firstSample,
      count: chunk.count,
      sampleRate: timeline.sampleRate,
      t0UtcNs: timeline.utcAt(chunk.firstSample + this.zero),
      recordedAt: this.t0 + Math.round((chunk.firstSample * 1_000) / timeline.sampleRate),
      clockQuality: timeline.quality,
      clockErrorNs: timeline.errorNs,
      lost: chunk.lost,
      gaps: chunk.gaps.map(({ start, length, cause }) => [start, length, cause] as const),
      metrics,
      sha512,
      sha256: stored?.sha256 ?? null,
      bytes: stored?.size ?? 0,
      attempt: this.task.attempt,
      retryOfIndex: this.spec.chunks?.[chunk.index] ?? null,
    };
    await chunks.store(finished);
    if (metrics !== null) {
      this.signals.look(metrics as unknown as WatchedMetrics).forEach((warning) => this.ports.warn(warning));
    }
    if (stored !== null) {
      this.stored.push({ object: stored, index: chunk.index, count: chunk.count, lost: chunk.lost });
    }
  }

  private onPause(paused: boolean): void {
    const { journal, control, clock } = this.ports;
    this.applyPause();
    journal.saveRemote({ t0: this.t0, pauses: this.pauses } satisfies RemoteRecord).catch(() => undefined);
    journal.advance('capturing', { pausedAt: paused ? (control.pausedAt ?? clock.now()) : null, message: paused ? 'Paused' : 'Recording' }).catch(() => undefined);
  }

  /** Brings the cutter to what the task is told. */
  private applyPause(): void {
    const { control, clock } = this.ports;
    const open = this.pauses.at(-1)?.to === null;
    if (control.paused && !open) {
      const from = slotAfter(control.pausedAt ?? clock.now(), this.t0, this.spec.chunk_seconds);
      this.pauses.push({ from, to: null });
      this.cutter?.pauseFrom(from);
    } else if (!control.paused && open) {
      const last = this.pauses.pop();
      const to = slotAfter(clock.now(), this.t0, this.spec.chunk_seconds);
      this.pauses.push({ from: last?.from ?? to, to: Math.max(to, last?.from ?? to) });
      this.cutter?.resumeFrom(to);
    }
  }

  private get duration(): number {
    const { chunks, chunk_seconds: chunkSeconds, duration_seconds: duration } = this.spec;
    return chunks === undefined ? (duration ?? this.task.duration_sec ?? 1) : chunks.length * chunkSeconds;
  }

  /** Unix milliseconds when the last sample should be here; never while paused. */
  private endsAt(): number {
    const slots = this.pauses.reduce((sum, { from, to }) => sum + (to === null ? Number.POSITIVE_INFINITY : to - from), 0);
    const end = this.t0 + (this.duration + slots * this.spec.chunk_seconds) * 1_000 + GRACE_MS;
    // A pause without an end is limited by whoever ordered it.
    return Number.isFinite(end) ? end : this.ports.clock.now() + DRAIN_MS;
  }

  /** Nothing here is asked again and again: a hundred receivers that each looked twenty times a second took a fifth of the processor. */
  private async untilDone(ending: AbortSignal, failed: Promise<AppError | undefined>): Promise<void> {
    const { clock, control } = this.ports;
    const over = new Deferred<void>();
    const onEnd = (): void => over.resolve();
    const watch = setInterval(() => {
      if (clock.now() > this.endsAt() && !control.paused) {
        onEnd();
      }
    }, LOOK_MS);
    ending.addEventListener('abort', onEnd, { once: true });
    void this.cutAll.promise.then(onEnd);
    void failed.then((error) => {
      if (error !== undefined) {
        onEnd();
      }
    });
    try {
      if (!ending.aborted && this.cutter?.done === false) {
        await over.promise;
      }
    } finally {
      clearInterval(watch);
      ending.removeEventListener('abort', onEnd);
    }
  }

  private async conclude(ending: AbortSignal, failure: AppError | undefined, stoppedAt: number): Promise<TaskOutcome> {
    const { control, stream, states, journal, clock } = this.ports;
    const { cutter, pipeline } = this;
    control.lost.throwIfAborted();
    if (cutter === undefined || pipeline === undefined) {
      throw new AppError('INTERNAL_ERROR', 'The recording was never armed');
    }
    pipeline.push(ending.aborted ? cutter.stop() : cutter.lose(failure === undefined ? this.missingCause() : causeOf(failure)));
    stream.close();
    if (control.cancel.aborted) {
      states.to('done', 'cancelled', 'The recording was discarded');
      return { outcome: 'cancelled', metrics: {}, captureBegan: true };
    }
    await Promise.race([pipeline.drained(), clock.sleep(DRAIN_MS, control.lost).then(() => Promise.reject(new AppError('RECEIVER_STORE_ERROR', 'The chunks could not be stored', { retryable: true, details: { cause: 'store_error' } })))]);
    const { estimate, clockSteps } = stream.timeline;
    states.know({
      sample_rate_hz: stream.timeline.sampleRate,
      fitted_rate_hz: estimate.stamps >= 20 ? estimate.sampleRate : null,
      sigma_ns: estimate.stamps >= 20 ? estimate.sigmaNs : null,
      hardware: stream.info?.hardware ?? '',
      low_hz: stream.info?.lowHz ?? 0,
      high_hz: stream.info?.highHz ?? 0,
      clock_steps: clockSteps,
      attempts: stream.attempts,
    });
    const metrics = { chunks: this.stored.length, samples: this.samplesHad, overloads: this.overloads };
    // Not waited for: it is written in its order before the last fact, which nobody may have to wait for either.
    journal.named(this.artifactsOfStored()).catch(() => undefined);
    if (this.stored.length === 0) {
      const error = failure ?? new AppError('RECEIVER_STALLED', 'The receiver sent no sample', { details: { cause: 'stalled' } });
      states.to('failed', causeOf(error), error.message);
      return ending.aborted ? { outcome: 'completed', metrics, stoppedAt, captureBegan: true } : { outcome: 'failed', error: error.toShape(), metrics, stoppedAt, captureBegan: true };
    }
    states.to(failure === undefined ? 'done' : 'failed', failure === undefined ? null : causeOf(failure), failure?.message ?? null);
    return { outcome: 'completed', metrics, stoppedAt, captureBegan: true, ...(failure === undefined ? {} : { message: failure.message }) };
  }

  private missingCause(): string {
    return this.absence ?? (this.ports.stream.cause === 'lost' ? 'stalled' : this.ports.stream.cause);
  }
}
