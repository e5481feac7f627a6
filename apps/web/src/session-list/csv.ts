import type { SessionSummary } from '@capstan/contracts';
import { csvText } from '../design/csv';

const COLUMNS: readonly (readonly [string, (session: SessionSummary) => string | number | null])[] = [
  ['session_id', (session) => session.session_id],
  ['name', (session) => session.name],
  ['state', (session) => session.state],
  ['kinds', (session) => session.kinds.join(' ')],
  ['created_at', (session) => session.created_at],
  ['created_by', (session) => session.created_by.name],
  ['capture_started_at', (session) => session.capture_started_at],
  ['completed_at', (session) => session.completed_at],
  ['duration_sec', (session) => session.duration_sec],
  ['start_spread_ms', (session) => session.start_spread_ms],
  ['targets', (session) => session.target_count],
  ['completed', (session) => session.completed_count],
  ['failed', (session) => session.failed_count],
  ['artifacts', (session) => session.artifact_count],
  ['bytes', (session) => session.artifact_bytes],
];

/** Sessions as CSV (RFC 4180), with a header line. */
export function sessionsCsv(sessions: readonly SessionSummary[]): string {
  return csvText(
    COLUMNS.map(([name]) => name),
    sessions.map((session) => COLUMNS.map(([, value]) => value(session))),
  );
}
