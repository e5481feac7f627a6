import { NOTICE_SEVERITIES, NOTICE_TOPICS, type NoticeSeverity, type NoticeTopic } from '@capstan/contracts';
import { Alert, Button, Checkbox, NumberInput, Select, Switch, TextInput } from '@mantine/core';
import { type FormEvent, useMemo, useState } from 'react';
import { Link } from 'react-router';
import { asProblem } from '../api/problem';
import { Panel, Section } from '../design/page';
import { CHANNEL_TYPE_WORD } from './channel-words';
import type { RuleDraft } from './rule-draft';
import { KIND_CHOICES, topicGroups } from './rule-words';
import { SEVERITY_WORD } from './severity-words';
import { useAllChannels } from './use-all-channels';
import classes from './notifications.module.css';

const SEVERITIES = NOTICE_SEVERITIES.map((value) => ({ value, label: value === 'info' ? 'Everything' : value === 'critical' ? 'Critical only' : `${SEVERITY_WORD[value]} or worse` }));
const SHOWN_AT_FIELDS = ['name', 'min_severity', 'name_contains', 'after_times', 'repeat_minutes', 'digest_minutes', 'quiet_hours.from', 'quiet_hours.until', 'quiet_hours.time_zone'];
const GROUPS = topicGroups();

interface RuleFormProps {
  readonly initial: RuleDraft;
  readonly isNew: boolean;
  /** Stores it; what it throws is shown at the fields. */
  readonly onStore: (draft: RuleDraft) => Promise<void>;
}

