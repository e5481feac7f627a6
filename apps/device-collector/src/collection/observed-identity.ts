import type { InventoryRow, VersionRow } from '@capstan/contracts';
import type { ObservedIdentity } from '../devices/device-directory.repository';
import type { ParseResult } from '../platforms';

/** Who answered, where a capture tells: only serial numbers make an identity. */
export function observedIdentity(type: string, parse: ParseResult<unknown> | null): ObservedIdentity | undefined {
  if (parse === null || (parse.status !== 'parsed' && parse.status !== 'partial')) {
    return undefined;
  }
  if (type === 'version') {
    const [row] = parse.rows as VersionRow[];
    return row === undefined || row.serials.length === 0 ? undefined : { serials: row.serials, baseMac: row.base_mac, model: row.model, osVersion: row.os_version, hostname: row.hostname };
  }
  if (type === 'inventory') {
    const chassis = (parse.rows as InventoryRow[]).filter(({ kind, serial }) => kind === 'chassis' && serial !== null && serial !== '');
    const [first] = chassis;
    return first === undefined ? undefined : { serials: chassis.flatMap(({ serial }) => (serial === null ? [] : [serial])), baseMac: null, model: first.pid, osVersion: null, hostname: null };
  }
  return undefined;
}
