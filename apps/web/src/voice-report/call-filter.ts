import type { VoiceCall } from '@capstan/contracts';

/** Columns that calls can be sorted by. */
export const CALL_COLUMNS = ['started', 'from', 'to', 'outcome', 'duration', 'delay', 'codecs', 'mos', 'findings'] as const;
/** See {@link CALL_COLUMNS}. */
export type CallColumn = (typeof CALL_COLUMNS)[number];

/** Choices beside the outcomes themselves: what to look at first. */
export const CALL_CHOICES = ['all', 'findings', 'one_way', 'answered', 'rejected', 'cancelled', 'unanswered', 'in_progress'] as const;
/** See {@link CALL_CHOICES}. */
export type CallChoice = (typeof CALL_CHOICES)[number];

/** Which calls are listed, and in which order. */
export interface CallFilter {
  readonly text: string;
  readonly choice: CallChoice;
  readonly sort?: { readonly column: CallColumn; readonly descending: boolean };
}

/** The filter an address names; what it does not know is left out. */
export function callFilterOf(search: URLSearchParams): CallFilter {
  const [column = '', direction] = (search.get('sort') ?? '').split('.');
  const known = CALL_COLUMNS.find((name) => name === column);
  return {
    text: search.get('q') ?? '',
    choice: CALL_CHOICES.find((name) => name === search.get('show')) ?? 'all',
    ...(known === undefined ? {} : { sort: { column: known, descending: direction === 'desc' } }),
  };
}

/** The address of a filter; defaults are left out. */
export function callSearch(before: URLSearchParams, filter: CallFilter): URLSearchParams {
  const next = new URLSearchParams(before);
  const set = (name: string, value: string): void => (value === '' ? next.delete(name) : next.set(name, value));
  set('q', filter.text);
  set('show', filter.choice === 'all' ? '' : filter.choice);
  set('sort', filter.sort === undefined ? '' : `${filter.sort.column}${filter.sort.descending ? '.desc' : ''}`);
  return next;
}

const COMPARE: Record<CallColumn, (a: VoiceCall, b: VoiceCall) => number> = {
  started: (a, b) => a.started_at - b.started_at,
  from: (a, b) => a.from.localeCompare(b.from, undefined, { numeric: true }),
  to: (a, b) => a.to.localeCompare(b.to, undefined, { numeric: true }),
  outcome: (a, b) => a.outcome.localeCompare(b.outcome) || (a.status ?? 0) - (b.status ?? 0),
  duration: (a, b) => known(a.duration_ms, -1) - known(b.duration_ms, -1),
  delay: (a, b) => known(a.post_dial_delay_ms, -1) - known(b.post_dial_delay_ms, -1),
  codecs: (a, b) => a.codecs.join().localeCompare(b.codecs.join()),
  // The worst first; a call without an estimate is no bad one.
  mos: (a, b) => known(a.worst_mos, 9) - known(b.worst_mos, 9),
  findings: (a, b) => a.findings.length - b.findings.length,
};

/** The calls that match, in the order asked for; without one, as they began. */
export function filterCalls(calls: readonly VoiceCall[], { text, choice, sort }: CallFilter): readonly VoiceCall[] {
  const words = text.trim().toLowerCase().split(/\s+/).filter((word) => word !== '');
  const found = calls.filter((call) => chosen(call, choice) && words.every((word) => says(call, word)));
  if (sort === undefined) {
    return found;
  }
  const compare = COMPARE[sort.column];
  return [...found].sort((a, b) => (sort.descending ? -1 : 1) * compare(a, b) || a.id - b.id);
}

function chosen(call: VoiceCall, choice: CallChoice): boolean {
  switch (choice) {
    case 'all':
      return true;
    case 'findings':
      return call.findings.length > 0;
    case 'one_way':
      return call.one_way_audio;
    default:
      return call.outcome === choice;
  }
}

function says(call: VoiceCall, word: string): boolean {
  return [call.from, call.to, call.reason ?? '', String(call.status ?? ''), ...call.codecs, ...call.legs.flatMap((leg) => [leg.call_id, leg.source, leg.destination, leg.from, leg.to])].some((part) => part.toLowerCase().includes(word));
}

function known(value: number | null, otherwise: number): number {
  return value ?? otherwise;
}
