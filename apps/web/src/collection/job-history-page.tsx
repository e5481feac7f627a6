import { COLLECTION_STATUSES, type CollectionJob } from '@capstan/contracts';
import { Button, Select } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { keepPreviousData, useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import { Link, useSearchParams } from 'react-router';
import { DataTable } from '../design/data-table';
import { Empty, ProblemNotice } from '../design/feedback';
import { formatCount, formatDuration } from '../design/format';
import { Page, Panel } from '../design/page';
import { StatusBadge } from '../design/status-badge';
import { TimeText } from '../design/time-text';
import { useMay, useRuntime } from '../runtime';
import { Pager } from '../session-list/pager';
import { captureTypeLabel } from './capture-type-words';
import { isOver } from './collection-live';
import { jobWords } from './collection-words';
import { COLLECTIONS } from './use-collection';
import classes from './collection.module.css';

const PER_PAGE = 50;
const STATUSES: readonly CollectionJob['status'][] = ['queued', 'running', 'completed', 'partial', 'failed', 'cancelled'] satisfies (typeof COLLECTION_STATUSES)[number][];
/** Longest time the list may be old, in ms: hundreds of devices tell of themselves in a second. */
const REREAD_AFTER_MS = 1_000;

/** Collections, newest first. */
export function JobHistoryPage() {
  const { api, live } = useRuntime();
  const queries = useQueryClient();
  const mayRun = useMay('sessions:write');
  const [search, setSearch] = useSearchParams();
  const status = STATUSES.find((name) => name === search.get('status'));
  const page = Math.max(1, Math.floor(Number(search.get('page'))) || 1);
  const list = useQuery({ queryKey: [...COLLECTIONS, 'list', status, page], queryFn: ({ signal }) => api.call('listCollections', { query: { status, page, per_page: PER_PAGE }, signal }), placeholderData: keepPreviousData });
  useEffect(() => {
    let timer = 0;
    const again = (): void => {
      timer ||= window.setTimeout(() => {
        timer = 0;
        void queries.invalidateQueries({ queryKey: [...COLLECTIONS, 'list'] });
      }, REREAD_AFTER_MS);
    };
    const leave = [live.take('collections'), live.hear('collection_progress', again), live.hear('collection_complete', again), live.hear('collection_error', again), live.onCatchUp(again)];
    return () => {
      window.clearTimeout(timer);
      leave.forEach((undo) => undo());
    };
  }, [live, queries]);
  const rows = list.data?.jobs;
  const start = (
    <Button component={Link} to="/collection/new" leftSection={<IconPlus size={14} aria-hidden />}>
      New collection
    </Button>
  );
  return (
    <Page title="Collection" description="What devices say of themselves: configurations, tables, versions, parts." actions={mayRun ? start : undefined}>
      <div className={classes['historyFilter']} role="search" aria-label="Filter collections">
        <Select aria-label="State" placeholder="Any state" clearable size="xs" data={STATUSES.map((name) => ({ value: name, label: jobWords(name).label }))} value={status ?? null} onChange={(value) => setSearch(value === null ? {} : { status: value }, { replace: true })} clearButtonProps={{ 'aria-label': 'Any state' }} />
      </div>
      {list.isError ? <ProblemNotice error={list.error} retry={() => void list.refetch()} /> : null}
      {rows?.length === 0 ? (
        <Panel>
          {status === undefined ? (
            <Empty title="No collections yet" action={mayRun ? start : undefined}>
              Each collection appears here with its devices, what was collected, and why what failed.
            </Empty>
          ) : (
            <Empty title="No collection is in this state">Choose another state, or all of them.</Empty>
          )}
        </Panel>
      ) : list.isError && rows === undefined ? null : (
        <Panel padded={false}>
          <DataTable
            label="Collections"
            rows={rows}
            rowKey={({ job_id: id }) => id}
            columns={[
              {
                label: 'Collection',
                cell: (job) => (
                  <Link className={classes['link']} to={`/collection/${job.job_id}${isOver(job) ? '?view=results' : ''}`}>
                    {job.name === '' ? job.job_id : job.name}
                  </Link>
                ),
              },
              { label: 'State', width: 128, cell: (job) => <StatusBadge status={jobWords(job.status).status}>{jobWords(job.status).label}</StatusBadge> },
              { label: 'Devices', end: true, cell: (job) => <Devices job={job} /> },
              { label: 'Captures', cell: ({ capture_types: types }) => <span className="muted">{types.length > 3 ? `${types.length} types` : types.map(captureTypeLabel).join(', ')}</span> },
              { label: 'Changes', end: true, width: 88, cell: ({ changes_detected: changes }) => (changes === 0 ? <span className="muted">–</span> : formatCount(changes)) },
              { label: 'Time', end: true, width: 104, cell: (job) => <span className="num">{formatDuration(job.execution_time)}</span> },
              { label: 'By', cell: ({ requested_by: by }) => by },
              { label: 'Started', end: true, width: 152, cell: (job) => <TimeText iso={job.started_at} form="minute" /> },
            ]}
          />
        </Panel>
      )}
      <Pager page={page} perPage={PER_PAGE} total={list.data?.total} onPage={(next) => setSearch({ ...(status === undefined ? {} : { status }), page: String(next) }, { replace: true })} />
    </Page>
  );
}

function Devices({ job }: { job: CollectionJob }) {
  return (
    <span className="num">
      {formatCount(job.devices_succeeded)} of {formatCount(job.device_count)}
      {job.devices_failed === 0 ? null : <span className={classes['bad']}> · {formatCount(job.devices_failed)} failed</span>}
    </span>
  );
}
