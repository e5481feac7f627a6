import type { DiffHunk } from '@capstan/contracts';
import { diffArrays } from 'diff';
import { sectionOf } from './sections';

/** Lines that came and went. */
export interface TextDiff {
  readonly method: 'lines' | 'sets';
  readonly added: number;
  readonly removed: number;
  readonly hunks: readonly DiffHunk[];
  readonly truncated: boolean;
}

/** How to compare. */
export interface TextDiffOptions {
  /** Unchanged lines around changed ones. Default 3. */
  readonly context?: number;
  /** Lines in all hunks together. Default 20,000. */
  readonly maxLines?: number;
  /** Milliseconds for the exact comparison; after them the texts are compared as sets of lines. Default 500. */
  readonly timeoutMs?: number;
}

type Op = ' ' | '+' | '-';
interface Edit {
  readonly op: Op;
  readonly text: string;
}

/**
 * More edits than this are no difference to be read line by line. The search takes time and memory by their square: 3,000
 * lines in another order took 1.2 s.
 */
const MAX_EDITS = 8_000;

/** Compares two texts line by line. Never takes much longer than its timeout, whatever the texts are. */
export function diffTexts(from: string, to: string, { context = 3, maxLines = 20_000, timeoutMs = 500 }: TextDiffOptions = {}): TextDiff {
  const before = linesOf(from);
  const after = linesOf(to);
  const edits = exactEdits(before, after, timeoutMs);
  if (edits === undefined) {
    return setDiff(before, after, maxLines);
  }
  const hunks = hunksOf(edits, before, after, context);
  const cut = cutHunks(hunks, maxLines);
  return { method: 'lines', ...countOf(edits), hunks: cut, truncated: cut.length < hunks.length };
}

/** The lines of a text; a final newline begins no further one. */
export function linesOf(text: string): string[] {
  const lines = text.split('\n');
  if (lines.at(-1) === '') {
    lines.pop();
  }
  return lines;
}

function exactEdits(before: readonly string[], after: readonly string[], timeout: number): Edit[] | undefined {
  // Most of two configurations is the same at both ends: what is not has to be searched.
  let head = 0;
  while (head < before.length && head < after.length && before[head] === after[head]) {
    head += 1;
  }
  let tail = 0;
  while (tail < before.length - head && tail < after.length - head && before[before.length - 1 - tail] === after[after.length - 1 - tail]) {
    tail += 1;
  }
  const changes = diffArrays(before.slice(head, before.length - tail), after.slice(head, after.length - tail), { timeout, maxEditLength: MAX_EDITS });
  if (changes === undefined) {
    return undefined;
  }
  const same = (lines: readonly string[]): Edit[] => lines.map((text) => ({ op: ' ', text }));
  return [
    ...same(before.slice(0, head)),
    ...changes.flatMap(({ value, added, removed }) => value.map((text): Edit => ({ op: added ? '+' : removed ? '-' : ' ', text }))),
    ...same(before.slice(before.length - tail)),
  ];
}

function hunksOf(edits: readonly Edit[], before: readonly string[], after: readonly string[], context: number): DiffHunk[] {
  const hunks: DiffHunk[] = [];
  let fromLine = 0;
  let toLine = 0;
  // Where each edit stands in both texts.
  const places = edits.map(({ op }) => {
    const place = { from: fromLine, to: toLine };
    fromLine += op === '+' ? 0 : 1;
    toLine += op === '-' ? 0 : 1;
    return place;
  });
  let index = 0;
  while (index < edits.length) {
    if (edits[index]?.op === ' ') {
      index += 1;
      continue;
    }
    const start = Math.max(0, index - context);
    let end = index;
    let quiet = 0;
    for (let next = index; next < edits.length && quiet <= 2 * context; next += 1) {
      quiet = edits[next]?.op === ' ' ? quiet + 1 : 0;
      end = quiet === 0 ? next : end;
    }
    const stop = Math.min(edits.length, end + 1 + context);
    const lines = edits.slice(start, stop);
    const first = places[start];
    const changed = places[index];
    const inAfter = edits[index]?.op === '+';
    hunks.push({
      from_line: (first?.from ?? 0) + 1,
      from_count: lines.filter(({ op }) => op !== '+').length,
      to_line: (first?.to ?? 0) + 1,
      to_count: lines.filter(({ op }) => op !== '-').length,
      section: inAfter ? sectionOf(after, changed?.to ?? 0) : sectionOf(before, changed?.from ?? 0),
      lines: [...lines],
    });
    index = stop;
  }
  return hunks;
}

function cutHunks(hunks: readonly DiffHunk[], maxLines: number): DiffHunk[] {
  let lines = 0;
  const kept: DiffHunk[] = [];
  for (const hunk of hunks) {
    lines += hunk.lines.length;
    if (lines > maxLines) {
      break;
    }
    kept.push(hunk);
  }
  return kept;
}

/** What is in one text alone, each line as often as it is there more often. */
function setDiff(before: readonly string[], after: readonly string[], maxLines: number): TextDiff {
  const surplus = (of: readonly string[], other: readonly string[]): string[] => {
    const counts = new Map<string, number>();
    for (const line of other) {
      counts.set(line, (counts.get(line) ?? 0) + 1);
    }
    return of.filter((line) => {
      const left = counts.get(line) ?? 0;
      counts.set(line, left - 1);
      return left <= 0;
    });
  };
  const removed = surplus(before, after);
  const added = surplus(after, before);
  const lines: Edit[] = [...removed.map((text): Edit => ({ op: '-', text })), ...added.map((text): Edit => ({ op: '+', text }))];
  return {
    method: 'sets',
    added: added.length,
    removed: removed.length,
    hunks: lines.length === 0 ? [] : [{ from_line: 1, from_count: removed.length, to_line: 1, to_count: added.length, section: null, lines: lines.slice(0, maxLines) }],
    truncated: lines.length > maxLines,
  };
}

function countOf(edits: readonly Edit[]): { added: number; removed: number } {
  return { added: edits.filter(({ op }) => op === '+').length, removed: edits.filter(({ op }) => op === '-').length };
}
