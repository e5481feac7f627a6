import type { GroupView } from '@capstan/contracts';
import { Alert, Button, Modal, NumberInput, Textarea, TextInput } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { Link } from 'react-router';
import { newKey } from '../api/new-key';
import { type ApiProblem, asProblem } from '../api/problem';
import { ConfirmDialog } from '../design/confirm-dialog';
import { DataTable } from '../design/data-table';
import { Empty, ProblemNotice, say, sayProblem } from '../design/feedback';
import { Page, Panel } from '../design/page';
import { useMay, useRuntime } from '../runtime';
import { BatchSnapshotDialog } from './batch-snapshot-dialog';
import { CAMERAS, useCamerasFeed, useGroups } from './use-cameras';
import classes from './cameras.module.css';

/** Groups of cameras. */
export function CameraGroupsPage() {
  useCamerasFeed();
  const { api } = useRuntime();
  const queries = useQueryClient();
  const mayWrite = useMay('cameras:write');
  const groups = useGroups();
  const [editing, setEditing] = useState<GroupView | 'new'>();
  const [shooting, setShooting] = useState<GroupView>();
  const [deleting, setDeleting] = useState<GroupView>();
  const remove = async (group: GroupView): Promise<void> => {
    setDeleting(undefined);
    try {
      await api.call('deleteCameraGroup', { params: { id: group.id } });
      say(`“${group.name}” is deleted`);
    } catch (error) {
      sayProblem('The group was not deleted', error);
    }
    await queries.invalidateQueries({ queryKey: CAMERAS });
  };
  const add = mayWrite ? (
    <Button leftSection={<IconPlus size={14} aria-hidden />} onClick={() => setEditing('new')}>
      Add group
    </Button>
  ) : undefined;
  return (
    <Page title="Camera groups" back={{ to: '/cameras', label: 'Cameras' }} description="A group is looked at together, and photographed together." actions={add}>
      {groups.isError ? <ProblemNotice error={groups.error} retry={() => void groups.refetch()} /> : null}
      <Panel padded={false}>
        {groups.data?.groups.length === 0 ? (
          <Empty title="No groups yet" action={add}>
            Put the cameras of a building, a floor or a gate together.
          </Empty>
        ) : groups.isError && groups.data === undefined ? null : (
          <DataTable
            label="Groups"
            rows={groups.data?.groups}
            rowKey={(group) => group.id}
            columns={[
              { label: 'Name', cell: (group) => <Link to={`/cameras?group=${group.id}`}>{group.name}</Link> },
              { label: 'Place', cell: (group) => group.location ?? '–' },
              { label: 'Description', cell: (group) => group.description ?? '–' },
              { label: 'Live', end: true, width: 96, cell: (group) => <span className="num">{`${group.live_count} of ${group.camera_count}`}</span> },
              {
                label: 'Actions',
                end: true,
                width: 280,
                cell: (group) => (
                  <span className={classes['rowActions']}>
                    <Button size="compact-sm" variant="default" disabled={group.camera_count === 0} onClick={() => setShooting(group)}>
                      Snapshot<span className="visually-hidden"> of {group.name}</span>
                    </Button>
                    {mayWrite ? (
                      <>
                        <Button size="compact-sm" variant="subtle" onClick={() => setEditing(group)}>
                          Edit<span className="visually-hidden"> {group.name}</span>
                        </Button>
                        <Button size="compact-sm" variant="subtle" color="red" disabled={group.camera_count > 0} title={group.camera_count > 0 ? 'Only an empty group can be deleted' : undefined} onClick={() => setDeleting(group)}>
                          Delete<span className="visually-hidden"> {group.name}</span>
                        </Button>
                      </>
                    ) : null}
                  </span>
                ),
              },
            ]}
          />
        )}
      </Panel>
      <Modal opened={editing !== undefined} onClose={() => setEditing(undefined)} title={editing === 'new' ? 'Add group' : 'Edit group'}>
        {editing === undefined ? null : <GroupForm group={editing === 'new' ? undefined : editing} onDone={() => setEditing(undefined)} />}
      </Modal>
      {shooting === undefined ? null : <BatchSnapshotDialog opened group={shooting} onClose={() => setShooting(undefined)} />}
      <ConfirmDialog opened={deleting !== undefined} title={`Delete ${deleting?.name ?? ''}?`} confirm="Delete" danger onClose={() => setDeleting(undefined)} onConfirm={() => deleting !== undefined && void remove(deleting)}>
        The group is empty; no camera is touched.
      </ConfirmDialog>
    </Page>
  );
}

function GroupForm({ group, onDone }: { group: GroupView | undefined; onDone: () => void }) {
  const { api } = useRuntime();
  const queries = useQueryClient();
  const [name, setName] = useState(group?.name ?? '');
  const [location, setLocation] = useState(group?.location ?? '');
  const [description, setDescription] = useState(group?.description ?? '');
  const [order, setOrder] = useState<number | string>(group?.order ?? 0);
  const [problem, setProblem] = useState<ApiProblem>();
  const [busy, setBusy] = useState(false);
  const save = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    setBusy(true);
    const text = (value: string): string | null => (value.trim() === '' ? null : value.trim());
    const body = { name: name.trim(), location: text(location), description: text(description), order: Number(order) };
    try {
      await (group === undefined ? api.call('createCameraGroup', { body, idempotencyKey: newKey() }) : api.call('updateCameraGroup', { params: { id: group.id }, body: { ...body, revision: group.revision } }));
      await queries.invalidateQueries({ queryKey: CAMERAS });
      onDone();
    } catch (error) {
      setProblem(asProblem(error));
      setBusy(false);
    }
  };
  return (
    <form className={classes['form']} onSubmit={(event) => void save(event)} aria-label="Group">
      {problem === undefined || problem.code === 'NAME_TAKEN' ? null : (
        <Alert color="red" role="alert">
          {problem.code === 'REVISION_CONFLICT' ? 'Somebody else changed this group meanwhile. Close this, and look at it again.' : problem.message}
        </Alert>
      )}
      <TextInput data-autofocus label="Name" required size="xs" maxLength={255} value={name} error={problem?.code === 'NAME_TAKEN' ? 'is taken' : undefined} onChange={(event) => setName(event.currentTarget.value)} />
      <TextInput label="Place" size="xs" maxLength={255} value={location} onChange={(event) => setLocation(event.currentTarget.value)} />
      <Textarea label="Description" size="xs" maxLength={1_000} value={description} onChange={(event) => setDescription(event.currentTarget.value)} />
      <NumberInput label="Order" description="Groups with smaller numbers come first" size="xs" min={0} max={1_000_000} allowDecimal={false} value={order} onChange={setOrder} />
      <Button type="submit" loading={busy} disabled={name.trim() === ''}>
        {group === undefined ? 'Add' : 'Save'}
      </Button>
    </form>
  );
}
