import { Alert, Button, PasswordInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { asProblem } from '../api/problem';
import { say } from '../design/feedback';
import { useRuntime } from '../runtime';
import { passwordProblem } from './password-rules';

/** Changes the password of the signed-in user. */
export function PasswordForm({ currentLabel, submit }: { currentLabel: string; submit: string }) {
  const { api, keeper } = useRuntime();
  const [current, setCurrent] = useState('');
  const [next, setNext] = useState('');
  const [repeated, setRepeated] = useState('');
  const [left, setLeft] = useState(false);
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<string>();
  const weak = next === '' ? undefined : passwordProblem(next, current);
  const differs = repeated !== '' && repeated !== next;

  const send = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    setBusy(true);
    setFailure(undefined);
    try {
      keeper.signedIn(await api.call('changePassword', { body: { current_password: current, new_password: next } }));
      setCurrent('');
      setNext('');
      setRepeated('');
      say('Your password is changed. Other sign-ins of yours have ended.');
    } catch (error) {
      const problem = asProblem(error);
      setFailure(problem.fields[0]?.message ?? (problem.code === 'INVALID_CREDENTIALS' ? `The ${currentLabel.toLowerCase()} is wrong.` : problem.message));
    } finally {
      setBusy(false);
    }
  };

  return (
    <form onSubmit={(event) => void send(event)} style={{ display: 'flex', flexDirection: 'column', gap: 16 }} aria-label={submit}>
      {failure === undefined ? null : (
        <Alert color="red" role="alert">
          {failure}
        </Alert>
      )}
      <PasswordInput label={currentLabel} autoComplete="current-password" size="sm" value={current} onChange={(event) => setCurrent(event.currentTarget.value)} />
      <PasswordInput
        label="New password"
        description="At least 12 characters; a few words are easy to remember."
        autoComplete="new-password"
        size="sm"
        value={next}
        onBlur={() => setLeft(true)}
        onChange={(event) => setNext(event.currentTarget.value)}
        error={left ? weak : undefined}
      />
      <PasswordInput label="New password again" autoComplete="new-password" size="sm" value={repeated} onChange={(event) => setRepeated(event.currentTarget.value)} error={differs ? 'is not the same' : undefined} />
      <div>
        <Button type="submit" size="sm" loading={busy} disabled={current === '' || next === '' || weak !== undefined || repeated !== next}>
          {submit}
        </Button>
      </div>
    </form>
  );
}
