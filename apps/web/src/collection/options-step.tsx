import { NumberInput, PasswordInput, SegmentedControl, Slider, Switch, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { CredentialSelect } from '../capture-wizard/credential-select';
import { Panel, Section } from '../design/page';
import { useRuntime } from '../runtime';
import { type CollectionDraft, type LoginMode, MOST_WORKERS, type optionProblems, type TypedSecrets } from './collection-draft';
import classes from './collection.module.css';

interface OptionsStepProps {
  readonly draft: CollectionDraft;
  readonly secrets: TypedSecrets;
  readonly problems: ReturnType<typeof optionProblems>;
  readonly onChange: (part: Partial<CollectionDraft>) => void;
  readonly onSecrets: (secrets: TypedSecrets) => void;
}

/** Who logs in, and how much at once. */
export function OptionsStep({ draft, secrets, problems, onChange, onSecrets }: OptionsStepProps) {
  const { api } = useRuntime();
  const credentials = useQuery({ queryKey: ['credentials', 'choices'], queryFn: ({ signal }) => api.call('listCredentials', { query: { per_page: 100 }, signal }) });
  const workers = Number(draft.maxWorkers);
  return (
    <>
      <Section title="Credentials">
        <Panel>
          <div className={classes['fields']}>
            <SegmentedControl
              size="xs"
              aria-label="Who logs in"
              data={[
                { value: 'own', label: 'Each device’s own' },
                { value: 'stored', label: 'A stored one' },
                { value: 'typed', label: 'Typed here' },
              ]}
              value={draft.login}
              onChange={(login) => onChange({ login: login as LoginMode })}
            />
            {draft.login === 'own' ? <p className={classes['note']}>Devices without a credential fail before anything is sent to them.</p> : null}
            {draft.login === 'stored' ? <CredentialSelect label="Credential" description="A password or an SSH key, for all devices of this collection." credentials={credentials.data?.credentials} value={draft.credentialId} error={problems.credentialId} onChange={(credentialId) => onChange({ credentialId })} /> : null}
            {draft.login === 'typed' ? (
              <div className={classes['pair']}>
                <TextInput label="User name" size="xs" maxLength={200} spellCheck={false} autoCapitalize="none" autoComplete="off" value={draft.username} error={problems.username} onChange={(event) => onChange({ username: event.currentTarget.value })} />
                <PasswordInput label="Password" size="xs" maxLength={1_000} autoComplete="new-password" value={secrets.password} error={problems.password} onChange={(event) => onSecrets({ ...secrets, password: event.currentTarget.value })} />
                <PasswordInput label="Enable secret, if devices ask for one" size="xs" maxLength={1_000} autoComplete="new-password" value={secrets.enableSecret} onChange={(event) => onSecrets({ ...secrets, enableSecret: event.currentTarget.value })} />
                <p className={classes['note']}>Kept encrypted as long as this collection, and never shown.</p>
              </div>
            ) : null}
          </div>
        </Panel>
      </Section>
      <Section title="Options">
        <Panel>
          <div className={classes['fields']}>
            <div className={classes['workers']}>
              <NumberInput id="maxWorkers" label="Devices at once" size="xs" min={1} max={MOST_WORKERS} allowDecimal={false} clampBehavior="none" value={draft.maxWorkers} error={problems.maxWorkers} onChange={(maxWorkers) => onChange({ maxWorkers })} />
              <Slider aria-label="Devices at once" thumbLabel="Devices at once" size="sm" min={1} max={MOST_WORKERS} label={null} value={Number.isFinite(workers) ? Math.min(Math.max(workers, 1), MOST_WORKERS) : 5} onChange={(maxWorkers) => onChange({ maxWorkers })} />
            </div>
            <Switch id="autoLoadDb" size="xs" label="Load into the catalogue" description="Compares with what was collected before, and makes it searchable. Captures are saved either way." checked={draft.autoLoadDb} onChange={(event) => onChange({ autoLoadDb: event.currentTarget.checked })} />
            <TextInput label="Name, if it should have one" size="xs" maxLength={100} value={draft.name} onChange={(event) => onChange({ name: event.currentTarget.value })} />
          </div>
        </Panel>
      </Section>
    </>
  );
}
