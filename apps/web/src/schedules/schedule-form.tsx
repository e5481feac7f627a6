import type { ScheduleView } from '@capstan/contracts';
import { Alert, Button, NumberInput, SegmentedControl, Select, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { type FormEvent, useMemo, useState } from 'react';
import { Link } from 'react-router';
import { asProblem } from '../api/problem';
import { Panel, Section } from '../design/page';
import { TimeText } from '../design/time-text';
import { useRuntime } from '../runtime';
import { cronText } from './cron-text';
import type { ScheduleDraft } from './schedule-draft';
import classes from './schedules.module.css';

const PRESETS = [
  { label: 'Hourly', value: '0 * * * *' },
  { label: 'Nightly', value: '0 2 * * *' },
  { label: 'Working days', value: '0 7 * * MON-FRI' },
  { label: 'Weekly', value: '0 3 * * SUN' },
];
const OVERLAP = [
  { value: 'skip', label: 'Leave this run out' },
  { value: 'queue', label: 'Wait until it has ended' },
  { value: 'cancel_previous', label: 'Cancel it, then start' },
];
const MISSED = [
  { value: 'skip', label: 'Leave it out' },
  { value: 'run_once', label: 'Make up for the last one' },
];

interface ScheduleFormProps {
  readonly initial: ScheduleDraft;
  readonly old?: ScheduleView;
  /** Stores it; what it throws is shown at the fields. */
  readonly onStore: (draft: ScheduleDraft) => Promise<void>;
}

/** Everything about a schedule, with the instants it will have. */
export function ScheduleForm({ initial, old, onStore }: ScheduleFormProps) {
  const { api } = useRuntime();
  const [draft, setDraft] = useState(initial);
  const [error, setError] = useState<unknown>();
  const [busy, setBusy] = useState(false);
  const hasOwnSession = (old?.session ?? null) !== null;
  const set = (part: Partial<ScheduleDraft>): void => setDraft((before) => ({ ...before, ...part }));
  const templates = useQuery({ queryKey: ['session-templates'], queryFn: async ({ signal }) => (await api.call('listSessionTemplates', { query: { per_page: 100 }, signal })).templates });
  const zones = useMemo(() => [...new Set(['UTC', draft.timeZone, ...Intl.supportedValuesOf('timeZone')])], [draft.timeZone]);
  const problem = error === undefined ? undefined : asProblem(error);
  const at = (path: string): string | undefined => problem?.fields.find((field) => field.path === path)?.message;
  const elsewhere = problem?.fields.filter(({ path }) => !SHOWN_AT_FIELDS.includes(path)) ?? [];
  const choices = [...(!hasOwnSession ? [] : [{ value: '', label: 'The session it has now' }]), ...(templates.data ?? []).map(({ template_id, name, kinds, target_count }) => ({ value: template_id, label: `${name} · ${target_count} × ${kinds.join(', ')}` }))];
  const store = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    setBusy(true);
    setError(undefined);
    await onStore(draft).catch(setError);
    setBusy(false);
  };
  return (
    <form className={classes['form']} onSubmit={(event) => void store(event)} aria-label="Schedule">
      {problem !== undefined && (problem.fields.length === 0 || elsewhere.length > 0) ? (
        <Alert color="red" role="alert">
          {elsewhere.length === 0 ? problem.message : elsewhere.map(({ path, message }) => `${path}: ${message}`).join('; ')}
        </Alert>
      ) : null}
      <Section title="What">
        <Panel>
          <div className={classes['fields']}>
            <TextInput label="Name" size="xs" maxLength={100} value={draft.name} error={at('name')} onChange={(event) => set({ name: event.currentTarget.value })} />
            <Select
              label="Session"
              size="xs"
              searchable
              allowDeselect={false}
              placeholder={templates.data?.length === 0 ? 'There is no template yet' : 'Choose a template'}
              description={templates.data?.length === 0 && old === undefined ? <>Keep a draft as a template in <Link to="/sessions/new">New capture</Link> first.</> : 'The template is read anew for every run.'}
              data={choices}
              value={draft.templateId ?? (!hasOwnSession ? null : '')}
              error={at('template_id') ?? at('session')}
              onChange={(value) => set({ templateId: value === '' ? null : value })}
            />
          </div>
        </Panel>
      </Section>
      <Section title="When">
        <Panel>
          <div className={classes['fields']}>
            <div className={classes['wide']}>
              <SegmentedControl size="xs" aria-label="Usual times" data={[...PRESETS, { label: 'Other', value: 'other' }]} value={PRESETS.some(({ value }) => value === draft.cron) ? draft.cron : 'other'} onChange={(value) => value !== 'other' && set({ cron: value })} />
            </div>
            <TextInput label="Cron expression" description={cronText(draft.cron) ?? 'Minute, hour, day, month, weekday'} size="xs" classNames={{ input: 'mono' }} spellCheck={false} value={draft.cron} error={at('cron')} onChange={(event) => set({ cron: event.currentTarget.value })} />
            <Select label="Time zone" description="Summer time is followed" size="xs" searchable allowDeselect={false} limit={100} data={zones} value={draft.timeZone} error={at('time_zone')} onChange={(value) => value !== null && set({ timeZone: value })} />
            <TextInput type="datetime-local" label="Not before" description="Your own time; empty begins now" size="xs" value={draft.startsAt} error={at('starts_at')} onChange={(event) => set({ startsAt: event.currentTarget.value })} />
            <TextInput type="datetime-local" label="Until" description="Empty never ends" size="xs" value={draft.endsAt} error={at('ends_at')} onChange={(event) => set({ endsAt: event.currentTarget.value })} />
            <div className={classes['wide']}>
              <NextRuns draft={draft} />
            </div>
          </div>
        </Panel>
      </Section>
      <Section title="How">
        <Panel>
          <div className={classes['fields']}>
            <Select label="When the session before still runs" size="xs" allowDeselect={false} data={OVERLAP} value={draft.overlap} onChange={(value) => value !== null && set({ overlap: value as ScheduleDraft['overlap'] })} />
            <Select label="When Capstan was not running" size="xs" allowDeselect={false} data={MISSED} value={draft.missed} onChange={(value) => value !== null && set({ missed: value as ScheduleDraft['missed'] })} />
            <NumberInput label="Spread over (seconds)" description="Each run starts up to so much later" size="xs" min={0} max={3_600} allowDecimal={false} value={draft.jitterSec} error={at('jitter_sec')} onChange={(value) => set({ jitterSec: typeof value === 'number' ? value : '' })} />
            <NumberInput label="Sessions at most" description="Empty is without end" size="xs" min={1} max={1_000_000} allowDecimal={false} value={draft.maxRuns} error={at('max_runs')} onChange={(value) => set({ maxRuns: typeof value === 'number' ? value : '' })} />
          </div>
        </Panel>
      </Section>
      <div className={classes['buttons']}>
        <Button variant="default" component={Link} to="/schedules">
          Back
        </Button>
        <Button type="submit" loading={busy} disabled={draft.name.trim() === '' || (draft.templateId === null && !hasOwnSession)}>
          {old === undefined ? 'Create schedule' : 'Store'}
        </Button>
      </div>
    </form>
  );
}

