import { Button } from '@mantine/core';
import { useEffect } from 'react';
import { PasswordForm } from '../access/password-form';
import { Logo } from '../design/logo';
import { sayProblem } from '../design/feedback';
import { useRuntime, useUser } from '../runtime';
import classes from './sign-in.module.css';

/** The one-time password must be changed before anything else. */
export function FirstPasswordPage() {
  const { api, keeper } = useRuntime();
  const user = useUser();
  useEffect(() => {
    document.title = 'Choose a password · Capstan';
  }, []);
  return (
    <main className={classes['stage']}>
      <div className={classes['card']}>
        <div className={classes['mark']}>
          <Logo size={32} />
        </div>
        <div>
          <h1>Choose your password</h1>
          <p className={classes['lead']}>
            You are signed in as <b>{user.username}</b> with a one-time password. Replace it to go on.
          </p>
        </div>
        <PasswordForm currentLabel="One-time password" submit="Set password" />
        <Button variant="subtle" color="gray" onClick={() => void api.call('logout').then(() => keeper.signedOut(), (error: unknown) => sayProblem('You are still signed in', error))}>
          Sign in as someone else
        </Button>
      </div>
    </main>
  );
}
