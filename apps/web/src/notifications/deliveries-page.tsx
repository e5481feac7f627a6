import type { DeliveryView } from '@capstan/contracts';
import { Button, Select } from '@mantine/core';
import { keepPreviousData, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useSearchParams } from 'react-router';
import { DataTable } from '../design/data-table';
import { Empty, ProblemNotice, say, sayProblem } from '../design/feedback';
import { Page, Panel } from '../design/page';
import type { Status } from '../design/status';
import { StatusBadge } from '../design/status-badge';
import { TimeText } from '../design/time-text';
import { useMay, useRuntime } from '../runtime';
import { Pager } from '../session-list/pager';
import { NotificationTabs } from './notification-tabs';
import { DELIVERIES } from './query-keys';
import { useAllChannels } from './use-all-channels';
import classes from './notifications.module.css';

const PER_PAGE = 50;
const STATE: Readonly<Record<DeliveryView['state'], readonly [Status, string]>> = { waiting: ['pending', 'Waiting'], delivered: ['success', 'Delivered'], failed: ['failed', 'Given up'] };
const STATES = (['waiting', 'delivered', 'failed'] as const).map((value) => ({ value, label: STATE[value][1] }));

/** What was sent, what waits, and what the other side said. */
export function DeliveriesPage() {
  const { api } = useRuntime();
  const queries = useQueryClient();
  const mayWrite = useMay('notifications:write');
  const channels = useAllChannels();
  const [search, setSearch] = useSearchParams();
  const channel = search.get('channel') ?? undefined;
  const status = STATES.find(({ value }) => value === search.get('status'))?.value;
  const page = Math.max(1, Math.floor(Number(search.get('page'))) || 1);
  const query = { page, per_page: PER_PAGE, channel, status };
  const list = useQuery({ queryKey: [...DELIVERIES, query], placeholderData: keepPreviousData, refetchInterval: 5_000, queryFn: ({ signal }) => api.call('listDeliveries', { query, signal }) });
  const set = (part: Record<string, string | null>): void => {
    const next = new URLSearchParams(window.location.search);
    next.delete('page');
    for (const [name, value] of Object.entries(part)) {
      if (value === null || value === '') {
        next.delete(name);
      } else {
        next.set(name, value);
      }
    }
    setSearch(next, { replace: true });
  };
  const retry = async ({ delivery_id: id }: DeliveryView): Promise<void> => {
    try {
      await api.call('retryDelivery', { params: { id } });
      say('It is sent once more');
    } catch (error) {
      sayProblem('It was not sent again', error);
    }
    await queries.invalidateQueries({ queryKey: DELIVERIES });
  };
  const narrowed = channel !== undefined || status !== undefined;
  return (
    <Page title="Deliveries" documentTitle="Deliveries · Notifications" description="Every message, newest first: how often it was tried, and what the other side said last.">
      <NotificationTabs />
      <div className={classes['filters']} role="search" aria-label="Filter deliveries">
        <Select aria-label="Channel" placeholder="Any channel" clearable searchable size="xs" data={(channels.data ?? []).map(({ channel_id: value, name }) => ({ value, label: name }))} value={channel ?? null} onChange={(value) => set({ channel: value })} clearButtonProps={{ 'aria-label': 'Any channel' }} />
        <Select aria-label="State" placeholder="Any state" clearable size="xs" data={STATES} value={status ?? null} onChange={(value) => set({ status: value })} clearButtonProps={{ 'aria-label': 'Any state' }} />
      </div>
      {list.isError ? <ProblemNotice error={list.error} retry={() => void list.refetch()} /> : null}
      {list.isError && list.data === undefined ? null : (
        <Panel padded={false}>
          {list.data?.deliveries.length === 0 ? (
            <Empty title={narrowed ? 'No message matches' : 'Nothing was sent yet'} action={narrowed ? <Button variant="default" onClick={() => setSearch(new URLSearchParams())}>Clear filters</Button> : undefined}>
              A message shows here as soon as a rule matches, and stays with what became of it.
            </Empty>
          ) : (
            <DataTable
              label="Deliveries"
              rows={list.data?.deliveries}
              rowKey={(row) => row.delivery_id}
              columns={[
                { label: 'What', cell: (row) => <Told delivery={row} /> },
                { label: 'When', width: 168, cell: (row) => <TimeText iso={row.created_at} form="minute" /> },
                {
                  label: 'Channel',
                  width: 176,
                  cell: (row) => (
                    <span className={classes['stack']}>
                      <span>{row.channel_name}</span>
                      {row.rule_name === null ? null : <span className={classes['small']}>by {row.rule_name}</span>}
                    </span>
                  ),
                },
                {
                  label: 'State',
                  width: 152,
                  cell: (row) => (
                    <span className={classes['stack']}>
                      <span>
                        <StatusBadge status={STATE[row.state][0]}>{STATE[row.state][1]}</StatusBadge>
                      </span>
                      <span className={classes['small']}>
                        {row.state === 'delivered' && row.delivered_at !== null ? <TimeText iso={row.delivered_at} form="time" /> : row.state === 'waiting' && row.attempts === 0 ? <>until <TimeText iso={row.due_at} form="minute" /></> : null}
                      </span>
                    </span>
                  ),
                },
                { label: 'Tries', width: 64, end: true, cell: (row) => row.attempts },
                { label: 'Answer', width: 240, cell: (row) => (row.response === null ? <span className="muted">none yet</span> : <code className="mono">{row.response.length > 160 ? `${row.response.slice(0, 160)}…` : row.response}</code>) },
                {
                  label: 'Actions',
                  hiddenLabel: true,
                  end: true,
                  width: 104,
                  cell: (row) =>
                    mayWrite && row.state === 'failed' ? (
                      <Button size="compact-sm" variant="subtle" aria-label={`Try again: ${row.notices[0]?.title ?? ''}`} onClick={() => void retry(row)}>
                        Try again
                      </Button>
                    ) : null,
                },
              ]}
            />
          )}
        </Panel>
      )}
      <Pager page={page} perPage={PER_PAGE} total={list.data?.total} onPage={(next) => set({ page: next === 1 ? null : String(next) })} />
    </Page>
  );
}

function Told({ delivery: { notices } }: { delivery: DeliveryView }) {
  const [first, ...more] = notices;
  return (
    <span className={classes['stack']}>
      {first === undefined ? '–' : <Link to={first.path}>{first.title}</Link>}
      {more.length === 0 ? null : (
        <details className={classes['more']}>
          <summary>{`and ${more.length} more`}</summary>
          <ul>
            {more.map((notice, index) => (
              <li key={`${notice.subject} ${index}`}>
                <Link to={notice.path}>{notice.title}</Link>
              </li>
            ))}
          </ul>
        </details>
      )}
    </span>
  );
}
