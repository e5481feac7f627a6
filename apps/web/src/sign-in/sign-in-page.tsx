import { Alert, Button, PasswordInput, TextInput } from '@mantine/core';
import { type FormEvent, useEffect, useState } from 'react';
import { asProblem } from '../api/problem';
import { Logo } from '../design/logo';
import { formatDuration } from '../design/format';
import { useRuntime } from '../runtime';
import classes from './sign-in.module.css';

/** User name and password. */
export function SignInPage({ expired }: { expired: boolean }) {
  const { api, keeper } = useRuntime();
  const [username, setUsername] = useState('');
  const [password, setPassword] = useState('');
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<string>();
  useEffect(() => {
    document.title = 'Sign in · Capstan';
  }, []);

  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    setBusy(true);
    setFailure(undefined);
    try {
      keeper.signedIn(await api.call('login', { body: { username: username.trim(), password } }));
    } catch (error) {
      const problem = asProblem(error);
      setFailure(problem.retryAfterSec === undefined ? problem.message : `${problem.message} Try again in ${formatDuration(problem.retryAfterSec)}.`);
      setPassword('');
      document.getElementById('sign-in-password')?.focus();
      setBusy(false);
    }
  };

  return (
    <main className={classes['stage']}>
      <form className={classes['card']} onSubmit={(event) => void submit(event)} aria-label="Sign in">
        <div className={classes['mark']}>
          <Logo size={32} />
        </div>
        <div>
          <h1>Sign in to Capstan</h1>
          <p className={classes['lead']}>Captures on a fleet, started together, in one verified bundle.</p>
        </div>
        {failure === undefined && expired ? <Alert color="gray">Your sign-in has ended. Sign in again; you will be where you were.</Alert> : null}
        {failure === undefined ? null : (
          <Alert color="red" role="alert">
            {failure}
          </Alert>
        )}
        <TextInput label="User name" name="username" autoComplete="username" autoCapitalize="none" spellCheck={false} autoFocus required withAsterisk={false} size="sm" value={username} onChange={(event) => setUsername(event.currentTarget.value)} />
        <PasswordInput id="sign-in-password" label="Password" name="password" autoComplete="current-password" required withAsterisk={false} size="sm" value={password} onChange={(event) => setPassword(event.currentTarget.value)} />
        <Button type="submit" size="sm" loading={busy}>
          Sign in
        </Button>
      </form>
    </main>
  );
}
