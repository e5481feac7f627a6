import { Button } from '@mantine/core';
import type { ReactNode } from 'react';
import { CopyButton } from '../design/copy-button';
import classes from './access.module.css';

/** A secret that is shown this once. */
export function OneTimeSecret({ value, label, children, onDone }: { value: string; label: string; children: ReactNode; onDone: () => void }) {
  return (
    <div className={classes['secret']}>
      <p>{children}</p>
      <code className={`mono ${classes['secretValue']}`} aria-label={label} role="textbox" aria-readonly tabIndex={0}>
        {value}
      </code>
      <div className={classes['secretButtons']}>
        <CopyButton value={value}>Copy</CopyButton>
        <Button onClick={onDone}>Done</Button>
      </div>
    </div>
  );
}
