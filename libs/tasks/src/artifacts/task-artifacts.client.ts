import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ArtifactView } from '@capstan/contracts';
import { AppError, type Clock, isoTime } from '@capstan/kernel';
import type { ObjectStore, StoredObject } from '@capstan/object-store';
import { stableId } from './stable-id';

/** Which target artifacts belong to, and where they go. */
export interface ArtifactPlace {
  readonly taskId: string;
  readonly sessionId: string;
  readonly targetId: string;
  /** Ends with `/`. */
  readonly keyPrefix: string;
  /** Claim of the task; what an earlier holder still writes must not go where a later one has told of. */
  readonly fence: number;
}

/** How to store a stream. */
export interface StoreOptions {
  readonly mediaType: string;
  /** Bytes, when known before. */
  readonly sizeHint?: number;
  readonly signal: AbortSignal;
  /** Sees every chunk as it passes. */
  readonly watch?: (chunk: Buffer) => void;
  /** Milliseconds without a byte after which the source counts as stuck; 30 s unless told. */
  readonly stallMs?: number;
}

const STALL_MS = 30_000;
const STORE_AGAIN_MS = 1_000;

/** Streams what devices give into the object store, under the prefix of one task. */
export class TaskArtifacts {
  constructor(
    private readonly store: ObjectStore,
    private readonly clock: Clock,
    private readonly place: ArtifactPlace,
  ) {}

  /**
   * Stores a stream under `name`; size and SHA-256 are those of the bytes that arrived. Nothing is told to anybody:
   * {@link describe} makes the artifact, and the journal tells of it.
   * @param name file name below the task's prefix; made safe by the caller
   * @throws what the body fails with; AppError `RETRIEVE_STALLED` (retryable) when no byte comes for `stallMs`, and those of the store
   */
  async put(name: string, body: Readable, options: StoreOptions): Promise<StoredObject> {
    const { mediaType, sizeHint, signal, watch, stallMs = STALL_MS } = options;
    let lastByteAt = this.clock.monotonic();
    const tap = new Transform({
      transform: (chunk: Buffer, _encoding, done) => {
        lastByteAt = this.clock.monotonic();
        watch?.(chunk);
        done(null, chunk);
      },
    });
    const limit = new AbortController();
    const stop = (): void => limit.abort(signal.reason);
    signal.addEventListener('abort', stop, { once: true });
    const watchdog = this.watchStall(() => lastByteAt, stallMs, limit);
    try {
      signal.throwIfAborted();
      const piped = pipeline(body, tap);
      const [stored] = await Promise.all([this.store.put(this.keyOf(name), tap, { mediaType, sizeHint, signal: limit.signal }), piped]);
      return stored;
    } finally {
      signal.removeEventListener('abort', stop);
      watchdog.abort();
      body.destroy();
    }
  }

  /**
   * Stores bytes that are at hand.
   * @param patienceMs for which a store that is away is waited for
   * @throws those of the store
   */
  async putBytes(name: string, bytes: Buffer | string, mediaType: string, signal: AbortSignal, patienceMs = 0): Promise<StoredObject> {
    const giveUpAt = this.clock.monotonic() + patienceMs;
    for (;;) {
      try {
        return await this.store.put(this.keyOf(name), Readable.from([Buffer.from(bytes)]), { mediaType, signal });
      } catch (error) {
        if (!(error instanceof AppError) || error.code !== 'OBJECT_STORE_UNAVAILABLE' || this.clock.monotonic() >= giveUpAt) {
          throw error;
        }
        await this.clock.sleep(STORE_AGAIN_MS, signal);
      }
    }
  }

  /** Removes everything this attempt has stored, whoever held it. */
  async discard(): Promise<void> {
    await this.store.removePrefix(this.place.keyPrefix);
  }

  /** The artifact as it is told to others. */
  describe(kind: ArtifactView['kind'], name: string, stored: StoredObject, meta: Record<string, unknown>): ArtifactView {
    return {
      artifact_id: stableId(`${this.place.taskId}/${name}`),
      session_id: this.place.sessionId,
      target_id: this.place.targetId,
      kind,
      name,
      key: stored.key,
      size: stored.size,
      sha256: stored.sha256,
      media_type: stored.mediaType,
      created_at: isoTime(this.clock.now()),
      meta,
    };
  }

  private keyOf(name: string): string {
    const { keyPrefix, fence } = this.place;
    return `${keyPrefix}${fence === 1 ? '' : `${fence}/`}${name}`;
  }

  private watchStall(lastByteAt: () => number, stallMs: number, limit: AbortController): AbortController {
    const end = new AbortController();
    const watch = async (): Promise<void> => {
      for (;;) {
        const idle = this.clock.monotonic() - lastByteAt();
        if (idle >= stallMs) {
          limit.abort(new AppError('RETRIEVE_STALLED', `No byte came from the device for ${stallMs / 1_000} s`, { retryable: true }));
          return;
        }
        await this.clock.sleep(stallMs - idle, end.signal);
      }
    };
    watch().catch(() => undefined);
    return end;
  }
}
