import type { RecordingProgress, RecordingView, StreamView } from '@capstan/contracts';
import { Button, Select } from '@mantine/core';
import { useState } from 'react';
import { sayProblem } from '../design/feedback';
import { useMay, useRuntime } from '../runtime';
import { ReceiverStates } from './receiver-states';
import classes from './recordings.module.css';
import type { RecordingWarning } from './use-recording';
import { Waterfall } from './waterfall';

const RUNNING: readonly string[] = ['connecting', 'in_progress', 'paused', 'finalizing', 'scheduled', 'pending'];

/** Whether a recording has not ended yet. */
export function isRunning(recording: Pick<RecordingView, 'status'>): boolean {
  return RUNNING.includes(recording.status);
}

/** A receiver with the numbers of the last message, which come each second; its state comes on its own. */
function newest(receiver: StreamView, progress: RecordingProgress | undefined, several: boolean): StreamView {
  const told = progress?.receivers[several ? `${receiver.receiver_no}@${receiver.frequency_hz}` : String(receiver.receiver_no)];
  if (told === undefined || told.chunk < receiver.chunks) {
    return receiver;
  }
  const { chunk: chunks, samples, lost_samples, gaps, snr_db, power_dbfs, rssi_dbm, clock_quality } = told;
  return { ...receiver, chunks, samples, lost_samples, gaps, snr_db, power_dbfs, rssi_dbm, clock_quality };
}

/** A running recording: chunk counter, measurements, receivers, waterfall, and what can be done. */
export function Acquisition({ recording, progress, warnings }: { recording: RecordingView; progress: RecordingProgress | undefined; warnings: readonly RecordingWarning[] }) {
  const { live } = useRuntime();
  const mayWrite = useMay('recordings:write');
  const [watched, setWatched] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const chunk = progress?.chunk ?? (recording.status === 'completed' ? recording.total_chunks : 0);
  const receiverId = watched ?? recording.receivers.find((receiver) => receiver.state === 'streaming')?.receiver_id;
  const receiver = recording.receivers.find((each) => each.receiver_id === receiverId);
  const order = async (name: 'session:pause' | 'session:resume' | 'session:cancel'): Promise<void> => {
    setBusy(true);
    const ack = await live.ask(name, { session_id: recording.session_id });
    setBusy(false);
    if (!ack.ok) {
      sayProblem('That was not possible', new Error(ack.error?.message));
    }
  };
  return (
    <div className={classes['progress']}>
      <div className={classes['counter']} role="status">
        Chunk {chunk}/{recording.total_chunks}
      </div>
      <div className={classes['bar']} role="progressbar" aria-label="Progress" aria-valuenow={progress?.progress ?? 0} aria-valuemin={0} aria-valuemax={100}>
        <div className={classes['fill']} style={{ width: `${(100 * chunk) / recording.total_chunks}%` }} />
      </div>
      <div className={classes['facts']}>
        <span>
          State <b>{recording.status.replace('_', ' ')}</b>
        </span>
        <span>
          Measurements <b>{progress?.measurements_count ?? recording.measurements_count}</b>
        </span>
        <span>
          Frequency <b>{recording.frequency_mhz} MHz</b>
        </span>
      </div>
      {mayWrite && isRunning(recording) ? (
        <div className={classes['row']}>
          {recording.status === 'paused' ? (
            <Button disabled={busy} onClick={() => void order('session:resume')}>
              Resume
            </Button>
          ) : (
            <Button variant="default" disabled={busy || recording.status !== 'in_progress'} onClick={() => void order('session:pause')}>
              Pause
            </Button>
          )}
          <Button variant="default" disabled={busy} onClick={() => void order('session:cancel')}>
            End now
          </Button>
        </div>
      ) : null}
      {warnings.length === 0 ? null : (
        <ul className={classes['warnings']} aria-label="Warnings">
          {warnings.map(({ receiver_no, code, message }) => (
            <li key={`${receiver_no} ${code}`}>
              ⚠ Receiver {receiver_no}: {message}
            </li>
          ))}
        </ul>
      )}
      <ReceiverStates receivers={recording.receivers.map((each) => newest(each, progress, recording.frequencies_hz.length > 1))} />
      {isRunning(recording) && receiver !== undefined ? (
        <>
          <Select label="Waterfall of" w={260} allowDeselect={false} value={receiver.receiver_id} onChange={setWatched} data={recording.receivers.filter((each) => each.state !== 'failed').map((each) => ({ value: each.receiver_id, label: `${each.receiver_no} ${each.receiver_name}` }))} />
          <Waterfall key={receiver.receiver_id} sessionId={recording.session_id} receiverId={receiver.receiver_id} label={receiver.receiver_name} />
        </>
      ) : null}
    </div>
  );
}