/** Everything about a rule. */
export function RuleForm({ initial, isNew, onStore }: RuleFormProps) {
  const channels = useAllChannels();
  const [draft, setDraft] = useState(initial);
  const [error, setError] = useState<unknown>();
  const [busy, setBusy] = useState(false);
  const set = (part: Partial<RuleDraft>): void => setDraft((before) => ({ ...before, ...part }));
  const zones = useMemo(() => [...new Set(['UTC', initial.quietZone, ...Intl.supportedValuesOf('timeZone')])], [initial.quietZone]);
  const problem = error === undefined ? undefined : asProblem(error);
  const nameTaken = problem?.code === 'NAME_TAKEN';
  const at = (path: string): string | undefined => (nameTaken && path === 'name' ? problem.message : problem?.fields.find((field) => field.path === path)?.message);
  const below = (path: string): string | undefined => problem?.fields.find((field) => field.path.startsWith(path))?.message;
  const elsewhere = problem?.fields.filter(({ path }) => !SHOWN_AT_FIELDS.includes(path) && !path.startsWith('topics') && !path.startsWith('channel_ids')) ?? [];
  const store = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    setBusy(true);
    setError(undefined);
    await onStore(draft).catch(setError);
    setBusy(false);
  };
  const toggle = (topic: NoticeTopic, on: boolean): void => set({ topics: on ? [...draft.topics, topic] : draft.topics.filter((each) => each !== topic) });
  return (
    <form className={classes['form']} onSubmit={(event) => void store(event)} aria-label="Rule">
      {problem !== undefined && !nameTaken && (problem.fields.length === 0 || elsewhere.length > 0) ? (
        <Alert color="red" role="alert">
          {elsewhere.length === 0 ? problem.message : elsewhere.map(({ path, message }) => `${path}: ${message}`).join('; ')}
        </Alert>
      ) : null}
      <Panel>
        <div className={classes['fields']}>
          <TextInput label="Name" size="xs" maxLength={100} value={draft.name} error={at('name')} onChange={(event) => set({ name: event.currentTarget.value })} />
          <Switch size="xs" label="On" description="Off, nobody is told by this rule" checked={draft.enabled} onChange={(event) => set({ enabled: event.currentTarget.checked })} style={{ alignSelf: 'end' }} />
        </div>
      </Panel>
      <Section title="Facts" aside={<span className="muted num">{`${draft.topics.length} chosen`}</span>}>
        <Panel>
          {below('topics') === undefined ? null : (
            <p className={classes['wrong']} role="alert">
              {below('topics')}
            </p>
          )}
          <div className={classes['topics']}>
            {GROUPS.map(({ label, topics }) => (
              <fieldset key={label} className={classes['topicGroup']}>
                <legend>{label}</legend>
                {topics.map((topic) => (
                  <Checkbox key={topic} size="xs" label={NOTICE_TOPICS[topic].label} checked={draft.topics.includes(topic)} onChange={(event) => toggle(topic, event.currentTarget.checked)} />
                ))}
              </fieldset>
            ))}
          </div>
        </Panel>
      </Section>
      <Section title="Only">
        <Panel>
          <div className={classes['fields']}>
            <Select label="Severity" size="xs" allowDeselect={false} data={SEVERITIES} value={draft.minSeverity} error={at('min_severity')} onChange={(value) => value !== null && set({ minSeverity: value as NoticeSeverity })} />
            <TextInput label="Names with" description="Of the session, device, camera or receiver; empty is any" size="xs" maxLength={100} spellCheck={false} value={draft.nameContains} error={at('name_contains')} onChange={(event) => set({ nameContains: event.currentTarget.value })} />
            <Checkbox.Group label="Kinds of sessions" description="None chosen is every kind" size="xs" value={[...draft.kinds]} onChange={(kinds) => set({ kinds })}>
              <div className={classes['topicGroup']}>
                {KIND_CHOICES.map(({ value, label }) => (
                  <Checkbox key={value} size="xs" value={value} label={label} />
                ))}
              </div>
            </Checkbox.Group>
            <NumberInput label="After so many times" description="The same, about the same thing, within a day" size="xs" min={1} max={100} allowDecimal={false} value={draft.afterTimes} error={at('after_times')} onChange={(value) => set({ afterTimes: typeof value === 'number' ? value : '' })} />
          </div>
        </Panel>
      </Section>
      <Section title="When">
        <Panel>
          <div className={classes['fields']}>
            <NumberInput label="Silence after telling (minutes)" description="The same about the same thing is not told again; 0 tells every time" size="xs" min={0} max={10_080} allowDecimal={false} value={draft.repeatMinutes} error={at('repeat_minutes')} onChange={(value) => set({ repeatMinutes: typeof value === 'number' ? value : '' })} />
            <NumberInput label="Together, every (minutes)" description="One message for all that came; 0 tells at once" size="xs" min={0} max={1_440} allowDecimal={false} value={draft.digestMinutes} error={at('digest_minutes')} onChange={(value) => set({ digestMinutes: typeof value === 'number' ? value : '' })} />
            <div className={classes['wide']}>
              <Switch size="xs" label="Quiet hours" description="What comes meanwhile is told when they are over" checked={draft.quiet} onChange={(event) => set({ quiet: event.currentTarget.checked })} />
            </div>
            {draft.quiet ? (
              <>
                <TextInput type="time" label="From" size="xs" value={draft.quietFrom} error={at('quiet_hours.from')} onChange={(event) => set({ quietFrom: event.currentTarget.value })} />
                <TextInput type="time" label="Until" description={draft.quietUntil < draft.quietFrom ? 'On the next day' : undefined} size="xs" value={draft.quietUntil} error={at('quiet_hours.until')} onChange={(event) => set({ quietUntil: event.currentTarget.value })} />
                <Select label="Time zone" description="Summer time is followed" size="xs" searchable allowDeselect={false} limit={100} data={zones} value={draft.quietZone} error={at('quiet_hours.time_zone')} onChange={(value) => value !== null && set({ quietZone: value })} />
                <Switch size="xs" label="Critical things are told all the same" checked={draft.exceptCritical} onChange={(event) => set({ exceptCritical: event.currentTarget.checked })} style={{ alignSelf: 'end' }} />
              </>
            ) : null}
          </div>
        </Panel>
      </Section>
      <Section title="Through" aside={<Link to="/notifications/channels">Channels</Link>}>
        <Panel>
          {below('channel_ids') === undefined ? null : (
            <p className={classes['wrong']} role="alert">
              {below('channel_ids')}
            </p>
          )}
          {channels.data?.length === 0 ? (
            <p className={classes['small']}>
              There is no channel yet. <Link to="/notifications/channels/new">Make one</Link> first.
            </p>
          ) : (
            <Checkbox.Group aria-label="Channels" size="xs" value={[...draft.channelIds]} onChange={(channelIds) => set({ channelIds })}>
              <div className={classes['topicGroup']}>
                {channels.data?.map(({ channel_id: id, name, type, enabled }) => <Checkbox key={id} size="xs" value={id} label={`${name} · ${CHANNEL_TYPE_WORD[type]}${enabled ? '' : ', switched off'}`} />)}
              </div>
            </Checkbox.Group>
          )}
        </Panel>
      </Section>
      <div className={classes['buttons']}>
        <Button variant="default" component={Link} to="/notifications/rules">
          Back
        </Button>
        <Button type="submit" loading={busy} disabled={draft.name.trim() === '' || draft.topics.length === 0 || draft.channelIds.length === 0}>
          {isNew ? 'Create rule' : 'Store'}
        </Button>
      </div>
    </form>
  );
}
