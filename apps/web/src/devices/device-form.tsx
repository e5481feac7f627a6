import { type DeviceView, PLATFORM_VENDORS } from '@capstan/contracts';
import { Alert, Autocomplete, Button, Modal, NumberInput, Select, Switch, TagsInput, Textarea, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { newKey } from '../api/new-key';
import { type ApiProblem, asProblem } from '../api/problem';
import { CredentialSelect } from '../capture-wizard/credential-select';
import { say } from '../design/feedback';
import { useRuntime } from '../runtime';
import { bodyOf, type DeviceDraft, draftOf, EMPTY_DRAFT, isComplete, LIMITS } from './device-draft';
import { JumpHostSelect } from './jump-host-select';
import { useDeviceFacets, useKeepDevice } from './use-devices';
import classes from './devices.module.css';

interface DeviceFormProps {
  /** Undefined: a new one. */
  readonly device?: DeviceView;
  readonly onClose: () => void;
  readonly onSaved?: (device: DeviceView) => void;
}

/** A device to add or to change. */
export function DeviceDialog({ opened, ...props }: DeviceFormProps & { opened: boolean }) {
  return (
    <Modal opened={opened} onClose={props.onClose} title={props.device === undefined ? 'Add device' : `Change ${props.device.name}`} size="lg">
      <DeviceForm {...props} />
    </Modal>
  );
}

function vendorOf(platform: string): string | undefined {
  return (PLATFORM_VENDORS as Readonly<Record<string, string | undefined>>)[platform];
}

function DeviceForm({ device, onClose, onSaved }: DeviceFormProps) {
  const { api } = useRuntime();
  const keep = useKeepDevice();
  const facets = useDeviceFacets();
  const credentials = useQuery({ queryKey: ['credentials', 'choices'], queryFn: ({ signal }) => api.call('listCredentials', { query: { per_page: 100 }, signal }) });
  const [draft, setDraft] = useState<DeviceDraft>(() => (device === undefined ? EMPTY_DRAFT : draftOf(device, vendorOf(device.platform ?? ''))));
  const [revision, setRevision] = useState(device?.revision);
  const [problem, setProblem] = useState<ApiProblem>();
  const [busy, setBusy] = useState(false);
  const set = (part: Partial<DeviceDraft>): void => setDraft((before) => ({ ...before, ...part }));
  const at = (path: string): string | undefined => problem?.fields.find((field) => field.path === path || field.path.startsWith(`${path}.`))?.message;
  const values = (list: readonly { readonly value: string }[] | undefined): string[] => (list ?? []).map(({ value }) => value);

  const send = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    if (!isComplete(draft)) {
      return;
    }
    setBusy(true);
    setProblem(undefined);
    try {
      const body = bodyOf(draft);
      const answer = device === undefined ? await api.call('createDevice', { idempotencyKey: newKey(), body }) : await api.call('updateDevice', { params: { id: device.id }, body: { ...body, ...(revision === undefined ? {} : { revision }) } });
      keep(answer.device);
      say(device === undefined ? `${answer.device.name} is added` : `${answer.device.name} is saved`);
      onSaved?.(answer.device);
      onClose();
    } catch (error) {
      setProblem(asProblem(error));
      setBusy(false);
    }
  };
  const stale = problem?.code === 'REVISION_CONFLICT';
  return (
    <form className={classes['form']} onSubmit={(event) => void send(event)} aria-label={device === undefined ? 'Add device' : 'Change device'}>
      {problem === undefined || problem.fields.length > 0 ? null : (
        <Alert color="red" role="alert">
          {problem.message}
          {stale ? (
            <Button
              variant="default"
              mt={8}
              onClick={() => {
                // Whoever says so overwrites what the other one wrote, and knows it.
                setRevision(undefined);
                setProblem(undefined);
              }}
            >
              Save mine all the same
            </Button>
          ) : null}
        </Alert>
      )}
      <TextInput data-autofocus label="Name" size="xs" maxLength={200} spellCheck={false} autoComplete="off" value={draft.name} onChange={(event) => set({ name: event.currentTarget.value })} error={at('name')} />
      <div className={classes['addressRow']}>
        <TextInput label="Address" size="xs" maxLength={253} spellCheck={false} autoCapitalize="none" autoComplete="off" placeholder="10.0.0.1 or a host name" value={draft.address} onChange={(event) => set({ address: event.currentTarget.value })} error={at('address')} />
        <NumberInput label="Port" size="xs" min={1} max={65_535} hideControls value={draft.port} onChange={(port) => set({ port })} error={at('port')} />
      </div>
      <div className={classes['pair']}>
        <Select
          label="Platform"
          size="xs"
          searchable
          clearable
          clearButtonProps={{ 'aria-label': 'Unknown platform' }}
          placeholder="Found out by a test"
          data={(facets.data?.known_platforms ?? []).map(({ name, title }) => ({ value: name, label: title }))}
          value={draft.platform === '' ? null : draft.platform}
          onChange={(platform) => set({ platform: platform ?? '' })}
          error={at('platform')}
        />
        <TextInput label="Vendor" size="xs" maxLength={100} placeholder={vendorOf(draft.platform) ?? 'Of the platform'} value={draft.vendor} onChange={(event) => set({ vendor: event.currentTarget.value })} error={at('vendor')} />
        <Autocomplete label="Site" size="xs" maxLength={100} data={values(facets.data?.sites)} value={draft.site} onChange={(site) => set({ site })} error={at('site')} />
        <Autocomplete label="Role" size="xs" maxLength={100} data={values(facets.data?.roles)} value={draft.role} onChange={(role) => set({ role })} error={at('role')} />
      </div>
      <CredentialSelect label="Credential" clearable credentials={credentials.data?.credentials} value={draft.credential_id} error={at('credential_id')} onChange={(id) => set({ credential_id: id })} />
      <JumpHostSelect value={draft.jump_host_id} self={device?.id} error={at('jump_host_id')} onChange={(id) => set({ jump_host_id: id })} />
      <TagsInput label="Tags" size="xs" data={values(facets.data?.tags)} value={[...draft.tags]} onChange={(tags) => set({ tags })} maxTags={20} splitChars={[',', ';']} clearable clearButtonProps={{ 'aria-label': 'No tags' }} error={at('tags')} />
      <details className={classes['more']}>
        <summary>Limits and old algorithms</summary>
        <div className={classes['pair']}>
          {LIMITS.map(({ name, label, usual, most }) => (
            <NumberInput key={name} label={`${label} (s)`} size="xs" min={0.5} max={most} hideControls placeholder={usual} value={draft.overrides[name] ?? ''} onChange={(value) => set({ overrides: { ...draft.overrides, [name]: value } })} error={at(`overrides.${name}`)} />
          ))}
          <Select
            label="Outdated SSH algorithms"
            size="xs"
            allowDeselect={false}
            data={[
              { value: 'auto', label: 'Only where it has no others' },
              { value: 'always', label: 'Offered at once' },
              { value: 'never', label: 'Never' },
            ]}
            value={draft.legacy_crypto}
            onChange={(value) => set({ legacy_crypto: (value ?? 'auto') as DeviceDraft['legacy_crypto'] })}
          />
        </div>
      </details>
      <Textarea label="Notes" size="xs" autosize minRows={2} maxRows={6} maxLength={2_000} value={draft.notes} onChange={(event) => set({ notes: event.currentTarget.value })} error={at('notes')} />
      <Switch size="xs" label="Is collected" description="A device that is switched off stays in the inventory and is left alone." checked={draft.enabled} onChange={(event) => set({ enabled: event.currentTarget.checked })} />
      <div className={classes['buttons']}>
        <Button variant="default" onClick={onClose}>
          Back
        </Button>
        <Button type="submit" loading={busy} disabled={!isComplete(draft)}>
          {device === undefined ? 'Add' : 'Save'}
        </Button>
      </div>
    </form>
  );
}
