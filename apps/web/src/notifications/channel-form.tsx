import type { ChannelView } from '@capstan/contracts';
import { Alert, Button, NumberInput, PasswordInput, SegmentedControl, Select, Switch, Textarea, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { Link } from 'react-router';
import { asProblem } from '../api/problem';
import { Panel, Section } from '../design/page';
import { type ChannelDraft, newChannel, type SecretWish } from './channel-draft';
import { CHANNEL_TYPE_WORD } from './channel-words';
import classes from './notifications.module.css';

const TYPES = (['email', 'webhook', 'in_app'] as const).map((value) => ({ value, label: CHANNEL_TYPE_WORD[value] }));
const SECURITY = [
  { value: 'starttls', label: 'STARTTLS, demanded (587)' },
  { value: 'tls', label: 'TLS from the first byte (465)' },
  { value: 'none', label: 'None: only within a trusted network (25)' },
];
const SHOWN_AT_FIELDS = ['name', 'settings.host', 'settings.port', 'settings.security', 'settings.username', 'settings.from', 'settings.url', 'secret'];

/** Refusals that are about one field. */
const PLACE_OF: Readonly<Record<string, string>> = { NAME_TAKEN: 'name', WEBHOOK_ADDRESS_REFUSED: 'settings.url' };

interface ChannelFormProps {
  readonly initial: ChannelDraft;
  readonly old?: ChannelView;
  /** Stores it; what it throws is shown at the fields. */
  readonly onStore: (draft: ChannelDraft) => Promise<void>;
}

/** Everything about a channel. Secrets go in and never come back. */
export function ChannelForm({ initial, old, onStore }: ChannelFormProps) {
  const [draft, setDraft] = useState(initial);
  const [error, setError] = useState<unknown>();
  const [busy, setBusy] = useState(false);
  const set = (part: Partial<ChannelDraft>): void => setDraft((before) => ({ ...before, ...part }));
  const problem = error === undefined ? undefined : asProblem(error);
  const at = (path: string): string | undefined => (problem !== undefined && PLACE_OF[problem.code] === path ? problem.message : problem?.fields.find((field) => field.path === path)?.message);
  const toProblem = problem?.fields.find(({ path }) => path.startsWith('settings.to'))?.message;
  const elsewhere = problem?.fields.filter(({ path }) => !SHOWN_AT_FIELDS.includes(path) && !path.startsWith('settings.to')) ?? [];
  const store = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    setBusy(true);
    setError(undefined);
    await onStore(draft).catch(setError);
    setBusy(false);
  };
  const wishes: { value: SecretWish; label: string }[] = [
    ...(old?.has_secret === true ? [{ value: 'keep' as const, label: 'Keep the one it has' }] : []),
    { value: 'generate', label: old?.has_secret === true ? 'Make a new one' : 'Make one' },
    { value: 'type', label: 'Type my own' },
    { value: 'none', label: 'Do not sign' },
  ];
  return (
    <form className={classes['form']} onSubmit={(event) => void store(event)} aria-label="Channel">
      {problem !== undefined && PLACE_OF[problem.code] === undefined && (problem.fields.length === 0 || elsewhere.length > 0) ? (
        <Alert color="red" role="alert">
          {elsewhere.length === 0 ? problem.message : elsewhere.map(({ path, message }) => `${path}: ${message}`).join('; ')}
        </Alert>
      ) : null}
      <Section title="What">
        <Panel>
          <div className={classes['fields']}>
            {old === undefined ? (
              <div className={classes['wide']}>
                <SegmentedControl size="xs" aria-label="Kind" data={TYPES} value={draft.type} onChange={(type) => setDraft((before) => ({ ...newChannel(type as ChannelDraft['type']), name: before.name, enabled: before.enabled }))} />
              </div>
            ) : null}
            <TextInput label="Name" description="As rules and deliveries call it" size="xs" maxLength={100} value={draft.name} error={at('name')} onChange={(event) => set({ name: event.currentTarget.value })} />
            <Switch size="xs" label="On" description="Off, messages wait" checked={draft.enabled} onChange={(event) => set({ enabled: event.currentTarget.checked })} style={{ alignSelf: 'end' }} />
          </div>
        </Panel>
      </Section>
      {draft.type === 'email' ? (
        <Section title="Mail server">
          <Panel>
            <div className={classes['fields']}>
              <TextInput label="Server" size="xs" placeholder="smtp.example.com" spellCheck={false} value={draft.host} error={at('settings.host')} onChange={(event) => set({ host: event.currentTarget.value })} />
              <NumberInput label="Port" size="xs" min={1} max={65_535} allowDecimal={false} hideControls value={draft.port} error={at('settings.port')} onChange={(value) => set({ port: typeof value === 'number' ? value : '' })} />
              <Select label="Encryption" size="xs" allowDeselect={false} data={SECURITY} value={draft.security} error={at('settings.security')} onChange={(value) => value !== null && set({ security: value as ChannelDraft['security'], port: value === 'tls' ? 465 : value === 'none' ? 25 : 587 })} />
              <span />
              <TextInput label="Login" description="Empty where none is needed" size="xs" maxLength={200} autoComplete="off" spellCheck={false} value={draft.username} error={at('settings.username')} onChange={(event) => set({ username: event.currentTarget.value })} />
              <PasswordInput
                label="Password"
                description={old?.has_secret === true ? 'Kept, and never shown. Type to replace it' : 'Kept in the vault, and never shown'}
                size="xs"
                maxLength={500}
                autoComplete="new-password"
                disabled={draft.username.trim() === ''}
                value={draft.secret}
                error={at('secret')}
                onChange={(event) => set({ secret: event.currentTarget.value, secretWish: event.currentTarget.value === '' && old?.has_secret === true ? 'keep' : 'type' })}
              />
              <TextInput label="From" size="xs" placeholder="capstan@example.com" spellCheck={false} value={draft.from} error={at('settings.from')} onChange={(event) => set({ from: event.currentTarget.value })} />
              <Textarea label="To" description="One address a line, up to 50" size="xs" autosize minRows={2} maxRows={8} spellCheck={false} value={draft.to} error={toProblem} onChange={(event) => set({ to: event.currentTarget.value })} />
            </div>
          </Panel>
        </Section>
      ) : null}
      {draft.type === 'webhook' ? (
        <Section title="Webhook">
          <Panel>
            <div className={classes['fields']}>
              <div className={classes['wide']}>
                <TextInput label="Address" description="JSON is posted there. It must lead to a public address, or into a network that CAPSTAN_WEBHOOK_NETWORKS names" size="xs" type="url" placeholder="https://hooks.example.com/capstan" maxLength={2_000} spellCheck={false} value={draft.url} error={at('settings.url')} onChange={(event) => set({ url: event.currentTarget.value })} />
              </div>
              <Select label="Signing secret" description="By it the receiver knows that a message is ours" size="xs" allowDeselect={false} data={wishes} value={draft.secretWish} onChange={(value) => value !== null && set({ secretWish: value as SecretWish, secret: '' })} />
              {draft.secretWish === 'type' ? (
                <PasswordInput label="Secret" description="Kept in the vault, and never shown" size="xs" maxLength={500} autoComplete="new-password" value={draft.secret} error={at('secret')} onChange={(event) => set({ secret: event.currentTarget.value })} />
              ) : (
                <p className={classes['small']} style={{ alignSelf: 'end', margin: 0 }}>
                  {draft.secretWish === 'generate' ? 'It is shown once, when the channel is stored.' : draft.secretWish === 'none' ? 'Anybody who knows the address can send there in our name.' : ''}
                </p>
              )}
            </div>
          </Panel>
        </Section>
      ) : null}
      {draft.type === 'in_app' ? <p className={classes['small']}>Notices show at the bell of everybody who is signed in, and stay in the list of notices.</p> : null}
      <div className={classes['buttons']}>
        <Button variant="default" component={Link} to="/notifications/channels">
          Back
        </Button>
        <Button type="submit" loading={busy} disabled={draft.name.trim() === '' || (draft.secretWish === 'type' && draft.type === 'webhook' && draft.secret === '')}>
          {old === undefined ? 'Create channel' : 'Store'}
        </Button>
      </div>
    </form>
  );
}
