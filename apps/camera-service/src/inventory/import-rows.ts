import { createCameraBody, type CreateCameraBody, fieldProblems, splitUserinfo } from '@capstan/contracts';
import { type FieldError, readRecords } from '@capstan/kernel';

/** One row of an import: a camera, or what is wrong with it. Rows count from 1, without the header. */
export type ImportRow = { readonly row: number; readonly name: string } & ({ readonly camera: CreateCameraBody } | { readonly errors: readonly FieldError[] });

/** Most rows of one document. */
export const MAX_IMPORT_ROWS = 5_000;

const NUMBERS: readonly string[] = ['fps', 'latitude', 'longitude', 'detection_sensitivity', 'timeout_ms', 'snapshot_interval_sec'];
const FLAGS: readonly string[] = ['is_active', 'is_primary', 'enable_recording', 'enable_snapshots', 'enable_detection'];
/** Columns of exports that say what was found out, not what to write. */
const IGNORED: readonly string[] = ['id', 'status', 'state', 'group'];
const KNOWN: readonly string[] = [...Object.keys(createCameraBody.shape), ...IGNORED];

/**
 * Reads a document of cameras. Every row is looked at, whatever is wrong with others.
 * @throws AppError `IMPORT_UNREADABLE` when the document itself cannot be read
 */
export function readImport(format: 'csv' | 'json', text: string, groupId: string | undefined): ImportRow[] {
  // A password may begin or end with a blank.
  const records = readRecords(format, text, { columns: KNOWN, required: 'rtsp_url', list: 'cameras', maxRows: MAX_IMPORT_ROWS, cell: typed, verbatim: ['password'] });
  return records.map((record, index) => readRow(record, index + 1, groupId));
}

function readRow(record: unknown, row: number, groupId: string | undefined): ImportRow {
  const fallback = `Camera ${row}`;
  if (typeof record !== 'object' || record === null || Array.isArray(record)) {
    return { row, name: fallback, errors: [{ path: '', code: 'WRONG_TYPE', message: 'must be an object' }] };
  }
  const given = Object.fromEntries(Object.entries(record).filter(([name, value]) => value !== '' && !IGNORED.includes(name)));
  const input: Record<string, unknown> = { name: fallback, ...(groupId === undefined ? {} : { group_id: groupId }), ...given };
  const parsed = createCameraBody.safeParse(input);
  const name = typeof input['name'] === 'string' ? input['name'].slice(0, 255) : fallback;
  if (!parsed.success) {
    return { row, name, errors: fieldProblems(parsed.error.issues, input) };
  }
  const { username, password } = splitUserinfo(parsed.data.rtsp_url);
  return {
    row,
    name,
    // The columns win over what stands in the URL.
    camera: { ...parsed.data, username: parsed.data.username ?? username ?? null, ...((parsed.data.password === null || parsed.data.password === undefined) && password !== undefined ? { password } : {}) },
  };
}

function typed(name: string, value: string): unknown {
  if (NUMBERS.includes(name)) {
    return /^[+-]?\d+(\.\d+)?$/.test(value) ? Number(value) : value;
  }
  if (FLAGS.includes(name)) {
    return /^(true|1|yes)$/i.test(value) ? true : /^(false|0|no)$/i.test(value) ? false : value;
  }
  return name === 'codec' ? value.toLowerCase() : value;
}
