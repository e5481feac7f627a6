import { Button, Code } from '@mantine/core';
import { useRouteError } from 'react-router';
import classes from './shell.module.css';

/** A page broke. The rest of the app goes on; a reload gets the newest version, which also cures a page file that an update removed. */
export function PageError() {
  const error = useRouteError();
  return (
    <div className={classes['lost']} role="alert">
      <h1 style={{ fontSize: 20 }}>This page stopped working</h1>
      <p className="muted" style={{ margin: 0, maxWidth: 480 }}>
        Captures are not affected: they run on the server. Reload to go on; if it happens again, tell your administrator what is written here.
      </p>
      <Code>{error instanceof Error ? error.message : 'Unknown error'}</Code>
      <Button onClick={() => window.location.reload()}>Reload</Button>
    </div>
  );
}
