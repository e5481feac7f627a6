import type { CameraView } from '@capstan/contracts';
import { Button, Select } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { say, sayProblem } from '../design/feedback';
import { formatDuration } from '../design/format';
import { Panel } from '../design/page';
import { useMay, useRuntime } from '../runtime';
import { CAMERAS, cameraKey } from './use-cameras';
import classes from './cameras.module.css';

const CHOICES = [0, 10, 30, 60, 300, 900, 3_600, 21_600, 86_400];

/** Snapshots that are taken by themselves. */
export function IntervalPanel({ camera }: { camera: CameraView }) {
  const { api } = useRuntime();
  const queries = useQueryClient();
  const mayWrite = useMay('cameras:write');
  const present = camera.snapshot_interval_sec ?? 0;
  const [chosen, setChosen] = useState(present);
  const [busy, setBusy] = useState(false);
  const save = async (): Promise<void> => {
    setBusy(true);
    try {
      const answer = await api.call('updateCamera', { params: { id: camera.id }, body: { snapshot_interval_sec: chosen === 0 ? null : chosen, revision: camera.revision } });
      queries.setQueryData(cameraKey(camera.id), answer);
      say(chosen === 0 ? 'No more snapshots by themselves' : `A snapshot is taken every ${formatDuration(chosen)}`);
    } catch (error) {
      sayProblem('The interval is as it was', error);
      void queries.invalidateQueries({ queryKey: CAMERAS });
    } finally {
      setBusy(false);
    }
  };
  const choices = CHOICES.includes(present) ? CHOICES : [...CHOICES, present].sort((a, b) => a - b);
  return (
    <Panel>
      <div className={classes['block']}>
        <h2>Snapshots by themselves</h2>
        <Select label="Take one every" size="xs" allowDeselect={false} disabled={!mayWrite} data={choices.map((sec) => ({ value: String(sec), label: sec === 0 ? 'Never' : formatDuration(sec) }))} value={String(chosen)} onChange={(sec) => setChosen(Number(sec))} />
        {mayWrite ? (
          <Button variant="default" loading={busy} disabled={chosen === present} onClick={() => void save()} style={{ alignSelf: 'flex-start' }}>
            Save the interval
          </Button>
        ) : null}
        <p className={classes['note']}>{chosen === 0 ? 'A time-lapse needs pictures at even distances.' : `That makes ${Math.round(86_400 / chosen).toLocaleString('en-US')} pictures a day.`}</p>
      </div>
    </Panel>
  );
}
