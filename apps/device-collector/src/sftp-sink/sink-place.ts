import { posix } from 'node:path';
import { AppError } from '@capstan/kernel';
import { IncomingFile, Quota } from './incoming-file';
import type { SinkAddress, SinkContacts, SinkFile, SinkPlace, SinkWish } from './sftp-sink';
import { isInsideFolder, resolveSinkPath, SINK_FOLDER, SinkFolders } from './sink-path';

/** More files at a time are no retrieval of a capture. */
const MOST_FILES = 500;

/** A refused request, in the words of both protocols. */
export type Refusal = 'denied' | 'missing';

/** One task's place: its folders, its files, and who waits for them. */
export class OpenPlace implements SinkPlace {
  readonly folder = SINK_FOLDER;
  readonly folders = new SinkFolders();
  readonly sizes = new Map<string, IncomingFile>();
  private readonly quota: Quota;
  private readonly arrived: SinkFile[] = [];
  private readonly coming = new Set<IncomingFile>();
  private waiting: { readonly resolve: (file: SinkFile) => void; readonly reject: (error: unknown) => void } | undefined;
  private readonly counts = { logins: 0, refusals: 0 };
  private closed = false;
  private files = 0;

  constructor(
    readonly username: string,
    readonly password: string,
    readonly address: SinkAddress,
    readonly fingerprints: readonly string[],
    wish: Pick<SinkWish, 'quotaBytes'>,
    private readonly onClose: (place: OpenPlace) => void,
  ) {
    this.quota = new Quota(wish.quotaBytes);
  }

  get contacts(): SinkContacts {
    return this.counts;
  }

  loggedIn(): void {
    this.counts.logins += 1;
  }

  refused(): void {
    this.counts.refusals += 1;
  }

  /** Begins a file at a path as a client writes it. */
  begin(rawPath: string): IncomingFile | Refusal {
    const path = resolveSinkPath(rawPath);
    if (this.closed || path === undefined || !isInsideFolder(path) || this.files >= MOST_FILES || this.folders.has(path)) {
      return 'denied';
    }
    if (!this.folders.has(posix.dirname(path))) {
      return 'missing';
    }
    this.files += 1;
    const file = new IncomingFile(this.quota);
    this.sizes.set(path, file);
    this.coming.add(file);
    file.once('close', () => this.coming.delete(file));
    this.hand({ name: posix.basename(path), path: path.slice(SINK_FOLDER.length + 1), body: file });
    return file;
  }

  async next(signal: AbortSignal): Promise<SinkFile> {
    signal.throwIfAborted();
    const ready = this.arrived.shift();
    if (ready !== undefined) {
      return ready;
    }
    return new Promise<SinkFile>((resolve, reject) => {
      if (this.closed) {
        reject(closedError());
        return;
      }
      const leave = (): void => {
        this.waiting = undefined;
        reject(signal.reason as Error);
      };
      const settled = <T>(settle: (value: T) => void) => (value: T): void => {
        this.waiting = undefined;
        signal.removeEventListener('abort', leave);
        settle(value);
      };
      signal.addEventListener('abort', leave, { once: true });
      this.waiting = { resolve: settled(resolve), reject: settled(reject) };
    });
  }

  close(): void {
    if (this.closed) {
      return;
    }
    this.closed = true;
    this.coming.forEach((file) => file.breakOff());
    this.waiting?.reject(closedError());
    this.onClose(this);
  }

  private hand(file: SinkFile): void {
    if (this.waiting !== undefined) {
      this.waiting.resolve(file);
    } else {
      this.arrived.push(file);
    }
  }
}

const closedError = (): AppError => new AppError('EXPORT_FAILED', 'The place for the files is closed', { retryable: true });

