import type { CameraView, TestConnectionAnswer } from '@capstan/contracts';
import { Button, Checkbox, Loader, Modal, NumberInput } from '@mantine/core';
import { useState } from 'react';
import { ProblemNotice } from '../design/feedback';
import { formatMilliseconds } from '../design/format';
import { StatusIcon } from '../design/status-badge';
import { useRuntime } from '../runtime';
import { mismatchText, stepLabel } from './camera-words';
import classes from './cameras.module.css';
import own from './test-connection-dialog.module.css';

/** Connects to a camera as if for the first time, and shows how far it came. */
export function TestConnectionDialog({ opened, camera, onClose }: { opened: boolean; camera: Pick<CameraView, 'id' | 'name'>; onClose: () => void }) {
  return (
    <Modal opened={opened} onClose={onClose} title={`Test connection to ${camera.name}`} size="md">
      <TestConnection camera={camera} />
    </Modal>
  );
}

function TestConnection({ camera }: { camera: Pick<CameraView, 'id'> }) {
  const { api } = useRuntime();
  const [seconds, setSeconds] = useState<number | string>(10);
  const [signIn, setSignIn] = useState(true);
  const [answer, setAnswer] = useState<TestConnectionAnswer>();
  const [problem, setProblem] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);
  const run = async (): Promise<void> => {
    setBusy(true);
    setAnswer(undefined);
    setProblem(null);
    try {
      setAnswer(await api.call('testCamera', { params: { id: camera.id }, body: { timeout_seconds: Number(seconds), check_credentials: signIn } }));
    } catch (error) {
      setProblem(error);
    } finally {
      setBusy(false);
    }
  };
  return (
    <div className={classes['form']}>
      <div className={classes['row']}>
        <NumberInput label="Give up after" size="xs" w={120} suffix=" s" min={1} max={60} allowDecimal={false} value={seconds} onChange={setSeconds} />
        <Checkbox size="xs" mb={6} label="Sign in" checked={signIn} onChange={(event) => setSignIn(event.currentTarget.checked)} />
      </div>
      <Button data-autofocus loading={busy} onClick={() => void run()}>
        {answer === undefined ? 'Connect now' : 'Connect again'}
      </Button>
      {busy ? (
        <p className={classes['note']} role="status">
          <Loader size={12} color="gray" /> Connecting, and watching the stream for a moment…
        </p>
      ) : null}
      {problem === null ? null : <ProblemNotice error={problem} title="The test could not be run" />}
      {answer === undefined ? null : <TestResult answer={answer} />}
    </div>
  );
}

/** What a connection test found, step by step. */
export function TestResult({ answer }: { answer: TestConnectionAnswer }) {
  const found = [answer.codec, answer.resolution?.replace('x', '×'), answer.fps === null ? null : `${answer.fps.toFixed(1)} frames/s`, answer.latency_ms === null ? null : `answered in ${formatMilliseconds(answer.latency_ms)}`].filter((part) => part !== null && part !== undefined);
  return (
    <>
      <div className={own['verdict']} data-status={answer.success ? 'success' : 'failed'} role="status">
        <b>{answer.success ? 'The camera works' : 'The camera does not work'}</b>
        <span>{answer.success ? found.join(', ') : answer.message}</span>
        {answer.error_code === null ? null : <span className="mono">{answer.error_code}</span>}
      </div>
      <ol className={own['steps']} aria-label="Steps">
        {answer.steps.map(({ step, ok, ms, error }, index) => (
          <li key={`${step}-${index}`}>
            <StatusIcon status={ok ? 'success' : 'failed'} />
            <span>
              {stepLabel(step)}
              <span className="visually-hidden">{ok ? ' worked' : ' failed'}</span>
              {error === null ? null : <span className={own['stepError']}>{error.message}</span>}
            </span>
            <span className="num muted">{ms === null ? '' : formatMilliseconds(ms)}</span>
          </li>
        ))}
      </ol>
      {answer.mismatches.length === 0 ? null : <p className={classes['note']}>The {mismatchText(answer.mismatches)} it sends differ from what is configured.</p>}
    </>
  );
}
