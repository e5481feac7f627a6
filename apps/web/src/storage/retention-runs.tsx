import type { RetentionRun } from '@capstan/contracts';
import { keepPreviousData, useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { DataTable } from '../design/data-table';
import { Empty, ProblemNotice } from '../design/feedback';
import { formatBytes, formatCount } from '../design/format';
import { Panel, Section } from '../design/page';
import type { Status } from '../design/status';
import { StatusBadge } from '../design/status-badge';
import { TimeText } from '../design/time-text';
import { useRuntime } from '../runtime';
import { Pager } from '../session-list/pager';
import { STORE_LABELS } from './store-words';

const PER_PAGE = 10;
const STATUS: Readonly<Record<RetentionRun['state'], readonly [Status, string]>> = {
  due: ['pending', 'Due'],
  running: ['running', 'Running'],
  completed: ['success', 'Done'],
  failed: ['failed', 'Failed'],
};

/** What was removed, and on whose order. */
export function RetentionRuns() {
  const { api } = useRuntime();
  const queries = useQueryClient();
  const [page, setPage] = useState(1);
  const runs = useQuery({
    queryKey: ['retention-runs', page],
    queryFn: ({ signal }) => api.call('listRetentionRuns', { query: { page, per_page: PER_PAGE }, signal }),
    placeholderData: keepPreviousData,
    refetchInterval: 3_000,
  });
  const lastEnd = runs.data?.runs[0]?.ended_at;
  useEffect(() => {
    // What a run removed is neither stored nor to be previewed any more.
    void Promise.all([queries.invalidateQueries({ queryKey: ['retention-preview'] }), queries.invalidateQueries({ queryKey: ['storage'] })]);
  }, [queries, lastEnd]);
  return (
    <Section title="What was removed">
      {runs.isError ? <ProblemNotice error={runs.error} retry={() => void runs.refetch()} /> : null}
      <Panel padded={false}>
        {runs.data?.total === 0 ? (
          <Empty title="Nothing yet">Every hour Capstan looks for sessions that may go. Runs that removed something are listed here.</Empty>
        ) : (
          <DataTable
            label="Runs"
            rows={runs.data?.runs}
            rowKey={(run) => run.run_id}
            skeletons={2}
            columns={[
              { label: 'When', width: 192, cell: (run) => <TimeText iso={run.started_at ?? run.requested_at} /> },
              { label: 'By', width: 144, cell: (run) => run.requested_by?.name ?? 'every hour' },
              { label: 'Result', width: 120, cell: (run) => <StatusBadge status={STATUS[run.state][0]}>{STATUS[run.state][1]}</StatusBadge> },
              { label: 'Sessions', width: 96, end: true, cell: (run) => formatCount(run.sessions) },
              { label: 'Files', width: 96, end: true, cell: (run) => formatCount(run.artifacts) },
              { label: 'Size', width: 96, end: true, cell: (run) => formatBytes(run.bytes) },
              { label: 'Of', cell: (run) => run.error ?? (run.by_kind.map(({ kind, sessions }) => `${STORE_LABELS[kind].toLowerCase()} ${formatCount(sessions)}`).join(', ') || <span className="muted">nothing could go</span>) },
            ]}
          />
        )}
      </Panel>
      {(runs.data?.total ?? 0) > PER_PAGE ? <Pager page={page} perPage={PER_PAGE} total={runs.data?.total} onPage={setPage} /> : null}
    </Section>
  );
}
