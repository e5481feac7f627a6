import { Button, Select, Tooltip } from '@mantine/core';
import { IconDownload, IconPlus } from '@tabler/icons-react';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useEffect, useMemo, useRef, useState } from 'react';
import { Link, useLocation, useSearchParams } from 'react-router';
import { Empty, ProblemNotice } from '../design/feedback';
import { Page, Panel } from '../design/page';
import { SearchField } from '../design/search-field';
import { stateLabel } from '../design/status';
import { SESSION_LISTS, useSessionsFeed } from '../live/use-sessions-feed';
import { useMay, useRuntime } from '../runtime';
import { BulkBar } from './bulk-bar';
import { FILTER_STATES, filterFrom, isNarrowed, type ListFilter, queryOf, searchOf } from './list-filter';
import { Pager } from './pager';
import { SessionTable } from './session-table';
import { sortSessions } from './sort-sessions';
import { useCsvExport } from './use-csv-export';
import classes from './session-list.module.css';

const PERIOD_LABELS = [
  { value: '1h', label: 'Last hour' },
  { value: '24h', label: 'Last 24 hours' },
  { value: '7d', label: 'Last 7 days' },
  { value: '30d', label: 'Last 30 days' },
];

/** The history. */
export function SessionListPage() {
  useSessionsFeed();
  const { api, clock } = useRuntime();
  const mayStart = useMay('sessions:write');
  const [search, setSearch] = useSearchParams();
  const filter = useMemo(() => filterFrom(search), [search]);
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  const change = (part: Partial<ListFilter>): void => {
    setSelected(new Set());
    setSearch((before) => searchOf({ ...filterFrom(before), page: 1, ...part }), { replace: true });
  };
  const asked = { ...filter, sort: undefined };
  const list = useQuery({
    queryKey: [...SESSION_LISTS, 'history', asked],
    queryFn: ({ signal }) => api.call('listSessions', { query: queryOf(filter, clock.now()), signal }),
    placeholderData: keepPreviousData,
  });
  const rows = useMemo(() => (list.data === undefined ? undefined : sortSessions(list.data.sessions, filter.sort)), [list.data, filter.sort]);
  const csv = useCsvExport(filter);
  const total = list.data?.total ?? 0;

  return (
    <Page
      title="Sessions"
      actions={
        <>
          <Tooltip label="Every session that matches the filters, up to 10,000">
            <Button variant="default" leftSection={<IconDownload size={14} aria-hidden />} loading={csv.busy} disabled={total === 0} onClick={() => void csv.run()}>
              Export CSV
            </Button>
          </Tooltip>
          {mayStart ? (
            <Button component={Link} to="/sessions/new" leftSection={<IconPlus size={14} aria-hidden />}>
              New capture
            </Button>
          ) : null}
        </>
      }
    >
      <div className={classes['filters']} role="search" aria-label="Filter sessions">
        <SessionSearch value={filter.q} onChange={(q) => change({ q })} />
        <Select aria-label="State" placeholder="Any state" clearable size="xs" data={FILTER_STATES.map((state) => ({ value: state, label: stateLabel(state) }))} value={filter.status ?? null} onChange={(status) => change({ status: FILTER_STATES.find((state) => state === status) })} clearButtonProps={{ 'aria-label': 'Any state' }} />
        <Select aria-label="Period" placeholder="Any time" clearable size="xs" data={PERIOD_LABELS} value={filter.period ?? null} onChange={(period) => change({ period: (period ?? undefined) as ListFilter['period'] })} clearButtonProps={{ 'aria-label': 'Any time' }} />
      </div>
      <BulkBar sessions={rows ?? []} selected={selected} onDone={() => setSelected(new Set())} />
      {list.isError ? <ProblemNotice error={list.error} retry={() => void list.refetch()} /> : null}
      {rows?.length === 0 ? (
        <Panel>
          {isNarrowed(filter) || filter.page > 1 ? (
            <Empty
              title="No session matches"
              action={
                <Button variant="default" onClick={() => setSearch(new URLSearchParams())}>
                  Clear filters
                </Button>
              }
            >
              Names and hosts of targets are searched. Try fewer letters or a longer period.
            </Empty>
          ) : (
            <Empty
              title="No sessions yet"
              action={
                mayStart ? (
                  <Button component={Link} to="/sessions/new">
                    Start the first capture
                  </Button>
                ) : undefined
              }
            >
              Every capture appears here with its state, its targets and its bundle, and stays until it is deleted.
            </Empty>
          )}
        </Panel>
      ) : list.isError && rows === undefined ? null : (
        <Panel padded={false}>
          <SessionTable rows={rows} skeletons={20} sort={filter.sort} onSort={(sort) => change({ sort, page: filter.page })} selected={selected} onSelect={setSelected} />
        </Panel>
      )}
      <Pager
        page={filter.page}
        perPage={filter.perPage}
        total={list.data?.total}
        note={filter.sort !== undefined && total > filter.perPage ? 'Sorted within this page' : undefined}
        onPage={(page) => change({ page })}
        onPerPage={(perPage) => change({ perPage })}
      />
    </Page>
  );
}

/** Focused when a shortcut led here. */
function SessionSearch({ value, onChange }: { value: string; onChange: (value: string) => void }) {
  const field = useRef<HTMLInputElement>(null);
  const location = useLocation();
  useEffect(() => {
    if ((location.state as { focusSearch?: boolean } | null)?.focusSearch === true) {
      field.current?.focus();
      field.current?.select();
    }
  }, [location]);
  return <SearchField ref={field} label="Search sessions" placeholder="Name or host" value={value} onChange={onChange} />;
}
