import { plainCell, readCsv } from './csv';
import { AppError } from './errors';

/** What a document of records looks like. */
export interface RecordShape {
  /** Columns that a CSV may have. */
  readonly columns: readonly string[];
  /** The column that makes the first line of a CSV a header. */
  readonly required: string;
  /** Name of the array in a JSON document that is an object. */
  readonly list: string;
  readonly maxRows: number;
  /** The value of a cell; it is not empty, and blanks around it are gone. */
  readonly cell: (column: string, text: string) => unknown;
  /** Columns whose blanks count. */
  readonly verbatim?: readonly string[];
}

/**
 * Reads a document of records. What is wrong with one record is the caller's to find: each is looked at for itself. An
 * empty cell is an empty text.
 * @throws AppError `IMPORT_UNREADABLE` with a `code` in its details, when the document itself cannot be read
 */
export function readRecords(format: 'csv' | 'json', text: string, shape: RecordShape): unknown[] {
  const records = format === 'csv' ? csvRecords(text, shape) : jsonRecords(text, shape);
  if (records.length === 0) {
    throw unreadable('EMPTY_DOCUMENT', 'the document has no rows');
  }
  if (records.length > shape.maxRows) {
    throw unreadable('TOO_MANY_ROWS', `the document has more than ${shape.maxRows} rows`);
  }
  return records;
}

function csvRecords(text: string, { columns, required, cell, verbatim = [] }: RecordShape): Record<string, unknown>[] {
  const [header = [], ...lines] = readCsv(text);
  const names = header.map((name) => name.trim().toLowerCase());
  if (!names.includes(required)) {
    throw unreadable('NO_HEADER', `the first line must name the columns, ${required} among them`);
  }
  const unknown = names.filter((name) => !columns.includes(name));
  if (unknown.length > 0) {
    throw unreadable('UNKNOWN_COLUMN', `${unknown.length} columns are not known; known are ${columns.join(', ')}`);
  }
  const typed = (name: string, raw: string): unknown => {
    const value = verbatim.includes(name) ? raw : raw.trim();
    return value === '' ? '' : cell(name, value);
  };
  return lines.map((line) => Object.fromEntries(names.map((name, index) => [name, typed(name, plainCell(line[index] ?? ''))])));
}

function jsonRecords(text: string, { list }: RecordShape): unknown[] {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw unreadable('MALFORMED_DOCUMENT', 'the document is not JSON');
  }
  const found = Array.isArray(value) ? value : (value as Record<string, unknown> | null)?.[list];
  if (!Array.isArray(found)) {
    throw unreadable('MALFORMED_DOCUMENT', `the document must be an array of ${list}, or {"${list}": […]}`);
  }
  return found;
}

function unreadable(code: string, message: string): AppError {
  return new AppError('IMPORT_UNREADABLE', message, { details: { code } });
}
