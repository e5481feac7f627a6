import { createHash } from 'node:crypto';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ArtifactView } from '@capstan/contracts';
import { AppError, type Clock, isoTime } from '@capstan/kernel';
import type { ObjectStore, StoredObject } from '@capstan/object-store';
import { PcapReader, type PcapSummary } from './pcap-reader';
import { RETRIEVE_STALL_MS } from './step-limits';

/** Which target artifacts belong to, and where they go. */
export interface ArtifactPlace {
  readonly taskId: string;
  readonly sessionId: string;
  readonly targetId: string;
  /** Ends with `/`. */
  readonly keyPrefix: string;
}

/** A capture file that lies in the object store. */
export interface StoredCapture {
  readonly name: string;
  readonly stored: StoredObject;
  readonly content: PcapSummary;
}

/** Media type of classic pcap files, as registered with IANA. */
export const PCAP_MEDIA_TYPE = 'application/vnd.tcpdump.pcap';

/** Streams what devices give into the object store, looking at it on the way. */
export class ArtifactWriter {
  constructor(
    private readonly store: ObjectStore,
    private readonly clock: Clock,
    private readonly place: ArtifactPlace,
  ) {}

  /**
   * Stores a capture file and reads its packets as they pass.
   * @throws what the body fails with; AppError `RETRIEVE_STALLED` (retryable) when no byte comes for 30 s
   */
  async storeCapture(name: string, body: Readable, sizeHint: number | undefined, signal: AbortSignal): Promise<StoredCapture> {
    const reader = new PcapReader();
    let lastByteAt = this.clock.monotonic();
    const tap = new Transform({
      transform: (chunk: Buffer, _encoding, done) => {
        lastByteAt = this.clock.monotonic();
        reader.push(chunk);
        done(null, chunk);
      },
    });
    const limit = new AbortController();
    const stop = (): void => limit.abort(signal.reason);
    signal.addEventListener('abort', stop, { once: true });
    const watchdog = this.watchStall(() => lastByteAt, limit);
    try {
      signal.throwIfAborted();
      const piped = pipeline(body, tap);
      const [stored] = await Promise.all([
        this.store.put(this.place.keyPrefix + name, tap, { mediaType: PCAP_MEDIA_TYPE, sizeHint, signal: limit.signal }),
        piped,
      ]);
      return { name, stored, content: reader.summary() };
    } finally {
      signal.removeEventListener('abort', stop);
      watchdog.abort();
      body.destroy();
    }
  }

  /** Stores a text. */
  async storeText(name: string, text: string, signal: AbortSignal): Promise<ArtifactView> {
    const stored = await this.store.put(this.place.keyPrefix + name, Readable.from([Buffer.from(text)]), { mediaType: 'text/plain', signal });
    return this.describe('transcript', name, stored, {});
  }

  /** Removes everything this attempt has stored. */
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

  private watchStall(lastByteAt: () => number, limit: AbortController): AbortController {
    const end = new AbortController();
    const watch = async (): Promise<void> => {
      for (;;) {
        const idle = this.clock.monotonic() - lastByteAt();
        if (idle >= RETRIEVE_STALL_MS) {
          limit.abort(new AppError('RETRIEVE_STALLED', `No byte came from the device for ${RETRIEVE_STALL_MS / 1_000} s`, { retryable: true }));
          return;
        }
        await this.clock.sleep(RETRIEVE_STALL_MS - idle, end.signal);
      }
    };
    watch().catch(() => undefined);
    return end;
  }
}

/**
 * The same id for the same artifact of the same attempt, so that a holder who stores it again after a crash tells of the
 * same artifact. UUIDv8 (RFC 9562 §5.8) over SHA-256.
 */
export function stableId(name: string): string {
  const bytes = createHash('sha256').update(name).digest().subarray(0, 16);
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x80;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = bytes.toString('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
