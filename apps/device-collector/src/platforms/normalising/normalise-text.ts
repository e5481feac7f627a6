import { createHash } from 'node:crypto';
import { isSyslogLine } from '../../ssh/cli/syslog-line';

/**
 * A line that changes by itself. Its pattern is anchored at the start of the line: a rule that fires anywhere in a line
 * hides edits of access lists.
 */
export interface NoiseRule {
  readonly name: string;
  /** Only for these capture types; default all. */
  readonly types?: readonly string[];
  readonly pattern: RegExp;
  /** Only in sections (a line at the margin and the indented ones below it) of which a line matches. */
  readonly section?: RegExp;
  /** What stays of the match, with `$<name>` for its groups. Default: the line goes. */
  readonly keep?: string;
  /** The lines that follow and match are replaced by the fingerprint of what they say. */
  readonly body?: RegExp;
}

/**
 * Things whose order says nothing. `lines`: neighbours that match are sorted. `records`: from a line that matches to the
 * next one, sorted as a whole. Never used for access lists and prefix lists.
 */
export interface OrderRule {
  readonly name: string;
  readonly types?: readonly string[];
  readonly kind: 'lines' | 'records';
  readonly pattern: RegExp;
}

/** A text that stays the same as long as nothing was changed. */
export interface Normalised {
  readonly text: string;
  /** How often each rule fired; rules that did not are left out. */
  readonly hits: Readonly<Record<string, number>>;
}

const TERMINAL_SEQUENCE = /\u001b(?:\[[0-?]*[ -/]*[@-~]|\][^\u0007\u001b]*(?:\u0007|\u001b\\)|[@-Z\\-_=>])/g;

/** Noise of every platform. */
export const COMMON_NOISE: readonly NoiseRule[] = [
  { name: 'pager', pattern: /^\s*(?:-{2,} ?more ?-{2,}|<-{2,} ?more ?-{2,}>|---\(more(?: \d{1,3}%)?\)---|-- MORE --, next page: .*)\s*$/i },
  { name: 'last-login', pattern: /^Last login: / },
];

/** Applies the rules, in this order: terminal residue, messages of the log, noise, runs of blank and lone `!` lines, order. */
export function normaliseText(text: string, noise: readonly NoiseRule[], order: readonly OrderRule[]): Normalised {
  const hits: Record<string, number> = {};
  const hit = (name: string): void => {
    hits[name] = (hits[name] ?? 0) + 1;
  };
  const plain = text.replace(TERMINAL_SEQUENCE, () => {
    hit('terminal-sequence');
    return '';
  });
  const cleaned: string[] = [];
  for (const line of plain.split('\n')) {
    const trimmed = line.replace(/^\r+|[\s\r]+$/g, '');
    if (isSyslogLine(trimmed)) {
      hit('log-message');
    } else {
      cleaned.push(trimmed);
    }
  }
  const quiet = withoutNoise(cleaned, [...COMMON_NOISE, ...noise], hit);
  // Sorted last: what stood between two neighbours may have been noise.
  const ordered = order.reduce((lines, rule) => (rule.kind === 'lines' ? sortNeighbours(lines, rule, hit) : sortRecords(lines, rule, hit)), withoutRuns(quiet, hit));
  return { text: ordered.join('\n'), hits };
}

function withoutNoise(lines: readonly string[], rules: readonly NoiseRule[], hit: (name: string) => void): string[] {
  const kept: string[] = [];
  let sectionEnd = 0;
  let applicable: readonly NoiseRule[] = [];
  for (let index = 0; index < lines.length; index += 1) {
    if (index >= sectionEnd) {
      sectionEnd = index + 1;
      while (sectionEnd < lines.length && !/^[^\s!]/.test(lines[sectionEnd] ?? '')) {
        sectionEnd += 1;
      }
      const section = lines.slice(index, sectionEnd);
      applicable = rules.filter((rule) => rule.section === undefined || section.some((line) => rule.section?.test(line)));
    }
    let line: string | undefined = lines[index] ?? '';
    for (const rule of applicable) {
      if (line === undefined || !rule.pattern.test(line)) {
        continue;
      }
      if (rule.body !== undefined) {
        const body: string[] = [];
        while (index + 1 < lines.length && rule.body.test(lines[index + 1] ?? '')) {
          index += 1;
          body.push((lines[index] ?? '').trim());
        }
        if (body.length > 0) {
          hit(rule.name);
          kept.push(line);
          line = `  fingerprint ${createHash('sha256').update(body.join('')).digest('hex').slice(0, 16)}`;
        }
        continue;
      }
      const changed: string | undefined = rule.keep === undefined ? undefined : line.replace(rule.pattern, rule.keep);
      if (changed !== line) {
        hit(rule.name);
      }
      line = changed;
    }
    if (line !== undefined) {
      kept.push(line);
    }
  }
  return kept;
}

function sortNeighbours(lines: readonly string[], rule: OrderRule, hit: (name: string) => void): string[] {
  const sorted: string[] = [];
  let run: string[] = [];
  const flush = (): void => {
    const inOrder = [...run].sort();
    if (inOrder.some((line, index) => line !== run[index])) {
      hit(rule.name);
    }
    sorted.push(...inOrder);
    run = [];
  };
  for (const line of lines) {
    if (rule.pattern.test(line)) {
      run.push(line);
    } else {
      flush();
      sorted.push(line);
    }
  }
  flush();
  return sorted;
}

function sortRecords(lines: readonly string[], rule: OrderRule, hit: (name: string) => void): string[] {
  const first = lines.findIndex((line) => rule.pattern.test(line));
  if (first < 0) {
    return [...lines];
  }
  const records: string[][] = [];
  for (const line of lines.slice(first)) {
    if (rule.pattern.test(line)) {
      records.push([]);
    }
    if (line !== '') {
      records.at(-1)?.push(line);
    }
  }
  const keys = records.map((record) => record.join('\n'));
  const sorted = [...keys].sort();
  if (sorted.some((key, index) => key !== keys[index])) {
    hit(rule.name);
  }
  return [...lines.slice(0, first), ...sorted.flatMap((key) => key.split('\n'))];
}

/** One lone `!` for a run of them, no blank lines, none of both at the start and the end. */
function withoutRuns(lines: readonly string[], hit: (name: string) => void): string[] {
  const kept: string[] = [];
  let separated = false;
  for (const line of lines) {
    if (line.trim() === '') {
      continue;
    }
    if (line === '!') {
      if (separated || kept.length === 0) {
        hit('separators');
      }
      separated = true;
      continue;
    }
    if (separated && kept.length > 0) {
      kept.push('!');
    }
    separated = false;
    kept.push(line);
  }
  return kept;
}
