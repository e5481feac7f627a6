import { Button, Switch } from '@mantine/core';
import { keepPreviousData, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useNavigate, useParams } from 'react-router';
import { newKey } from '../api/new-key';
import { useOrderKey } from '../api/order-key';
import { ConfirmDialog } from '../design/confirm-dialog';
import { Empty, ProblemNotice, say, sayProblem } from '../design/feedback';
import { Page, Panel, Section } from '../design/page';
import { useMay, useRuntime } from '../runtime';
import { Pager } from '../session-list/pager';
import { RunTable } from './run-table';
import { bodyOf, draftOf, newDraft } from './schedule-draft';
import { ScheduleForm } from './schedule-form';

const PER_PAGE = 20;
const BACK = { to: '/schedules', label: 'Schedules' } as const;

/** Makes a schedule. */
export function NewSchedulePage() {
  const { api } = useRuntime();
  const navigate = useNavigate();
  const queries = useQueryClient();
  const [initial] = useState(() => newDraft(Intl.DateTimeFormat().resolvedOptions().timeZone));
  const keyOf = useOrderKey();
  return (
    <Page title="New schedule" back={BACK}>
      <ScheduleForm
        initial={initial}
        onStore={async (draft) => {
          const body = bodyOf(draft);
          const { schedule } = await api.call('createSchedule', { body, idempotencyKey: keyOf(body) });
          await queries.invalidateQueries({ queryKey: ['schedules'] });
          say(`${schedule.name} is stored`);
          await navigate(`/schedules/${schedule.schedule_id}`);
        }}
      />
    </Page>
  );
}

/** One schedule: its runs, and everything that can be changed. */
export function SchedulePage() {
  const { id = '' } = useParams();
  const { api } = useRuntime();
  const navigate = useNavigate();
  const queries = useQueryClient();
  const mayWrite = useMay('sessions:write');
  const [page, setPage] = useState(1);
  const [deleting, setDeleting] = useState(false);
  const found = useQuery({ queryKey: ['schedules', 'one', id], queryFn: async ({ signal }) => (await api.call('getSchedule', { params: { id }, signal })).schedule });
  const runs = useQuery({
    queryKey: ['schedules', 'runs', id, page],
    queryFn: ({ signal }) => api.call('listScheduleRuns', { params: { id }, query: { page, per_page: PER_PAGE }, signal }),
    placeholderData: keepPreviousData,
    refetchInterval: 5_000,
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
  const schedule = found.data;
  if (schedule === undefined) {
    return <Page title="Schedule" back={BACK}>{found.isError ? <ProblemNotice error={found.error} retry={() => void found.refetch()} /> : null}</Page>;
  }
  const actions = mayWrite ? (
    <>
      <Switch size="xs" label="Enabled" checked={schedule.enabled} onChange={(event) => void act('The schedule was not changed', () => api.call('patchSchedule', { params: { id }, body: { enabled: !schedule.enabled } }), event.currentTarget.checked ? 'It goes on' : 'It is paused')} />
      <Button variant="default" color="red" onClick={() => setDeleting(true)}>
        Delete
      </Button>
      <Button onClick={() => void act('It was not started', () => api.call('runSchedule', { params: { id }, idempotencyKey: newKey() }), 'It starts now')}>Run now</Button>
    </>
  ) : undefined;
  return (
    <Page title={schedule.name} back={BACK} actions={actions}>
      <Section title="Runs">
        {runs.isError ? <ProblemNotice error={runs.error} retry={() => void runs.refetch()} /> : null}
        <Panel padded={false}>{runs.data?.total === 0 ? <Empty title="Not yet">Every instant shows here: what it started, or why it did not.</Empty> : <RunTable runs={runs.data?.runs} />}</Panel>
        {(runs.data?.total ?? 0) > PER_PAGE ? <Pager page={page} perPage={PER_PAGE} total={runs.data?.total} onPage={setPage} /> : null}
      </Section>
      {mayWrite ? (
        <ScheduleForm
          // What another person stored meanwhile must not be mixed with what this one writes.
          key={schedule.revision}
          initial={draftOf(schedule)}
          old={schedule}
          onStore={async (draft) => {
            await api.call('updateSchedule', { params: { id }, body: { ...bodyOf(draft, schedule), revision: schedule.revision } });
            say(`${draft.name} is stored`);
            await queries.invalidateQueries({ queryKey: ['schedules'] });
          }}
        />
      ) : null}
      <ConfirmDialog
        opened={deleting}
        title="Delete this schedule?"
        confirm="Delete"
        danger
        onClose={() => setDeleting(false)}
        onConfirm={() => void act('It was not deleted', async () => { await api.call('deleteSchedule', { params: { id } }); await navigate('/schedules'); }, `${schedule.name} is deleted`)}
      >
        “{schedule.name}” and the list of its runs are forgotten. Sessions that it started stay.
      </ConfirmDialog>
    </Page>
  );
}
