import type { BulkDevicesBody, DeviceView } from '@capstan/contracts';
import { Autocomplete, Button, Modal, Select, Switch, TagsInput } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { Link } from 'react-router';
import { CredentialSelect } from '../capture-wizard/credential-select';
import { ConfirmDialog } from '../design/confirm-dialog';
import { say, sayProblem } from '../design/feedback';
import { useMay, useRuntime } from '../runtime';
import { DEVICES, useDeviceFacets } from './use-devices';
import classes from './devices.module.css';

/** What can be done with the selected devices: with all of them, or with none. */
export function DeviceBulkBar({ devices, selected, onDone }: { devices: readonly DeviceView[]; selected: ReadonlySet<string>; onDone: () => void }) {
  const { api } = useRuntime();
  const queries = useQueryClient();
  const may = useMay('devices:write');
  const mayCollect = useMay('sessions:write');
  const [asking, setAsking] = useState<'change' | 'delete'>();
  const [busy, setBusy] = useState(false);
  const ids = devices.map(({ id }) => id).filter((id) => selected.has(id));
  if (ids.length === 0 || !may) {
    return null;
  }
  const run = async (order: Omit<BulkDevicesBody, 'ids'>): Promise<void> => {
    setBusy(true);
    try {
      const { changed, deleted } = await api.call('bulkDevices', { body: { ids, ...order } });
      say(order.delete ? `${count(deleted)} deleted` : `${count(changed)} changed`);
      setAsking(undefined);
      onDone();
      void queries.invalidateQueries({ queryKey: DEVICES });
    } catch (error) {
      sayProblem('No device was changed', error);
    } finally {
      setBusy(false);
    }
  };
  return (
    <div className={classes['bulk']} role="region" aria-label="Selected devices">
      <span className="num">{count(ids.length)} selected</span>
      {mayCollect ? (
        <Button component={Link} to="/collection/new" state={{ picked: ids }}>
          Collect from {ids.length}
        </Button>
      ) : null}
      <Button variant="default" onClick={() => setAsking('change')}>
        Change {ids.length}
      </Button>
      <Button variant="outline" color="red" onClick={() => setAsking('delete')}>
        Delete {ids.length}
      </Button>
      <Button variant="subtle" color="gray" onClick={onDone}>
        Clear selection
      </Button>
      <Modal opened={asking === 'change'} onClose={() => setAsking(undefined)} title={`Change ${count(ids.length)}`} size="md">
        <ChangeForm busy={busy} onSend={(order) => void run(order)} />
      </Modal>
      <ConfirmDialog opened={asking === 'delete'} title={`Delete ${count(ids.length)}?`} confirm="Delete" typed={`delete ${ids.length}`} danger busy={busy} onClose={() => setAsking(undefined)} onConfirm={() => void run({ delete: true })}>
        They leave the inventory. What was collected from them stays until its retention is over.
      </ConfirmDialog>
    </div>
  );
}

/** Only what is filled in changes. */
function ChangeForm({ busy, onSend }: { busy: boolean; onSend: (order: Omit<BulkDevicesBody, 'ids'>) => void }) {
  const { api } = useRuntime();
  const facets = useDeviceFacets();
  const credentials = useQuery({ queryKey: ['credentials', 'choices'], queryFn: ({ signal }) => api.call('listCredentials', { query: { per_page: 100 }, signal }) });
  const [platform, setPlatform] = useState('');
  const [site, setSite] = useState('');
  const [role, setRole] = useState('');
  const [credential, setCredential] = useState('');
  const [add, setAdd] = useState<string[]>([]);
  const [remove, setRemove] = useState<string[]>([]);
  const [enabled, setEnabled] = useState<boolean>();
  const changes = { ...(platform === '' ? {} : { platform }), ...(site.trim() === '' ? {} : { site: site.trim() }), ...(role.trim() === '' ? {} : { role: role.trim() }), ...(credential === '' ? {} : { credential_id: credential }), ...(enabled === undefined ? {} : { enabled }) };
  const nothing = Object.keys(changes).length === 0 && add.length === 0 && remove.length === 0;
  const values = (list: readonly { readonly value: string }[] | undefined): string[] => (list ?? []).map(({ value }) => value);
  const send = (event: FormEvent): void => {
    event.preventDefault();
    onSend({ changes, ...(add.length === 0 ? {} : { add_tags: add }), ...(remove.length === 0 ? {} : { remove_tags: remove }), delete: false });
  };
  return (
    <form className={classes['form']} onSubmit={send} aria-label="Change devices">
      <p className="muted">Only what is filled in changes.</p>
      <CredentialSelect label="Credential" clearable credentials={credentials.data?.credentials} value={credential} onChange={setCredential} />
      <div className={classes['pair']}>
        <Autocomplete label="Site" size="xs" maxLength={100} data={values(facets.data?.sites)} value={site} onChange={setSite} />
        <Autocomplete label="Role" size="xs" maxLength={100} data={values(facets.data?.roles)} value={role} onChange={setRole} />
      </div>
      <Select label="Platform" size="xs" searchable clearable clearButtonProps={{ 'aria-label': 'As it is' }} placeholder="As it is" data={(facets.data?.known_platforms ?? []).map(({ name, title }) => ({ value: name, label: title }))} value={platform === '' ? null : platform} onChange={(value) => setPlatform(value ?? '')} />
      <TagsInput label="Add tags" size="xs" data={values(facets.data?.tags)} value={add} onChange={setAdd} splitChars={[',', ';']} />
      <TagsInput label="Remove tags" size="xs" data={values(facets.data?.tags)} value={remove} onChange={setRemove} splitChars={[',', ';']} />
      <div className={classes['rowOf']}>
        <Switch size="xs" label="Change whether they are collected" checked={enabled !== undefined} onChange={(event) => setEnabled(event.currentTarget.checked ? true : undefined)} />
        {enabled === undefined ? null : <Switch size="xs" label="Is collected" checked={enabled} onChange={(event) => setEnabled(event.currentTarget.checked)} />}
      </div>
      <div className={classes['buttons']}>
        <Button type="submit" loading={busy} disabled={nothing}>
          Change all
        </Button>
      </div>
    </form>
  );
}

function count(n: number): string {
  return n === 1 ? '1 device' : `${n} devices`;
}
