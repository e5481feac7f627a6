import { AppError, type Clock } from '@capstan/kernel';
import type { CapturedFile } from '../../packet-capture/capture-driver';
import type { Transcript } from '../../packet-capture/transcript';
import { type ArchiveLimits, readArchive } from './archive-reader.client';
import { memberBaseName, useOfMember } from './archive-members';
import type { DiagnosticApi } from './diagnostic-api.client';

/** Bounds of what one peer gives. */
export interface ArchiveBounds extends ArchiveLimits {
  /** Bytes of the compressed archive. */
  readonly archiveBytes: number;
  /** Milliseconds for a peer to put its archive together. */
  readonly collectMs: number;
}

/** See {@link ArchiveBounds}. Expressway itself keeps tens of megabytes per card. */
export const ARCHIVE_BOUNDS: ArchiveBounds = { expandedBytes: 4 * 1024 ** 3, members: 2_000, archiveBytes: 2 * 1024 ** 3, collectMs: 120_000 };

const ASK_FIRST_MS = 250;
const ASK_EVERY_MS = 2_000;
/** Bytes from which a capture may have reached the bound at which the device drops its oldest packets. */
const NEAR_BOUND = 20_000_000;

/** Collects, downloads and unpacks the archives of a capture's peers. */
export class PeerArchives {
  /** What could not be had, a sentence per peer. */
  readonly missing: string[] = [];
  /** Archives that are not whole. */
  readonly cut: string[] = [];
  /** Captures that may have lost their beginning. */
  readonly bounded: string[] = [];

  constructor(
    private readonly clock: Clock,
    private readonly transcript: Transcript,
    private readonly bounds: ArchiveBounds,
  ) {}

  /**
   * The files of all peers. All archives are put together at the same time, then fetched one after the other.
   * @param severalPeers whether names have to tell whose a file is
   * @throws AppError `EXPORT_FAILED` when no peer has an archive; `DEVICE_LOST`
   */
  async *files(apis: readonly DiagnosticApi[], severalPeers: boolean, signal: AbortSignal): AsyncGenerator<CapturedFile> {
    const prepared = await Promise.allSettled(apis.map((api) => this.prepare(api, signal)));
    signal.throwIfAborted();
    const failures = prepared.flatMap((result) => (result.status === 'rejected' ? [AppError.from(result.reason)] : []));
    const [first] = failures;
    if (first !== undefined && (failures.length === apis.length || failures.some(({ code }) => code === 'AUTH_FAILED'))) {
      throw first;
    }
    this.missing.push(...failures.map(({ message }) => message));
    for (const [index, api] of apis.entries()) {
      if (prepared[index]?.status === 'fulfilled') {
        yield* this.fetch(api, severalPeers ? api.host : '', signal);
      }
    }
  }

  private async prepare(api: DiagnosticApi, signal: AbortSignal): Promise<void> {
    const { accepted, status, said } = await api.command('retrieve', 'collect', signal);
    if (!accepted) {
      throw new AppError('EXPORT_FAILED', `${api.host} does not collect its files: it answers ${status}${said === undefined ? '' : ` (${said})`}`);
    }
    const giveUpAt = this.clock.monotonic() + this.bounds.collectMs;
    for (let words = '', pause = ASK_FIRST_MS; ; pause = Math.min(pause * 2, ASK_EVERY_MS)) {
      const state = await api.status('retrieve', signal);
      if (state.words !== words) {
        words = state.words;
        this.transcript.received('retrieve', `${api.host}: ${words}`);
      }
      if (state.download === 'ready') {
        return;
      }
      if (this.clock.monotonic() > giveUpAt) {
        throw new AppError('EXPORT_FAILED', `${api.host} did not put its archive together within ${this.bounds.collectMs / 1_000} s (${words})`);
      }
      await this.clock.sleep(pause, signal);
    }
  }

  private async *fetch(api: DiagnosticApi, peer: string, signal: AbortSignal): AsyncGenerator<CapturedFile> {
    const answer = await api.download(signal);
    const seen = new Map<string, number>();
    const numbered = (key: string): string => {
      const count = (seen.get(key) ?? 0) + 1;
      seen.set(key, count);
      return [peer, count === 1 ? '' : String(count).padStart(2, '0')].filter((part) => part !== '').join('_');
    };
    const cut = (reason: string): void => {
      this.cut.push(`the archive of ${api.host} is damaged or cut short (${reason})`);
    };
    for await (const member of readArchive(answer.stream(this.bounds.archiveBytes), this.bounds, cut)) {
      const use = useOfMember(member.path);
      const name = memberBaseName(member.path);
      this.transcript.received('retrieve', `${use.kind === 'skip' ? 'left out' : 'kept'}: ${name} (${member.size} bytes)`);
      if (use.kind === 'skip') {
        member.body.resume();
        continue;
      }
      if (use.kind === 'pcap' && member.size >= NEAR_BOUND) {
        this.bounded.push(use.interface);
      }
      yield {
        remoteName: name,
        kind: use.kind,
        ...(use.kind === 'pcap' ? { interface: use.interface } : {}),
        suffix: numbered(use.kind === 'pcap' ? use.interface.toLowerCase() : 'log'),
        size: member.size,
        body: member.body,
      };
    }
  }
}
