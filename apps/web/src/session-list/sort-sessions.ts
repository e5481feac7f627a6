import type { SessionSummary } from '@capstan/contracts';
import { FILTER_STATES, type ListFilter, type SortColumn } from './list-filter';

const COMPARE: Record<SortColumn, (a: SessionSummary, b: SessionSummary) => number> = {
  name: (a, b) => a.name.localeCompare(b.name, undefined, { numeric: true }),
  state: (a, b) => FILTER_STATES.indexOf(a.state) - FILTER_STATES.indexOf(b.state),
  targets: (a, b) => a.target_count - b.target_count,
  bytes: (a, b) => a.artifact_bytes - b.artifact_bytes,
  duration: (a, b) => (a.duration_sec ?? Infinity) - (b.duration_sec ?? Infinity) || 0,
  created: (a, b) => Date.parse(a.created_at) - Date.parse(b.created_at),
};

/** The rows of one page in the order asked for; without one, as the server sent them (newest first). */
export function sortSessions(sessions: readonly SessionSummary[], sort: ListFilter['sort']): readonly SessionSummary[] {
  if (sort === undefined) {
    return sessions;
  }
  const compare = COMPARE[sort.column];
  return [...sessions].sort((a, b) => (sort.descending ? -1 : 1) * (compare(a, b) || 0));
}
