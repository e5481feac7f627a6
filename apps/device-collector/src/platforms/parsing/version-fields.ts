import type { VersionRow } from '@capstan/contracts';
import { ageSeconds } from '../canonical/age';
import { canonicalMac } from '../canonical/mac-address';
import { saidText, versionRowOf } from './empty-rows';
import { keyValue } from './key-value';
import { type OutputParser, parseEachLine } from './parse-result';

/** What a field of `Name: value` is about. */
export type VersionField = 'os_version' | 'model' | 'hostname' | 'serial' | 'base_mac' | 'uptime' | 'memory_bytes' | 'image_file';

/** How a platform says what it is. */
export interface VersionForm {
  readonly vendor: string;
  readonly os: string;
  /** By the name in front of the colon, in lower case. */
  readonly fields: Readonly<Record<string, VersionField>>;
  /** Lines of another shape; their groups are named as the fields. */
  readonly lines?: readonly RegExp[];
  /** Lines, or names in front of a colon, that are known and say nothing about which device this is. */
  readonly ignored: readonly RegExp[];
  /** Two fields may stand in one line, far apart. */
  readonly twoColumns?: boolean;
}

/** A parser of what devices say of themselves field by field: one row, or none when no field was there. */
export function versionParser(form: VersionForm): OutputParser<VersionRow> {
  return (text) => {
    const row = versionRowOf(form.vendor, form.os);
    let told = false;
    const take = (words: string): boolean => {
      const [name, value] = keyValue(words) ?? ['', ''];
      const key = name.replace(/\s+/g, ' ');
      const field = Object.hasOwn(form.fields, key.toLowerCase()) ? form.fields[key.toLowerCase()] : undefined;
      if (field !== undefined) {
        setField(row, field, value);
        told = true;
        return true;
      }
      return form.ignored.some((pattern) => pattern.test(words) || (key !== '' && pattern.test(key)));
    };
    const parsed = parseEachLine<VersionRow>(text, ({ text: line }) => {
      if (line.trim() === '') {
        return true;
      }
      const groups = form.lines?.map((pattern) => pattern.exec(line)?.groups).find((found) => found !== undefined);
      if (groups !== undefined) {
        Object.entries(groups).forEach(([field, value]) => setField(row, field as VersionField, value ?? ''));
        told = true;
        return true;
      }
      // Every half has to be known, or the line is not.
      return (form.twoColumns === true ? halvesOf(line) : [line.trim()]).map(take).every(Boolean);
    });
    row.hardware = row.model === null ? [] : [row.model];
    return { ...parsed, rows: told ? [row] : [] };
  };
}

/** Several answers about one device as one: what the first does not tell is taken from the next. */
export function mergeVersions(rows: readonly VersionRow[]): VersionRow[] {
  const [first, ...others] = rows;
  if (first === undefined) {
    return [];
  }
  return [others.reduce((known, more) => ({ ...more, ...Object.fromEntries(Object.entries(known).filter(([, value]) => value !== null && (!Array.isArray(value) || value.length > 0))) }), first)];
}

/** `Name : value      Other : value` as two. */
function halvesOf(line: string): string[] {
  const second = /(?<=\S)\s{2,}(?=[A-Z][A-Za-z ()%-]*\s*:(?:\s|$))/.exec(line.trim());
  const whole = line.trim();
  return second === null ? [whole] : [whole.slice(0, second.index), whole.slice(second.index).trim()];
}

function setField(row: VersionRow, field: VersionField, said: string): void {
  const value = saidText(said);
  switch (field) {
    case 'os_version':
    case 'model':
    case 'hostname':
    case 'image_file':
      row[field] ??= value;
      return;
    case 'serial':
      row.serials = [...new Set([...row.serials, ...(value === null ? [] : [value])])];
      return;
    case 'base_mac':
      row.base_mac ??= canonicalMac(value ?? '') ?? null;
      return;
    case 'uptime':
      row.uptime_sec ??= value === null ? null : (ageSeconds(value) ?? null);
      return;
    case 'memory_bytes':
      row.memory_kb ??= Math.round(Number((value ?? '').replaceAll(',', '')) / 1_024) || null;
  }
}
