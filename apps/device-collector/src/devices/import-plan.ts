import type { CreateDeviceBody } from '@capstan/contracts';
import { AppError, type FieldError, type IdSource } from '@capstan/kernel';
import type { DeviceChanges } from './devices.repository';
import type { ImportRow, RowFields } from './import-rows';
import { jumpPath, type JumpDevice } from './jump-chain';

/** What there is before an import. */
export interface ImportWorld {
  readonly devices: readonly JumpDevice[];
  /** Ids of credentials by their names in lower case. */
  readonly credentials: ReadonlyMap<string, string>;
  readonly isPlatform: (name: string) => boolean;
}

/** What is to be done for a row. */
export type PlannedRow = { readonly row: number; readonly name: string } & (
  | { readonly action: 'create'; readonly deviceId: string; readonly device: CreateDeviceBody }
  | { readonly action: 'update'; readonly deviceId: string; readonly changes: DeviceChanges }
  | { readonly action: 'skip'; readonly deviceId: string }
  | { readonly action: 'fail'; readonly errors: readonly FieldError[] }
);

type Refs = Pick<CreateDeviceBody, 'credential_id' | 'jump_host_id'>;

/**
 * Decides what each row of an import becomes. A device is known again by its name, whatever its capitals. A jump host may be
 * named that stands in a later row. Pure but for the ids of new devices.
 */
export function planImport(importRows: readonly ImportRow[], world: ImportWorld, skipDuplicates: boolean, ids: IdSource): PlannedRow[] {
  const planner = new Planner(world, skipDuplicates, ids);
  const inDocument = new Map<string, ImportRow>();
  const repeated = new Set<ImportRow>();
  for (const row of importRows) {
    const key = row.name.toLowerCase();
    if (key !== '' && inDocument.has(key)) {
      repeated.add(row);
    } else {
      inDocument.set(key, row);
    }
  }
  const planned = new Map<ImportRow, PlannedRow>();
  // Rows that wait for a jump host to be planned.
  const waiting = new Set<ImportRow>();
  const plan = (row: ImportRow): void => {
    if (planned.has(row)) {
      return;
    }
    if (repeated.has(row)) {
      planned.set(row, failed(row, [{ path: 'name', code: 'DUPLICATE_ROW', message: 'stands in an earlier row already' }]));
      return;
    }
    const host = 'jumpHost' in row && row.jumpHost !== undefined ? inDocument.get(row.jumpHost.toLowerCase()) : undefined;
    if (host !== undefined && (host === row || waiting.has(host))) {
      planned.set(row, failed(row, [{ path: 'jump_host', code: 'JUMP_CYCLE', message: 'the way through the jump hosts leads back to where it began' }]));
      return;
    }
    if (host !== undefined) {
      waiting.add(row);
      plan(host);
      waiting.delete(row);
    }
    planned.set(row, planned.get(row) ?? planner.plan(row));
  };
  importRows.forEach(plan);
  // In the order in which they were planned: a jump host comes before those behind it.
  return [...planned.values()];
}

class Planner {
  private readonly devices: Map<string, JumpDevice>;
  private readonly byName: Map<string, JumpDevice>;
  private readonly byAddress: Map<string, string>;

  constructor(
    private readonly world: ImportWorld,
    private readonly skipDuplicates: boolean,
    private readonly ids: IdSource,
  ) {
    this.devices = new Map(world.devices.map((device) => [device.device_id, device]));
    this.byName = new Map(world.devices.map((device) => [device.name.toLowerCase(), device]));
    this.byAddress = new Map(world.devices.map((device) => [addressKey(device), device.device_id]));
  }

  plan(row: ImportRow): PlannedRow {
    if ('errors' in row) {
      return failed(row, row.errors);
    }
    const known = this.byName.get(row.name.toLowerCase());
    if (known !== undefined && this.skipDuplicates) {
      return { row: row.row, name: row.name, action: 'skip', deviceId: known.device_id };
    }
    const deviceId = known?.device_id ?? this.ids.next();
    const errors: FieldError[] = [];
    const refs = this.refs(row, errors);
    const device = { ...row.device, ...refs };
    const changes = { ...row.changes, ...refs };
    if (device.platform !== null && !this.world.isPlatform(device.platform)) {
      errors.push({ path: 'platform', code: 'UNKNOWN_PLATFORM', message: 'no such platform' });
    }
    const after: JumpDevice = { device_id: deviceId, ...pick({ ...known, ...(known === undefined ? device : changes) } as JumpDevice) };
    try {
      jumpPath(deviceId, after.jump_host_id, (id) => this.devices.get(id));
    } catch (error) {
      const { code, message } = AppError.from(error);
      errors.push({ path: 'jump_host', code, message });
    }
    const holder = this.byAddress.get(addressKey(after));
    if (holder !== undefined && holder !== deviceId) {
      errors.push({ path: 'address', code: 'DEVICE_EXISTS', message: `${this.devices.get(holder)?.name ?? 'another device'} has this address and port already` });
    }
    if (errors.length > 0) {
      return failed(row, errors);
    }
    this.take(known, after);
    return { row: row.row, name: row.name, ...(known === undefined ? { action: 'create', deviceId, device } : { action: 'update', deviceId, changes }) };
  }

  /** Ids that the row means; what it says nothing of is left out. */
  private refs(row: RowFields, errors: FieldError[]): Partial<Refs> {
    const refs: Partial<Refs> = {};
    if (row.credential !== undefined) {
      const id = this.world.credentials.get(row.credential.trim().toLowerCase());
      if (id === undefined) {
        errors.push({ path: 'credential', code: 'CREDENTIAL_NOT_FOUND', message: 'no such credential' });
      } else {
        refs.credential_id = id;
      }
    }
    const given = row.device.credential_id;
    if (given !== null && ![...this.world.credentials.values()].includes(given)) {
      errors.push({ path: 'credential_id', code: 'CREDENTIAL_NOT_FOUND', message: 'no such credential' });
    }
    if (row.jumpHost !== undefined) {
      const host = this.byName.get(row.jumpHost.trim().toLowerCase());
      if (host === undefined) {
        errors.push({ path: 'jump_host', code: 'JUMP_HOST_NOT_FOUND', message: 'no device of this name, or its own row is wrong' });
      } else {
        refs.jump_host_id = host.device_id;
      }
    }
    return refs;
  }

  private take(before: JumpDevice | undefined, after: JumpDevice): void {
    if (before !== undefined) {
      this.byAddress.delete(addressKey(before));
    }
    this.devices.set(after.device_id, after);
    this.byName.set(after.name.toLowerCase(), after);
    this.byAddress.set(addressKey(after), after.device_id);
  }
}

function pick({ name, address, port, credential_id, jump_host_id }: JumpDevice): Omit<JumpDevice, 'device_id'> {
  return { name, address, port, credential_id, jump_host_id };
}

function addressKey({ address, port, jump_host_id: jump }: Pick<JumpDevice, 'address' | 'port' | 'jump_host_id'>): string {
  return `${address.toLowerCase()} ${port} ${jump ?? ''}`;
}

function failed({ row, name }: ImportRow, errors: readonly FieldError[]): PlannedRow {
  return { row, name, action: 'fail', errors };
}
