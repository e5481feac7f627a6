import type { ChangeSeverity } from '@capstan/contracts';
import { linesOf, type TextDiff } from './text-diff';
import type { RowChanges } from './row-changes';

/** What a change comes to, before anybody looks at it. */
export interface ChangeVerdict {
  readonly severity: ChangeSeverity;
  /** In a few words; masked texts in, masked words out. */
  readonly summary: string[];
}

const MANY_LINES = 50;
const MANY_PARTS = 5;
const MOST_WORDS = 6;
const LONGEST = 100;

/** Fields of a version that change when a device merely starts again. */
const RESTART_FIELDS: readonly string[] = ['boot_reason', 'uptime_sec', 'memory_kb'];

/** More than fifty changed lines of a configuration are critical, fewer are moderate: the first generation's measure. */
export function verdictOfText({ added, removed, hunks }: TextDiff): ChangeVerdict {
  const places = hunks.map(({ section, lines }) => section ?? lines.find(({ op, text }) => op !== ' ' && text.trim() !== '' && text.trim() !== '!')?.text.trim());
  return { severity: added + removed > MANY_LINES ? 'critical' : 'moderate', summary: few(places.flatMap((place) => place ?? [])) };
}

/** Another version or model is critical, a restart is minor. */
export function verdictOfVersion({ added, removed, modified }: RowChanges): ChangeVerdict {
  const restartOnly = added.length + removed.length === 0 && modified.every(({ field }) => RESTART_FIELDS.includes(field));
  return { severity: restartOnly ? 'minor' : 'critical', summary: few(modified.map((change) => `${change.field} ${word(change.old)} → ${word(change.new)}`)) };
}

/** More than five parts are moderate. */
export function verdictOfInventory({ added, removed, modified }: RowChanges): ChangeVerdict {
  const part = (sign: string) => (row: Record<string, unknown>): string => `${sign} ${[row['name'], row['pid'], row['serial']].filter((text) => typeof text === 'string' && text !== '').join(' ')}`;
  return {
    severity: added.length + removed.length + modified.length > MANY_PARTS ? 'moderate' : 'minor',
    summary: few([...removed.map(part('−')), ...added.map(part('+')), ...modified.map((change) => `${change.key.split('|')[0] ?? ''} ${change.field}`)]),
  };
}

/** Whether a text is worth a comparison at all. */
export function sameLines(before: string, after: string): boolean {
  const [a, b] = [linesOf(before), linesOf(after)];
  return a.length === b.length && a.every((line, index) => line === b[index]);
}

function word(value: unknown): string {
  return value === null || value === undefined ? '–' : typeof value === 'string' ? value : JSON.stringify(value);
}

function few(words: readonly string[]): string[] {
  const distinct = [...new Set(words.map((text) => (text.length > LONGEST ? `${text.slice(0, LONGEST - 1)}…` : text)))];
  return distinct.length > MOST_WORDS ? [...distinct.slice(0, MOST_WORDS), `and ${distinct.length - MOST_WORDS} more`] : distinct;
}
