import type { ScheduleView } from '@capstan/contracts';
import { Button, Switch } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { keepPreviousData, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { Link } from 'react-router';
import { newKey } from '../api/new-key';
import { DataTable } from '../design/data-table';
import { Empty, ProblemNotice, say, sayProblem } from '../design/feedback';
import { Page, Panel } from '../design/page';
import { TimeText } from '../design/time-text';
import { useMay, useRuntime } from '../runtime';
import { Pager } from '../session-list/pager';
import { cronText } from './cron-text';
import { RunBadge } from './run-table';
import classes from './schedules.module.css';

const PER_PAGE = 50;

/** What Capstan starts by itself, and when. */
export function SchedulesPage() {
  const { api } = useRuntime();
  const queries = useQueryClient();
  const mayWrite = useMay('sessions:write');
  const [page, setPage] = useState(1);
  const list = useQuery({
    queryKey: ['schedules', page],
    queryFn: ({ signal }) => api.call('listSchedules', { query: { page, per_page: PER_PAGE }, signal }),
    placeholderData: keepPreviousData,
    refetchInterval: 10_000,
  });
  const act = async (title: string, work: () => Promise<unknown>, done: string): Promise<void> => {
    try {
      await work();
      say(done);
    } catch (error) {
      sayProblem(title, error);
    }
    await queries.invalidateQueries({ queryKey: ['schedules'] });
  };
  const enable = ({ schedule_id, name }: ScheduleView, enabled: boolean): Promise<void> =>
    act(`${name} was not changed`, () => api.call('patchSchedule', { params: { id: schedule_id }, body: { enabled } }), enabled ? `${name} goes on` : `${name} is paused`);
  const run = ({ schedule_id, name }: ScheduleView): Promise<void> => act(`${name} was not started`, () => api.call('runSchedule', { params: { id: schedule_id }, idempotencyKey: newKey() }), `${name} starts now`);
  const add = mayWrite ? (
    <Button component={Link} to="/schedules/new" leftSection={<IconPlus size={14} aria-hidden />}>
      New schedule
    </Button>
  ) : undefined;
  return (
    <Page title="Schedules" description="Sessions that start by themselves, again and again." actions={add}>
      {list.isError ? <ProblemNotice error={list.error} retry={() => void list.refetch()} /> : null}
      {list.isError && list.data === undefined ? null : (
        <Panel padded={false}>
          {list.data?.total === 0 ? (
            <Empty title="No schedules yet" action={add}>
              Keep a session as a template, and let a schedule start it every night, every five minutes, or on the first Monday of the month.
            </Empty>
          ) : (
            <DataTable
              label="Schedules"
              rows={list.data?.schedules}
              rowKey={(row) => row.schedule_id}
              columns={[
                { label: 'Name', cell: (row) => <Link to={`/schedules/${row.schedule_id}`} className={classes['name']}>{row.name}</Link> },
                {
                  label: 'When',
                  cell: (row) => (
                    <>
                      {cronText(row.cron) ?? row.cron} <span className="muted">{row.time_zone}</span>
                    </>
                  ),
                },
                { label: 'Next', width: 168, cell: (row) => <NextRun schedule={row} /> },
                { label: 'Last', width: 240, cell: (row) => (row.last_run === null ? <span className="muted">never</span> : <><RunBadge run={row.last_run} /> <TimeText iso={row.last_run.due_at} form="ago" /></>) },
                { label: 'Runs', width: 72, end: true, cell: (row) => `${row.run_count}${row.max_runs === null ? '' : `/${row.max_runs}`}` },
                { label: 'Enabled', width: 80, cell: (row) => <Switch size="xs" aria-label={`${row.name} is enabled`} checked={row.enabled} disabled={!mayWrite} onChange={(event) => void enable(row, event.currentTarget.checked)} /> },
                { label: 'Actions', hiddenLabel: true, end: true, width: 96, cell: (row) => (mayWrite ? <Button size="compact-sm" variant="subtle" onClick={() => void run(row)} aria-label={`Run now: ${row.name}`}>Run now</Button> : null) },
              ]}
            />
          )}
        </Panel>
      )}
      {(list.data?.total ?? 0) > PER_PAGE ? <Pager page={page} perPage={PER_PAGE} total={list.data?.total} onPage={setPage} /> : null}
    </Page>
  );
}

function NextRun({ schedule: { state, next_runs } }: { schedule: ScheduleView }) {
  const [next] = next_runs;
  return next === undefined ? <span className="muted">{state === 'paused' ? 'paused' : 'finished'}</span> : <TimeText iso={next} form="minute" />;
}
