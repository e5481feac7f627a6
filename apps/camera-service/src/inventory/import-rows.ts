import { createCameraBody, type CreateCameraBody, fieldProblems, splitUserinfo } from '@capstan/contracts';
import { AppError, type FieldError } from '@capstan/kernel';
import { plainCell, readCsv } from './csv';

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
 * @throws AppError `VALIDATION_FAILED` when the document itself cannot be read
 */
export function readImport(format: 'csv' | 'json', text: string, groupId: string | undefined): ImportRow[] {
  const records = format === 'csv' ? csvRecords(text) : jsonRecords(text);
  if (records.length === 0) {
    throw unreadable('EMPTY_DOCUMENT', 'the document has no rows');
  }
  if (records.length > MAX_IMPORT_ROWS) {
    throw unreadable('TOO_MANY_ROWS', `the document has more than ${MAX_IMPORT_ROWS} rows`);
  }
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

function csvRecords(text: string): Record<string, unknown>[] {
  const [header = [], ...lines] = readCsv(text);
  const names = header.map((name) => name.trim().toLowerCase());
  const unknown = names.filter((name) => !KNOWN.includes(name));
  if (!names.includes('rtsp_url')) {
    throw unreadable('NO_HEADER', 'the first line must name the columns, rtsp_url among them');
  }
  if (unknown.length > 0) {
    throw unreadable('UNKNOWN_COLUMN', `${unknown.length} columns are not known; known are ${KNOWN.join(', ')}`);
  }
  return lines.map((line) => Object.fromEntries(names.map((name, index) => [name, typed(name, plainCell(line[index] ?? ''))])));
}

function typed(name: string, text: string): unknown {
  // A password may begin or end with a blank.
  const value = name === 'password' ? text : text.trim();
  if (value === '') {
    return '';
  }
  if (NUMBERS.includes(name)) {
    return /^[+-]?\d+(\.\d+)?$/.test(value) ? Number(value) : value;
  }
  if (FLAGS.includes(name)) {
    return /^(true|1|yes)$/i.test(value) ? true : /^(false|0|no)$/i.test(value) ? false : value;
  }
  return name === 'codec' ? value.toLowerCase() : value;
}

function jsonRecords(text: string): unknown[] {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw unreadable('MALFORMED_DOCUMENT', 'the document is not JSON');
  }
  const list = Array.isArray(value) ? value : (value as { cameras?: unknown } | null)?.cameras;
  if (!Array.isArray(list)) {
    throw unreadable('MALFORMED_DOCUMENT', 'the document must be an array of cameras, or {"cameras": […]}');
  }
  return list;
}

function unreadable(code: string, message: string): AppError {
  return new AppError('IMPORT_UNREADABLE', message, { details: { code } });
}
