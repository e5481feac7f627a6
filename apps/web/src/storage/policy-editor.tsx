import type { RetentionPolicy, TargetKindName } from '@capstan/contracts';
import { Alert, Button, NumberInput, SegmentedControl } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { newKey } from '../api/new-key';
import { asProblem } from '../api/problem';
import { ConfirmDialog } from '../design/confirm-dialog';
import { say, sayProblem } from '../design/feedback';
import { Panel, Section } from '../design/page';
import { useMay, useRuntime } from '../runtime';
import { bodyOf, differs, draftOf, type NumberField, type PolicyDraft } from './policy-draft';
import { RetentionPreviewPanel } from './retention-preview';
import { kindChoices, STORE_LABELS } from './store-words';
import classes from './storage.module.css';

/** How long sessions of each kind stay, with what a run would remove by the numbers in the form. */
export function PolicyEditor({ policies }: { policies: readonly RetentionPolicy[] }) {
  const [kind, setKind] = useState<TargetKindName>('packet-capture');
  const policy = policies.find((one) => one.kind === kind);
  return (
    <Section title="How long things stay" aside={<RunNow />}>
      <div className={classes['kinds']}>
        <SegmentedControl size="xs" aria-label="Kind of session" data={kindChoices(policies.map((one) => one.kind))} value={kind} onChange={(value) => setKind(value as TargetKindName)} />
      </div>
      {policy === undefined ? null : <PolicyForm key={`${kind} ${policy.revision}`} policy={policy} />}
    </Section>
  );
}

function PolicyForm({ policy }: { policy: RetentionPolicy }) {
  const { api } = useRuntime();
  const queries = useQueryClient();
  const mayWrite = useMay('storage:write');
  const [draft, setDraft] = useState(() => draftOf(policy));
  const [error, setError] = useState<unknown>();
  const [busy, setBusy] = useState(false);
  const problem = error === undefined ? undefined : asProblem(error);
  const field = (name: keyof PolicyDraft, path: string, label: string, description: string, limits: { min: number; max?: number; decimals?: boolean; unit?: string }) => (
    <NumberInput
      label={label}
      description={description}
      size="xs"
      min={limits.min}
      max={limits.max}
      allowDecimal={limits.decimals === true}
      decimalScale={limits.decimals === true ? 6 : 0}
      suffix={limits.unit}
      thousandSeparator=","
      readOnly={!mayWrite}
      value={draft[name]}
      error={problem?.fields.find((one) => one.path === path)?.message}
      onChange={(value) => setDraft((before) => ({ ...before, [name]: numberOf(value) }))}
    />
  );
  const store = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    setBusy(true);
    setError(undefined);
    try {
      await api.call('setRetentionPolicy', { params: { kind: policy.kind }, body: bodyOf(draft, policy.revision) });
      say(`${STORE_LABELS[policy.kind]}: stored`);
      await Promise.all([queries.invalidateQueries({ queryKey: ['retention-policies'] }), queries.invalidateQueries({ queryKey: ['storage'] })]);
    } catch (thrown) {
      setError(thrown);
    } finally {
      setBusy(false);
    }
  };
  const changed = differs(draft, policy);
  return (
    <Panel>
      <form onSubmit={(event) => void store(event)} aria-label={`Policy of ${STORE_LABELS[policy.kind]}`} className={classes['form']}>
        {problem !== undefined && problem.fields.length === 0 ? (
          <Alert color="red" role="alert">
            {problem.message}
          </Alert>
        ) : null}
        <div className={classes['fields']}>
          {field('maxAgeDays', 'max_age_days', 'Days', 'After their end', { min: 1, max: 36_500 })}
          {field('maxSessions', 'max_sessions', 'Sessions at most', 'The newest stay', { min: 1, max: 10_000_000 })}
          {field('maxGb', 'max_bytes', 'Size at most', 'The newest stay', { min: 0, decimals: true, unit: ' GB' })}
          {field('keepLast', 'keep_last', 'Always keep the last', 'Whatever the limits say', { min: 0, max: 1_000_000 })}
          {field('quotaGb', 'quota_bytes', 'Quota', 'Empty is none', { min: 0, decimals: true, unit: ' GB' })}
          {field('warnPercent', 'warn_percent', 'Warn from', 'Of the quota', { min: 1, max: 100, unit: ' %' })}
          {field('stopPercent', 'stop_percent', 'Refuse new ones from', 'Of the quota', { min: 1, max: 1_000, unit: ' %' })}
        </div>
        <RetentionPreviewPanel kind={policy.kind} draft={draft} changed={changed} />
        {mayWrite ? (
          <div className={classes['buttons']}>
            <Button variant="default" disabled={!changed || busy} onClick={() => setDraft(draftOf(policy))}>
              Undo
            </Button>
            <Button type="submit" loading={busy} disabled={!changed}>
              Store policy
            </Button>
          </div>
        ) : (
          <p className="muted">Your role may look, and try numbers in the API; administrators store them.</p>
        )}
      </form>
    </Panel>
  );
}

function RunNow() {
  const { api } = useRuntime();
  const queries = useQueryClient();
  const mayWrite = useMay('storage:write');
  const [asking, setAsking] = useState(false);
  const [busy, setBusy] = useState(false);
  if (!mayWrite) {
    return <span className="muted">looked at every hour</span>;
  }
  const run = async (): Promise<void> => {
    setBusy(true);
    try {
      await api.call('runRetention', { idempotencyKey: newKey() });
      say('A run begins now');
    } catch (error) {
      sayProblem('The run was not started', error);
    } finally {
      setBusy(false);
      setAsking(false);
      await queries.invalidateQueries({ queryKey: ['retention-runs'] });
    }
  };
  return (
    <>
      <Button variant="default" size="xs" onClick={() => setAsking(true)}>
        Run now
      </Button>
      <ConfirmDialog opened={asking} title="Remove now what may go?" confirm="Remove for good" typed="remove" danger busy={busy} onClose={() => setAsking(false)} onConfirm={() => void run()}>
        Every hour Capstan removes the sessions that the stored policies let go, with everything they stored. This does it now. What is held stays.
      </ConfirmDialog>
    </>
  );
}

function numberOf(value: number | string): NumberField {
  return typeof value === 'number' ? value : '';
}
