import type { DiffHunk } from '@capstan/contracts';

/** A line of one side. */
export interface SideLine {
  readonly number: number;
  readonly text: string;
  readonly changed: boolean;
  /** Characters that differ from the line beside it; absent where there is none. */
  readonly mark?: readonly [start: number, end: number];
}

/** A row of the viewer. */
export type DiffRow =
  | { readonly kind: 'section'; readonly key: string; readonly text: string }
  | { readonly kind: 'fold'; readonly key: string; readonly from: number; readonly count: number }
  | { readonly kind: 'lines'; readonly key: string; readonly left: SideLine | undefined; readonly right: SideLine | undefined };

/** Unchanged lines that stay beside changed ones. */
export const CONTEXT = 3;

/**
 * Rows of a difference. Unchanged lines far from changes are folded, wherever they come from: left out by the server, or
 * there but not opened.
 * @param opened first hidden lines of the folds somebody has opened
 * @param total lines of the earlier text
 */
export function diffRows(hunks: readonly DiffHunk[], opened: ReadonlySet<number>, total: number): DiffRow[] {
  const rows: DiffRow[] = [];
  let next = 1;
  const fold = (from: number, count: number): void => {
    if (count > 0) {
      rows.push({ kind: 'fold', key: `fold-${from}`, from, count });
    }
  };
  for (const hunk of hunks) {
    fold(next, hunk.from_line - next);
    if (hunk.section !== null) {
      rows.push({ kind: 'section', key: `section-${hunk.from_line}-${hunk.to_line}`, text: hunk.section });
    }
    rows.push(...hunkRows(hunk, opened, hunk.from_line + hunk.from_count > total));
    next = hunk.from_line + hunk.from_count;
  }
  fold(next, total + 1 - next);
  return rows;
}

function hunkRows(hunk: DiffHunk, opened: ReadonlySet<number>, last: boolean): DiffRow[] {
  const rows: DiffRow[] = [];
  let [from, to] = [hunk.from_line, hunk.to_line];
  let index = 0;
  while (index < hunk.lines.length) {
    const start = index;
    const same = hunk.lines[index]?.op === ' ';
    while (index < hunk.lines.length && (hunk.lines[index]?.op === ' ') === same) {
      index += 1;
    }
    const lines = hunk.lines.slice(start, index);
    if (same) {
      const head = start === 0 && from === 1 ? 0 : CONTEXT;
      const tail = index === hunk.lines.length && last ? 0 : CONTEXT;
      const hidden = lines.length - head - tail;
      const folded = hidden > 1 && !opened.has(from + head);
      lines.forEach(({ text }, at) => {
        if (folded && at === head) {
          rows.push({ kind: 'fold', key: `fold-${from + head}`, from: from + head, count: hidden });
        }
        if (!folded || at < head || at >= head + hidden) {
          rows.push({ kind: 'lines', key: `${from + at}-${to + at}`, left: { number: from + at, text, changed: false }, right: { number: to + at, text, changed: false } });
        }
      });
      from += lines.length;
      to += lines.length;
    } else {
      const removed = lines.filter(({ op }) => op === '-');
      const added = lines.filter(({ op }) => op === '+');
      for (let at = 0; at < Math.max(removed.length, added.length); at += 1) {
        rows.push({ kind: 'lines', key: `${from}/${to}/${at}`, ...pair(removed[at]?.text, from + at, added[at]?.text, to + at) });
      }
      from += removed.length;
      to += added.length;
    }
  }
  return rows;
}

function pair(before: string | undefined, from: number, after: string | undefined, to: number): { left: SideLine | undefined; right: SideLine | undefined } {
  const marks = before === undefined || after === undefined ? undefined : differing(before, after);
  const side = (text: string | undefined, number: number, mark: readonly [number, number] | undefined): SideLine | undefined => (text === undefined ? undefined : { number, text, changed: true, ...(mark === undefined ? {} : { mark }) });
  return { left: side(before, from, marks?.[0]), right: side(after, to, marks?.[1]) };
}

/** What is different between two lines that take each other's place; undefined when they have too little in common for it to help. */
function differing(before: string, after: string): [[number, number], [number, number]] | undefined {
  let head = 0;
  while (head < before.length && head < after.length && before[head] === after[head]) {
    head += 1;
  }
  let tail = 0;
  while (tail < before.length - head && tail < after.length - head && before[before.length - 1 - tail] === after[after.length - 1 - tail]) {
    tail += 1;
  }
  return head + tail < 4 || head + tail < Math.min(before.length, after.length) / 4
    ? undefined
    : [
        [head, before.length - tail],
        [head, after.length - tail],
      ];
}