const SHOWN_AT_FIELDS: readonly string[] = ['name', 'template_id', 'session', 'cron', 'time_zone', 'starts_at', 'ends_at', 'jitter_sec', 'max_runs'];

function NextRuns({ draft }: { draft: ScheduleDraft }) {
  const { api } = useRuntime();
  const [asked] = useDebouncedValue(`${draft.cron.trim()} ${draft.timeZone}`, 300);
  const cron = asked.slice(0, asked.lastIndexOf(' '));
  const preview = useQuery({
    queryKey: ['schedule-preview', asked],
    queryFn: ({ signal }) => api.call('previewSchedule', { body: { cron, time_zone: draft.timeZone }, signal }),
    enabled: cron !== '',
    retry: false,
  });
  if (preview.isError) {
    return (
      <p className={classes['wrong']} role="alert">
        {asProblem(preview.error).fields[0]?.message ?? asProblem(preview.error).message}
      </p>
    );
  }
  return (
    <div>
      <div className={classes['caption']}>Next runs, in your own time</div>
      <ol className={classes['instants']} aria-label="Next runs">
        {(preview.data?.next_runs ?? []).map((iso) => (
          <li key={iso}>
            <TimeText iso={iso} />
          </li>
        ))}
      </ol>
    </div>
  );
}
