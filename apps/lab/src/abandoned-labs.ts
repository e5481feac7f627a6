import { basename } from 'node:path';
import { rm } from 'node:fs/promises';
import { type LabRecord, type LabRecords } from './lab-record.repository';
import { bridgeName, removeInterface, vethName } from './linux-hosts/lab-bridge.client';
import { MAX_HOSTS } from './linux-hosts/host-plan';
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
  if (record.ownsDir && basename(record.dir).startsWith(DIR_PREFIX)) {
    await rm(record.dir, { recursive: true, force: true });
  }
}
