import type { SessionSummary } from '@capstan/contracts';

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
  const lines = [COLUMNS.map(([name]) => name), ...sessions.map((session) => COLUMNS.map(([, value]) => cell(value(session))))];
  return `${lines.map((line) => line.join(',')).join('\r\n')}\r\n`;
}

function cell(value: string | number | null): string {
  if (value === null || typeof value === 'number') {
    return value === null ? '' : String(value);
  }
  // A spreadsheet would run a name such as `=HYPERLINK(…)` as a formula.
  const safe = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
