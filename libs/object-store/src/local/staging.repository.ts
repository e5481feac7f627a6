import { promises as fs } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import path from 'node:path';
import type { Clock, IdSource } from '@capstan/kernel';
import { isMissing } from './file-error';

const SUFFIX = '.part';
/** How often a writer shows that it lives; a source may be silent for hours. */
const HEARTBEAT_MS = 60_000;

/** A file that is being written and not yet visible. */
export interface StagedFile {
  readonly path: string;
  readonly handle: FileHandle;
  /** Closes the file and keeps it, to be renamed. */
  close(): Promise<void>;
  /** Closes the file and removes it. */
  discard(): Promise<void>;
}

/**
 * The folder in which objects grow before they are renamed into place.
 *
 * Several processes share it, perhaps in several containers, so a process id says nothing about who is alive. A writer
 * touches its file instead, by writing or by a heartbeat, and a file untouched for `orphanAfterMs` belongs to nobody.
 */
export class Staging {
  private sweptAt: number | undefined;

  constructor(
    private readonly folder: string,
    private readonly orphanAfterMs: number,
    private readonly clock: Clock,
    private readonly ids: IdSource,
  ) {}

  /** Creates a new file that nobody else can open, and keeps it alive until it is closed or discarded. */
  async create(): Promise<StagedFile> {
    const file = path.join(this.folder, `${this.ids.next()}${SUFFIX}`);
    const handle = await fs.open(file, 'wx', 0o600);
    const heartbeat = setInterval(() => {
      const now = new Date(this.clock.now());
      handle.utimes(now, now).catch(() => undefined);
    }, HEARTBEAT_MS);
    heartbeat.unref();
    let open = true;
    const close = async (): Promise<void> => {
      clearInterval(heartbeat);
      if (open) {
        open = false;
        await handle.close();
      }
    };
    return {
      path: file,
      handle,
      close,
      discard: async () => {
        await close().catch(() => undefined);
        await fs.rm(file, { force: true });
      },
    };
  }

  /** Sweeps unless that was done less than `orphanAfterMs` ago: a long-lived process cleans up after one that keeps dying. */
  async sweepIfDue(): Promise<void> {
    if (this.sweptAt === undefined || this.clock.monotonic() - this.sweptAt >= this.orphanAfterMs) {
      await this.sweep();
    }
  }

  /** Removes files whose writer died. @returns how many */
  async sweep(): Promise<number> {
    this.sweptAt = this.clock.monotonic();
    const oldest = this.clock.now() - this.orphanAfterMs;
    let removed = 0;
    for (const name of await fs.readdir(this.folder)) {
      const file = path.join(this.folder, name);
      try {
        if (name.endsWith(SUFFIX) && (await fs.lstat(file)).mtimeMs < oldest) {
          await fs.unlink(file);
          removed += 1;
        }
      } catch (error) {
        // Another process sweeps the same folder, or the writer has just renamed its file.
        if (!isMissing(error)) {
          throw error;
        }
      }
    }
    return removed;
  }
}
