import { Alert, Button } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { useNavigate } from 'react-router';
import { newKey } from '../api/new-key';
import { type ApiProblem, asProblem } from '../api/problem';
import { say } from '../design/feedback';
import { Page } from '../design/page';
import { useRuntime } from '../runtime';
import { bodyOf, EMPTY_DRAFT, isComplete } from './camera-draft';
import { CameraFields } from './camera-form';
import { CAMERAS, useGroups } from './use-cameras';
import classes from './cameras.module.css';

/** A new camera. */
export function AddCameraPage() {
  const { api } = useRuntime();
  const queries = useQueryClient();
  const navigate = useNavigate();
  const groups = useGroups();
  const [draft, setDraft] = useState(EMPTY_DRAFT);
  const [problem, setProblem] = useState<ApiProblem>();
  const [busy, setBusy] = useState(false);
  const add = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    setBusy(true);
    setProblem(undefined);
    try {
      const { camera } = await api.call('createCamera', { body: bodyOf(draft), idempotencyKey: newKey() });
      void queries.invalidateQueries({ queryKey: CAMERAS });
      say(`“${camera.name}” is added. It is looked at now.`);
      await navigate(`/cameras/${camera.id}`);
    } catch (error) {
      setProblem(asProblem(error));
      setBusy(false);
    }
  };
  return (
    <Page title="Add camera" back={{ to: '/cameras', label: 'Cameras' }} description="Name and stream are all it needs. The rest can wait.">
      <form className={classes['settings']} onSubmit={(event) => void add(event)} aria-label="Add camera">
        {problem === undefined || problem.fields.length > 0 || problem.code === 'CAMERA_EXISTS' ? null : (
          <Alert color="red" role="alert">
            {problem.message}
          </Alert>
        )}
        <CameraFields draft={draft} groups={groups.data?.groups ?? []} problem={problem} onChange={(part) => setDraft((before) => ({ ...before, ...part }))} />
        <div className={classes['saveBar']}>
          <Button type="submit" loading={busy} disabled={!isComplete(draft)}>
            Add camera
          </Button>
        </div>
      </form>
    </Page>
  );
}
