import { rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { type LabRecord, type LabRecords } from './lab-record.repository';
import { bridgeName, removeInterface, vethName } from './linux-hosts/lab-bridge.client';
import { HOSTS_FOLDER, MAX_HOSTS } from './linux-hosts/host-plan';
import { killExactly } from './process-table.repository';

/** Beginning of the name of a working folder that the lab made itself. */
export const DIR_PREFIX = 'capstan-lab-';

/**
 * Takes away what labs left behind that were killed. A process is ended only if its start time is the recorded one, an
 * interface is removed only if it carries the lab's mark, a folder only if the lab had made it.
 */
export async function sweepAbandonedLabs(records: LabRecords, say: (line: string) => void): Promise<void> {
  for (const record of records.abandoned()) {
    say(`cleaning up after a lab that was killed (process ${record.owner.pid})`);
    await removeLeftovers(record, records.belongsToThisBoot(record));
    records.release(record);
  }
}

/** Everything a record names, as far as it is still there. */
export async function removeLeftovers(record: LabRecord, sameBoot: boolean): Promise<void> {
  if (sameBoot) {
    record.processes.forEach((process) => killExactly(process, 'SIGKILL'));
    for (let host = 1; host <= MAX_HOSTS; host += 1) {
      await removeInterface(vethName(record.slot, host));
    }
    await removeInterface(bridgeName(record.slot));
  }
  await removeWorkFolder(record.dir, record.ownsDir && basename(record.dir).startsWith(DIR_PREFIX));
}

/** Removes a working folder, or, where the user gave it, only what the lab put there. */
export async function removeWorkFolder(dir: string, whole: boolean): Promise<void> {
  const mine = whole ? [dir] : [HOSTS_FOLDER, 'lab_key', 'lab_key.pub'].map((name) => join(dir, name));
  for (const path of mine) {
    await rm(path, { recursive: true, force: true });
  }
}
