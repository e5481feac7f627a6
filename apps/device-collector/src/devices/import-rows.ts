import { createDeviceBody, type CreateDeviceBody, deviceOverrides, fieldProblems, MAX_IMPORT_DEVICES, updateDeviceBody } from '@capstan/contracts';
import { type FieldError, readRecords } from '@capstan/kernel';
import type { DeviceChanges } from './devices.repository';

/** What a row says of a device. */
export interface RowFields {
  /** A whole device, with defaults where the row says nothing. */
  readonly device: CreateDeviceBody;
  /** Only what the row says. */
  readonly changes: DeviceChanges;
  /** Names instead of ids: whoever writes a spreadsheet knows no ids. */
  readonly credential?: string;
  readonly jumpHost?: string;
}

/** One row of an import: a device, or what is wrong with it. Rows count from 1, without the header. */
export type ImportRow = { readonly row: number; readonly name: string } & (RowFields | { readonly errors: readonly FieldError[] });

/** What rows are that do not say otherwise. */
export type ImportDefaults = Partial<Pick<CreateDeviceBody, 'platform' | 'site' | 'role' | 'credential_id' | 'jump_host_id' | 'tags'>>;

const OVERRIDES = Object.keys(deviceOverrides.shape);
const NUMBERS: readonly string[] = ['port', ...OVERRIDES];
/** Columns that are a name for an id. */
const NAMES = ['credential', 'jump_host'] as const;
/** Columns of exports that say what was found out, not what to write. */
const IGNORED: readonly string[] = ['id', 'model', 'serials', 'os_version', 'last_collected_at'];
const KNOWN: readonly string[] = [...Object.keys(createDeviceBody.shape).filter((name) => name !== 'overrides'), ...OVERRIDES, ...NAMES, ...IGNORED];

/**
 * Reads a document of devices. Every row is looked at, whatever is wrong with others.
 * @throws AppError `IMPORT_UNREADABLE` when the document itself cannot be read
 */
export function readImport(format: 'csv' | 'json', text: string, defaults: ImportDefaults): ImportRow[] {
  const records = readRecords(format, text, { columns: KNOWN, required: 'name', list: 'devices', maxRows: MAX_IMPORT_DEVICES, cell: typed });
  return records.map((record, index) => readRow(record, index + 1, defaults));
}

function readRow(record: unknown, row: number, defaults: ImportDefaults): ImportRow {
  if (typeof record !== 'object' || record === null || Array.isArray(record)) {
    return { row, name: '', errors: [{ path: '', code: 'WRONG_TYPE', message: 'must be an object' }] };
  }
  const given = Object.fromEntries(Object.entries(record).filter(([name, value]) => value !== '' && !IGNORED.includes(name)));
  const name = typeof given['name'] === 'string' ? given['name'].trim().slice(0, 200) : '';
  const { credential, jump_host: jumpHost, ...rest } = nested(given);
  const input = { ...defaults, ...rest };
  const device = createDeviceBody.safeParse(input);
  const changes = updateDeviceBody.omit({ revision: true }).safeParse(rest);
  const errors = [
    ...(device.success ? [] : fieldProblems(device.error.issues, input)),
    ...NAMES.flatMap((column): FieldError[] => (given[column] === undefined || given[column] === null || typeof given[column] === 'string' ? [] : [{ path: column, code: 'WRONG_TYPE', message: 'must be a name' }])),
    ...NAMES.flatMap((column): FieldError[] => (given[column] !== undefined && given[`${column}_id`] !== undefined ? [{ path: column, code: 'INVALID', message: `a row has ${column} or ${column}_id, not both` }] : [])),
  ];
  if (!device.success || !changes.success || errors.length > 0) {
    return { row, name, errors };
  }
  return { row, name, device: device.data, changes: changes.data, ...(typeof credential === 'string' ? { credential } : {}), ...(typeof jumpHost === 'string' ? { jumpHost } : {}) };
}

/** Columns of overrides, gathered into the one field they are. */
function nested(given: Record<string, unknown>): Record<string, unknown> {
  const flat = Object.entries(given).filter(([name]) => OVERRIDES.includes(name));
  const rest = Object.fromEntries(Object.entries(given).filter(([name]) => !OVERRIDES.includes(name)));
  return flat.length === 0 ? rest : { ...rest, overrides: { ...(rest['overrides'] as object | undefined), ...Object.fromEntries(flat) } };
}

function typed(name: string, text: string): unknown {
  if (NUMBERS.includes(name)) {
    return /^\d+(\.\d+)?$/.test(text) ? Number(text) : text;
  }
  switch (name) {
    case 'enabled':
      return /^(true|1|yes)$/i.test(text) ? true : /^(false|0|no)$/i.test(text) ? false : text;
    case 'tags':
      return text.split(/[;,]/).map((tag) => tag.trim()).filter((tag) => tag !== '');
    case 'legacy_crypto':
    case 'platform':
      return text.toLowerCase();
    default:
      return text;
  }
}
