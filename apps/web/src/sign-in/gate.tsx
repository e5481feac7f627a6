import { Button } from '@mantine/core';
import { lazy, type ReactNode, Suspense } from 'react';
import { ProblemNotice } from '../design/feedback';
import { useRuntime, useSignIn } from '../runtime';
import classes from './sign-in.module.css';

const SignInPage = lazy(async () => ({ default: (await import('./sign-in-page')).SignInPage }));
const FirstPasswordPage = lazy(async () => ({ default: (await import('./first-password-page')).FirstPasswordPage }));

/** Lets nobody in without a sign-in, nor with a one-time password. The address stays, so a deep link survives both. */
export function Gate({ children }: { children: ReactNode }) {
  const { keeper } = useRuntime();
  const state = useSignIn();
  switch (state.phase) {
    case 'starting':
      return null;
    case 'unreachable':
      return (
        <main className={classes['stage']}>
          <div className={classes['card']}>
            <h1>Capstan cannot be reached</h1>
            <ProblemNotice error={state.problem} title="No answer from the server" />
            <Button onClick={() => void keeper.start()}>Try again</Button>
          </div>
        </main>
      );
    case 'signed-out':
      return (
        <Suspense fallback={null}>
          <SignInPage expired={state.reason === 'expired'} />
        </Suspense>
      );
    case 'signed-in':
      return state.user.must_change_password ? (
        <Suspense fallback={null}>
          <FirstPasswordPage />
        </Suspense>
      ) : (
        children
      );
  }
}
