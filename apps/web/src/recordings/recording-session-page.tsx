import { UNKNOWN_SOURCE_ID } from '@capstan/contracts';
import { Button, NumberInput, Select, Slider, Textarea, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { type FormEvent, useEffect, useState } from 'react';
import { Link } from 'react-router';
import { sayProblem } from '../design/feedback';
import { Page, Panel } from '../design/page';
import { useRuntime } from '../runtime';
import { Acquisition, isRunning } from './acquisition';
import classes from './recordings.module.css';
import { useRecording } from './use-recording';

const STEPS = ['Configure', 'Assign source', 'Acquire'] as const;

/** Three steps from a name to samples, as in the first generation. */
export function RecordingSessionPage() {
  const { api, live } = useRuntime();
  const [name, setName] = useState('');
  const [frequency, setFrequency] = useState<number | string>(145.5);
  const [duration, setDuration] = useState(15);
  const [notes, setNotes] = useState('');
  const [source, setSource] = useState<string | null>(UNKNOWN_SOURCE_ID);
  const [sessionId, setSessionId] = useState<string>();
  const [begun, setBegun] = useState(false);
  const [busy, setBusy] = useState(false);
  const { recording, progress, warnings } = useRecording(sessionId);
  const sources = useQuery({ queryKey: ['known-sources'], queryFn: ({ signal }) => api.call('listSources', { query: {}, signal }) });

  useEffect(() => live.hear('session:started', ({ session_id }) => setSessionId(session_id)), [live]);

  const ask = async (title: string, order: () => ReturnType<typeof live.ask>): Promise<boolean> => {
    setBusy(true);
    const ack = await order();
    setBusy(false);
    if (!ack.ok) {
      sayProblem(title, new Error(ack.error?.message));
    }
    return ack.ok;
  };
  const start = (event: FormEvent): void => {
    event.preventDefault();
    void ask('The recording was not created', () => live.ask('session:start', { session_name: name, frequency_mhz: Number(frequency), duration_seconds: duration, notes }));
  };
  const assign = (): void => {
    void ask('The source was not assigned', () => live.ask('session:assign_source', { session_id: sessionId ?? '', source_id: source ?? 'unknown' }));
  };
  const acquire = async (): Promise<void> => {
    if (await ask('The acquisition did not start', () => live.ask('session:complete', { session_id: sessionId ?? '', frequency_hz: Math.round(Number(frequency) * 1e6), duration_seconds: duration }))) {
      setBegun(true);
    }
  };
  const reset = (): void => {
    setSessionId(undefined);
    setBegun(false);
    setName('');
  };
  const step = sessionId === undefined ? 0 : recording?.status === 'recording' || recording === undefined ? 1 : 2;
  return (
    <Page title="New recording" back={{ to: '/recordings', label: 'Recordings' }} description="IQ samples of one frequency from every receiver that reaches it, cut into chunks of one second.">
      <ol className={classes['steps']}>
        {STEPS.map((label, index) => (
          <li key={label} aria-current={index === step ? 'step' : undefined}>
            {index + 1}. {label}
          </li>
        ))}
      </ol>
      <Panel>
        {step === 0 ? (
          <form className={classes['form']} onSubmit={start}>
            <TextInput label="Session name" required maxLength={255} value={name} onChange={(event) => setName(event.currentTarget.value)} />
            <NumberInput label="Frequency (MHz)" required min={0.001} max={30_000} step={0.001} decimalScale={6} value={frequency} onChange={setFrequency} />
            <div>
              <label id="duration-label">Duration: {duration} s</label>
              <Slider aria-labelledby="duration-label" thumbLabel="Duration" min={1} max={30} step={1} value={duration} onChange={setDuration} label={null} />
            </div>
            <Textarea label="Notes" maxLength={10_000} value={notes} onChange={(event) => setNotes(event.currentTarget.value)} />
            <Button type="submit" loading={busy} disabled={name.trim() === ''}>
              Start recording session
            </Button>
          </form>
        ) : null}
        {step === 1 ? (
          <div className={classes['form']}>
            <Select label="Source" allowDeselect={false} value={source} onChange={setSource} data={(sources.data?.sources ?? []).map((each) => ({ value: each.source_id, label: each.name }))} />
            <Button loading={busy} onClick={assign}>
              Assign source
            </Button>
          </div>
        ) : null}
        {step === 2 && recording !== undefined && !begun && recording.status === 'source_assigned' ? (
          <div className={classes['form']}>
            <p>
              {recording.session_name}: {recording.frequency_mhz} MHz for {recording.duration_seconds} s, source {recording.source_name}.
            </p>
            <Button loading={busy} onClick={() => void acquire()}>
              Start acquisition
            </Button>
          </div>
        ) : null}
        {recording !== undefined && recording.status !== 'recording' && recording.status !== 'source_assigned' ? (
          <>
            <Acquisition recording={recording} progress={progress} warnings={warnings} />
            {isRunning(recording) ? null : (
              <div className={classes['row']}>
                <Button component={Link} to={`/recordings/${recording.session_id}`}>
                  Look at the recording
                </Button>
                <Button variant="default" onClick={reset}>
                  Record again
                </Button>
              </div>
            )}
          </>
        ) : null}
      </Panel>
    </Page>
  );
}
