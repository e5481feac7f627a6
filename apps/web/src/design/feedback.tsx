import { Alert, Button } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import { notifications } from '@mantine/notifications';
import type { ReactNode } from 'react';
import { asProblem } from '../api/problem';
import classes from './feedback.module.css';

/** Nothing is here: what would be, and the way to it. */
export function Empty({ title, children, action }: { title: string; children: ReactNode; action?: ReactNode }) {
  return (
    <div className={classes['empty']}>
      <p className={classes['emptyTitle']}>{title}</p>
      <p className={classes['emptyText']}>{children}</p>
      {action}
    </div>
  );
}

/** A call failed: what happened, and another try where that makes sense. */
export function ProblemNotice({ error, retry, title = 'This could not be loaded' }: { error: unknown; retry?: () => void; title?: string }) {
  const problem = asProblem(error);
  return (
    <Alert color="red" icon={<IconAlertTriangle size={16} aria-hidden />} title={title} role="alert">
      <div className={classes['problem']}>
        <span>{problem.message}</span>
        <span className="mono">
          {problem.code}
          {problem.requestId === undefined ? '' : ` · request ${problem.requestId}`}
        </span>
        {retry === undefined ? null : (
          <Button variant="default" onClick={retry}>
            Try again
          </Button>
        )}
      </div>
    </Alert>
  );
}

const CLOSE = { closeButtonProps: { 'aria-label': 'Dismiss' } } as const;

/** Says that something worked. */
export function say(message: string): void {
  notifications.show({ message, withBorder: true, ...CLOSE });
}

/** Says that something did not work, and why. */
export function sayProblem(title: string, error: unknown): void {
  const problem = asProblem(error);
  notifications.show({ title, message: `${problem.message} (${problem.code})`, color: 'red', withBorder: true, autoClose: 12_000, ...CLOSE });
}
