import type { CameraView, GroupView } from '@capstan/contracts';
import { Button, Modal, Select } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { asProblem } from '../api/problem';
import { ConfirmDialog } from '../design/confirm-dialog';
import { say, sayProblem } from '../design/feedback';
import { useMay, useRuntime } from '../runtime';
import { BatchSnapshotDialog } from './batch-snapshot-dialog';
import { CAMERAS } from './use-cameras';
import classes from './cameras.module.css';

/** Calls that run at a time. */
const AT_ONCE = 6;
const NO_GROUP = 'none';

/** What can be done with the selected cameras. */
export function SelectionBar({ cameras, selected, groups, onDone }: { cameras: readonly CameraView[]; selected: ReadonlySet<string>; groups: readonly GroupView[]; onDone: () => void }) {
  const { api } = useRuntime();
  const queries = useQueryClient();
  const mayWrite = useMay('cameras:write');
  const mayStart = useMay('sessions:write');
  const [asking, setAsking] = useState<'snapshot' | 'group' | 'delete'>();
  const [busy, setBusy] = useState(false);
  const [group, setGroup] = useState<string | null>(null);
  const chosen = cameras.filter(({ id }) => selected.has(id));
  if (chosen.length === 0) {
    return null;
  }
  const on = chosen.filter((camera) => camera.is_active);
  const off = chosen.filter((camera) => !camera.is_active);
  const run = async (word: string, which: readonly CameraView[], work: (camera: CameraView) => Promise<unknown>): Promise<void> => {
    setBusy(true);
    const failed = await inTurns(which, work);
    if (failed[0] === undefined) {
      say(`${countOf(which.length)} ${word}`);
    } else {
      sayProblem(`${which.length - failed.length} of ${which.length} ${word}`, asProblem(failed[0]));
    }
    setBusy(false);
    setAsking(undefined);
    onDone();
    void queries.invalidateQueries({ queryKey: CAMERAS });
  };
  const switchAll = (which: readonly CameraView[], isActive: boolean): void => void run(isActive ? 'switched on' : 'switched off', which, ({ id }) => api.call('setCameraState', { params: { id }, body: { is_active: isActive } }));
  return (
    <div className={classes['bulk']} role="region" aria-label="Selected cameras">
      <span className="num">{countOf(chosen.length)} selected</span>
      {mayStart ? (
        <Button disabled={on.length === 0} onClick={() => setAsking('snapshot')}>
          Take snapshots
        </Button>
      ) : null}
      {mayWrite ? (
        <>
          <Button variant="default" onClick={() => setAsking('group')}>
            Put into a group
          </Button>
          {on.length === 0 ? null : (
            <Button variant="default" loading={busy} onClick={() => switchAll(on, false)}>
              Switch off {on.length}
            </Button>
          )}
          {off.length === 0 ? null : (
            <Button variant="default" loading={busy} onClick={() => switchAll(off, true)}>
              Switch on {off.length}
            </Button>
          )}
          <Button variant="outline" color="red" onClick={() => setAsking('delete')}>
            Delete {chosen.length}
          </Button>
        </>
      ) : null}
      <Button variant="subtle" color="gray" onClick={onDone}>
        Clear selection
      </Button>
      <BatchSnapshotDialog opened={asking === 'snapshot'} cameras={on} onClose={() => setAsking(undefined)} />
      <Modal opened={asking === 'group'} onClose={() => setAsking(undefined)} title={`Put ${countOf(chosen.length)} into a group`}>
        <form
          className={classes['form']}
          onSubmit={(event) => {
            event.preventDefault();
            void run('moved', chosen, ({ id }) => api.call('updateCamera', { params: { id }, body: { group_id: group === NO_GROUP ? null : group } }));
          }}
        >
          <Select data-autofocus label="Group" placeholder="Choose one" data={[...groups.map(({ id, name }) => ({ value: id, label: name })), { value: NO_GROUP, label: 'No group' }]} value={group} onChange={setGroup} />
          <Button type="submit" loading={busy} disabled={group === null}>
            Put there
          </Button>
        </form>
      </Modal>
      <ConfirmDialog
        opened={asking === 'delete'}
        title={`Delete ${countOf(chosen.length)}?`}
        confirm="Delete for good"
        typed={`delete ${chosen.length}`}
        danger
        busy={busy}
        onClose={() => setAsking(undefined)}
        onConfirm={() => void run('deleted', chosen, ({ id }) => api.call('deleteCamera', { params: { id } }))}
      >
        Their snapshots, their health and their passwords are removed with them. Pictures in the bundles of sessions stay.
      </ConfirmDialog>
    </div>
  );
}

/** Errors of the calls that failed. */
async function inTurns(cameras: readonly CameraView[], work: (camera: CameraView) => Promise<unknown>): Promise<unknown[]> {
  const failed: unknown[] = [];
  const left = [...cameras];
  await Promise.all(
    Array.from({ length: AT_ONCE }, async () => {
      for (let camera = left.shift(); camera !== undefined; camera = left.shift()) {
        await work(camera).catch((error: unknown) => failed.push(error));
      }
    }),
  );
  return failed;
}

function countOf(n: number): string {
  return n === 1 ? '1 camera' : `${n} cameras`;
}
