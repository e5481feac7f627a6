import { existsSync, linkSync, mkdirSync, readdirSync, readFileSync, renameSync, rmdirSync, rmSync, unlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AppError } from '@capstan/kernel';
import { identify, isRunning, type ProcessIdentity } from './process-table.repository';

/** What a running lab has made on this machine, so that a later start can take it away if this one is killed. */
export interface LabRecord {
  /** 1..254: third octet of the lab's network and end of its interface names. */
  readonly slot: number;
  /** Boot the record belongs to; PIDs and interfaces of another boot are gone. */
  readonly bootId: string;
  readonly owner: ProcessIdentity;
  /** The lab's working folder. */
  readonly dir: string;
  /** Whether the lab made that folder, and so may remove it. */
  readonly ownsDir: boolean;
  /** Long-lived processes the lab started. */
  readonly processes: readonly ProcessIdentity[];
}

const SLOTS = 254;

/** Where records of this user live: one folder for all labs of a machine, so that two labs choose different networks. */
export function recordsFolder(): string {
  const uid = process.getuid?.() ?? 0;
  return uid === 0 ? '/run/capstan-lab' : join(tmpdir(), `capstan-lab-records-${uid}`);
}

const bootId = (): string => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();

/** The records folder with its claims. */
export class LabRecords {
  constructor(private readonly folder: string = recordsFolder()) {}

  /**
   * Claims the first slot that `usable` accepts and nobody holds. The claim is a hard link, so it appears with its content
   * or not at all, and two labs starting together never get the same one.
   * @throws AppError `LAB_NO_FREE_NETWORK`
   */
  claim(dir: string, ownsDir: boolean, usable: (slot: number) => boolean): LabRecord {
    const owner = identify(process.pid);
    if (!owner) {
      throw new AppError('LAB_NO_PROC', '/proc does not show this process; the lab needs it to clean up safely');
    }
    mkdirSync(this.folder, { recursive: true, mode: 0o700 });
    for (let slot = 1; slot <= SLOTS; slot += 1) {
      if (existsSync(this.path(slot)) || !usable(slot)) {
        continue;
      }
      const record: LabRecord = { slot, bootId: bootId(), owner, dir, ownsDir, processes: [] };
      const draft = this.draft(slot, record);
      try {
        linkSync(draft, this.path(slot));
        return record;
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST') {
          throw error;
        }
      } finally {
        unlinkSync(draft);
      }
    }
    throw new AppError('LAB_NO_FREE_NETWORK', 'every network of the lab (198.18.1.0/24 to 198.18.254.0/24) is in use; stop another lab');
  }

  save(record: LabRecord): void {
    renameSync(this.draft(record.slot, record), this.path(record.slot));
  }

  release(record: LabRecord): void {
    rmSync(this.path(record.slot), { force: true });
    try {
      rmdirSync(this.folder);
    } catch {
      // Another lab still has a record there.
    }
  }

  /** Records whose lab no longer runs. */
  abandoned(): LabRecord[] {
    if (!existsSync(this.folder)) {
      return [];
    }
    return readdirSync(this.folder)
      .filter((name) => /^\d+\.json$/.test(name))
      .flatMap((name) => {
        try {
          const record = JSON.parse(readFileSync(join(this.folder, name), 'utf8')) as LabRecord;
          return this.belongsToThisBoot(record) && isRunning(record.owner) ? [] : [record];
        } catch {
          // Released while being read.
          return [];
        }
      });
  }

  belongsToThisBoot(record: LabRecord): boolean {
    return record.bootId === bootId();
  }

  private path(slot: number): string {
    return join(this.folder, `${slot}.json`);
  }

  private draft(slot: number, record: LabRecord): string {
    const path = join(this.folder, `.${slot}.${process.pid}.draft`);
    writeFileSync(path, JSON.stringify(record), { mode: 0o600 });
    return path;
  }
}
