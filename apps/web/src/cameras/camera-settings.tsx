import type { CameraView } from '@capstan/contracts';
import { Alert, Button } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { type ApiProblem, asProblem } from '../api/problem';
import { say } from '../design/feedback';
import { useRuntime } from '../runtime';
import { type CameraDraft, changedByOthers, changesOf, draftOf, isComplete } from './camera-draft';
import { CameraFields } from './camera-form';
import { CAMERAS, cameraKey, useGroups } from './use-cameras';
import classes from './cameras.module.css';

/** How a camera is set. What somebody else changed meanwhile is never overwritten without a word. */
export function CameraSettings({ camera }: { camera: CameraView }) {
  const { api } = useRuntime();
  const queries = useQueryClient();
  const groups = useGroups();
  /** The camera as this form was filled from it. */
  const [base, setBase] = useState(camera);
  const [draft, setDraft] = useState<CameraDraft>(() => draftOf(camera));
  const [problem, setProblem] = useState<ApiProblem>();
  /** What stands there now, after somebody else was faster. */
  const [theirs, setTheirs] = useState<CameraView>();
  const [busy, setBusy] = useState(false);
  const changes = changesOf(base, draft);
  const changed = Object.keys(changes).length;

  const refill = (from: CameraView): void => {
    setBase(from);
    setDraft(draftOf(from));
    setTheirs(undefined);
    setProblem(undefined);
  };
  const save = async (revision: number): Promise<void> => {
    setBusy(true);
    setProblem(undefined);
    try {
      const answer = await api.call('updateCamera', { params: { id: camera.id }, body: { ...changes, revision } });
      queries.setQueryData(cameraKey(camera.id), answer);
      void queries.invalidateQueries({ queryKey: CAMERAS });
      refill(answer.camera);
      say('Saved. The camera is looked at again now.');
    } catch (error) {
      const failure = asProblem(error);
      if (failure.code === 'REVISION_CONFLICT') {
        const { camera: now } = await api.call('getCamera', { params: { id: camera.id } });
        queries.setQueryData(cameraKey(camera.id), { camera: now });
        setTheirs(now);
      } else {
        setProblem(failure);
      }
    } finally {
      setBusy(false);
    }
  };
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    void save(base.revision);
  };
  const others = theirs === undefined ? [] : changedByOthers(base, theirs);
  return (
    <form className={classes['settings']} onSubmit={submit} aria-label="Settings">
      {theirs === undefined ? null : (
        <Alert color="red" role="alert" title="Somebody else changed this camera while you typed">
          <div className={classes['conflict']}>
            <span>{others.length === 0 ? 'Its password was changed.' : `Changed meanwhile: ${others.join(', ')}.`} Nothing of yours is lost: it is still in the form.</span>
            <span className={classes['row']}>
              <Button loading={busy} onClick={() => void save(theirs.revision)}>
                Save mine on top
              </Button>
              <Button variant="default" onClick={() => refill(theirs)}>
                Take theirs, drop mine
              </Button>
            </span>
          </div>
        </Alert>
      )}
      {problem === undefined || problem.fields.length > 0 || problem.code === 'CAMERA_EXISTS' ? null : (
        <Alert color="red" role="alert">
          {problem.message}
        </Alert>
      )}
      <CameraFields camera={base} draft={draft} groups={groups.data?.groups ?? []} problem={problem} onChange={(part) => setDraft((before) => ({ ...before, ...part }))} />
      <div className={classes['saveBar']}>
        <Button type="submit" loading={busy} disabled={changed === 0 || !isComplete(draft)}>
          Save
        </Button>
        <Button variant="subtle" color="gray" disabled={changed === 0} onClick={() => refill(camera)}>
          Undo
        </Button>
        <span className="num muted">{changed === 0 ? 'Nothing is changed' : changed === 1 ? '1 field changed' : `${changed} fields changed`}</span>
      </div>
    </form>
  );
}
