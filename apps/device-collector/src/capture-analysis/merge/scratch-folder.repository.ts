import { mkdir, mkdtemp, readdir, rm, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError } from '@capstan/kernel';

const PREFIX = 'capstan-analysis-';
/** What must stay free on the disk besides. */
const LEAVE_FREE = 256 * 1_024 ** 2;

/** A private folder for the files of one analysis, with a limit. */
export class ScratchFolder {
  private used = 0;

  private constructor(
    readonly path: string,
    private readonly quotaBytes: number,
  ) {}

  /** Makes a folder only this user can read. */
  static async make(parent: string, quotaBytes: number, pid: number): Promise<ScratchFolder> {
    await mkdir(parent, { recursive: true });
    const path = await mkdtemp(join(parent, `${PREFIX}${pid}-`));
    await mkdir(join(path, 'home'));
    return new ScratchFolder(path, quotaBytes);
  }

  /** An empty folder for programs that look for settings. */
  get home(): string {
    return join(this.path, 'home');
  }

  file(name: string): string {
    return join(this.path, name);
  }

  /**
   * Books room before it is used.
   * @throws AppError `ANALYSIS_TOO_LARGE` beyond the limit, `DISK_LOW` (retryable) when the disk itself has too little
   */
  async reserve(bytes: number): Promise<void> {
    if (this.used + bytes > this.quotaBytes) {
      const mb = (value: number): number => Math.ceil(value / 1_000_000);
      throw new AppError('ANALYSIS_TOO_LARGE', `The captures need ${mb(this.used + bytes)} MB to be merged, the limit is ${mb(this.quotaBytes)} MB`, { details: { needed_bytes: this.used + bytes, limit_bytes: this.quotaBytes } });
    }
    const { bavail, bsize } = await statfs(this.path);
    if (bavail * bsize < bytes + LEAVE_FREE) {
      throw new AppError('DISK_LOW', 'The disk for merging captures is almost full', { retryable: true, details: { free_bytes: bavail * bsize, needed_bytes: bytes } });
    }
    this.used += bytes;
  }

  async remove(): Promise<void> {
    await rm(this.path, { recursive: true, force: true });
  }
}

/** Removes folders of processes that were killed. @returns how many */
export async function sweepScratch(parent: string, isAlive: (pid: number) => boolean): Promise<number> {
  const names = await readdir(parent).catch(() => []);
  const orphans = names.filter((name) => {
    const pid = new RegExp(`^${PREFIX}(\\d+)-`).exec(name)?.[1];
    return pid !== undefined && !isAlive(Number(pid));
  });
  await Promise.all(orphans.map((name) => rm(join(parent, name), { recursive: true, force: true })));
  return orphans.length;
}
