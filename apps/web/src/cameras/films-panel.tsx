import type { CameraView } from '@capstan/contracts';
import { Button, NumberInput, Select } from '@mantine/core';
import { IconDownload } from '@tabler/icons-react';
import { useState } from 'react';
import { ProblemNotice } from '../design/feedback';
import { formatBytes } from '../design/format';
import { Panel } from '../design/page';
import { useRuntime } from '../runtime';
import { useObjectUrl } from './stored-image';
import classes from './cameras.module.css';

const PERIODS = [
  { value: '1', label: 'The last hour' },
  { value: '24', label: 'The last 24 hours' },
  { value: '168', label: 'The last 7 days' },
  { value: '720', label: 'The last 30 days' },
];
const HOUR_MS = 3_600_000;

type Film = 'sheet' | 'lapse';

/** Makes one picture or one film of many snapshots. */
export function FilmsPanel({ camera, total }: { camera: CameraView; total: number }) {
  const { api, clock } = useRuntime();
  const [hours, setHours] = useState('24');
  const [limit, setLimit] = useState<number | string>(16);
  const [busy, setBusy] = useState<Film>();
  const [made, setMade] = useState<{ readonly film: Film; readonly bytes: Blob }>();
  const [problem, setProblem] = useState<unknown>(null);
  const url = useObjectUrl(made?.bytes);
  const make = async (film: Film): Promise<void> => {
    setBusy(film);
    setProblem(null);
    try {
      const body = { since: new Date(clock.now() - Number(hours) * HOUR_MS).toISOString(), limit: Math.min(Number(limit), film === 'sheet' ? 100 : 2_000) };
      const { bytes } = await api.bytes(film === 'sheet' ? 'cameraContactSheet' : 'cameraTimeLapse', { params: { id: camera.id }, body });
      setMade(bytes === undefined ? undefined : { film, bytes });
    } catch (error) {
      setMade(undefined);
      setProblem(error);
    } finally {
      setBusy(undefined);
    }
  };
  const name = `${camera.name.replace(/[^\p{L}\p{N}._-]+/gu, '_')}_${made?.film === 'lapse' ? 'time-lapse.mp4' : 'contact-sheet.jpg'}`;
  return (
    <Panel>
      <div className={classes['block']}>
        <h2>Contact sheet and time-lapse</h2>
        <div className={classes['pair']}>
          <Select label="Of" size="xs" allowDeselect={false} data={PERIODS} value={hours} onChange={(value) => setHours(value ?? '24')} />
          <NumberInput label="Newest pictures" description="" size="xs" min={2} max={2_000} allowDecimal={false} value={limit} onChange={setLimit} />
        </div>
        <div className={classes['row']}>
          <Button variant="default" loading={busy === 'sheet'} disabled={busy !== undefined || total < 2} onClick={() => void make('sheet')}>
            Make a contact sheet
          </Button>
          <Button variant="default" loading={busy === 'lapse'} disabled={busy !== undefined || total < 2} onClick={() => void make('lapse')}>
            Make a time-lapse
          </Button>
        </div>
        {total < 2 ? <p className={classes['note']}>It takes at least two snapshots.</p> : null}
        {problem === null ? null : <ProblemNotice error={problem} title="Nothing was made" />}
        {made === undefined || url === undefined ? null : (
          <>
            {made.film === 'sheet' ? <img className={classes['film']} src={url} alt={`Contact sheet of ${camera.name}`} /> : <video className={classes['film']} src={url} controls muted aria-label={`Time-lapse of ${camera.name}`} />}
            <Button component="a" href={url} download={name} variant="default" leftSection={<IconDownload size={14} aria-hidden />}>
              Save {formatBytes(made.bytes.size)}
            </Button>
          </>
        )}
      </div>
    </Panel>
  );
}
