import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { AppError, backoffDelay, type Clock, type Gate, type Random } from '@capstan/kernel';
import type { ObjectStore, StoredObject } from '@capstan/object-store';
import type { CutChunk } from '../chunks/chunk-cutter';
import { npyOf, samplesOfNpy } from '../chunks/npy';
import { chunkMetrics, type MetricsBand } from '../signal/chunk-metrics';

/** A chunk whose samples lie in the object store, or of which there are none. */
export interface StoredChunk {
  readonly chunk: CutChunk;
  readonly key: string | null;
  readonly stored: StoredObject | null;
  readonly sha512: string | null;
  readonly metrics: Readonly<Record<string, number | null>> | null;
}

/** What the pipeline works with. */
export interface PipelinePorts {
  readonly store: ObjectStore;
  readonly clock: Clock;
  readonly random: Random;
  /** Uploads of this process at a time. */
  readonly uploads: Gate;
  readonly keyOf: (index: number) => string;
  readonly band: MetricsBand;
  /** Mean signal strength of the chunk in dBm, where the receiver reports it. */
  readonly rssiOf: (chunk: CutChunk) => number | null;
  /** Writes the row. */
  readonly record: (chunk: StoredChunk) => Promise<void>;
  /** Most samples that may wait. */
  readonly queueSamples: number;
}

const RETRY = { initialMs: 100, maxMs: 2_000 } as const;

/** Media type of stored chunks. */
export const NPY_MEDIA_TYPE = 'application/x-npy';

/**
 * Brings finished chunks of one stream to the object store and the database, one after another, away from the socket. A
 * store that is away is waited for while the queue has room; then samples are given up, with a gap that says so.
 */
export class ChunkPipeline {
  private queue: CutChunk[] = [];
  private queued = 0;
  private running: Promise<void> | undefined;

  constructor(
    private readonly ports: PipelinePorts,
    private readonly signal: AbortSignal,
  ) {}

  /** Samples that wait. */
  get backlog(): number {
    return this.queued;
  }

  push(chunks: readonly CutChunk[]): void {
    for (const chunk of chunks) {
      this.queue.push(this.queued + chunk.count > this.ports.queueSamples ? givenUp(chunk) : chunk);
      this.queued += chunk.samples === null ? 0 : chunk.count;
    }
    if (this.queue.length > 0) {
      this.running ??= this.run().finally(() => {
        this.running = undefined;
      });
      this.running.catch(() => undefined);
    }
  }

  /** Resolves when nothing waits any more. @throws the signal's reason */
  async drained(): Promise<void> {
    while (this.running !== undefined) {
      await this.running;
    }
    this.signal.throwIfAborted();
  }

  private async run(): Promise<void> {
    for (let chunk = this.queue[0]; chunk !== undefined; chunk = this.queue[0]) {
      this.signal.throwIfAborted();
      await this.bring(chunk);
      this.queue.shift();
      this.queued -= chunk.samples === null ? 0 : chunk.count;
    }
  }

  private async bring(chunk: CutChunk): Promise<void> {
    if (chunk.samples === null) {
      await this.ports.record({ chunk, key: null, stored: null, sha512: null, metrics: null });
      return;
    }
    const metrics = { ...chunkMetrics(chunk.samples, this.ports.band), rssi_dbm: this.ports.rssiOf(chunk) };
    const file = npyOf(chunk.samples);
    const sha512 = createHash('sha512').update(file).digest('hex');
    const key = this.ports.keyOf(chunk.index);
    const stored = await this.upload(key, file);
    await this.ports.record({ chunk, key, stored, sha512, metrics });
  }

  private async upload(key: string, file: Buffer): Promise<StoredObject> {
    for (let attempt = 1; ; attempt += 1) {
      await this.ports.uploads.enter();
      try {
        return await this.ports.store.put(key, Readable.from([file]), { mediaType: NPY_MEDIA_TYPE, sizeHint: file.length, signal: this.signal });
      } catch (error) {
        this.signal.throwIfAborted();
        if (!(error instanceof AppError) || !error.retryable) {
          throw error;
        }
      } finally {
        this.ports.uploads.leave();
      }
      await this.ports.clock.sleep(backoffDelay(RETRY, attempt, this.ports.random()), this.signal);
    }
  }
}

/** The chunk without its samples, and with the reason. */
function givenUp(chunk: CutChunk): CutChunk {
  return { ...chunk, samples: null, lost: chunk.count, gaps: [{ start: chunk.firstSample, length: chunk.count, cause: 'backpressure' }] };
}

/** Reads a stored chunk back. @throws RangeError when it is not one */
export async function readSamples(store: ObjectStore, key: string): Promise<Float32Array> {
  const parts: Buffer[] = [];
  for await (const part of await store.get(key)) {
    parts.push(part as Buffer);
  }
  return samplesOfNpy(Buffer.concat(parts));
}
