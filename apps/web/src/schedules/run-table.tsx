import type { ScheduleRun } from '@capstan/contracts';
import { Link } from 'react-router';
import { DataTable } from '../design/data-table';
import type { Status } from '../design/status';
import { StateBadge, StatusBadge } from '../design/status-badge';
import { TimeText } from '../design/time-text';

const RUN_STATUS: Record<ScheduleRun['state'], readonly [Status, string]> = {
  due: ['pending', 'Due'],
  queued: ['pending', 'Waiting'],
  started: ['running', 'Started'],
  skipped: ['cancelled', 'Skipped'],
  missed: ['attention', 'Missed'],
  failed: ['failed', 'Not started'],
};

/** What became of a run: the state of its session where it has one. */
export function RunBadge({ run }: { run: ScheduleRun }) {
  if (run.session_state !== null) {
    return <StateBadge state={run.session_state} />;
  }
  const [status, word] = RUN_STATUS[run.state];
  return <StatusBadge status={status}>{word}</StatusBadge>;
}

/** Runs of a schedule, newest first. */
export function RunTable({ runs }: { runs: readonly ScheduleRun[] | undefined }) {
  return (
    <DataTable
      label="Runs"
      rows={runs}
      rowKey={(run) => run.run_id}
      columns={[
        { label: 'Due', width: 192, cell: (run) => <TimeText iso={run.due_at} /> },
        { label: 'Begun by', width: 112, cell: (run) => (run.trigger === 'cron' ? 'schedule' : 'hand') },
        { label: 'Result', width: 144, cell: (run) => <RunBadge run={run} /> },
        { label: 'Session', cell: (run) => (run.session_id === null ? (run.error?.message ?? '–') : run.session_state === null ? <span className="muted">deleted</span> : <Link to={`/sessions/${run.session_id}`}>Look at the session</Link>) },
        { label: 'Late by', width: 96, end: true, cell: (run) => (run.started_at === null ? '–' : `${((Date.parse(run.started_at) - Date.parse(run.due_at)) / 1_000).toFixed(1)} s`) },
      ]}
    />
  );
}
