import { Button } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { useCallback, useState } from 'react';
import { Link, Navigate } from 'react-router';
import { HomeCameras } from '../cameras/home-cameras';
import { Page } from '../design/page';
import { useSessionsFeed } from '../live/use-sessions-feed';
import { useMay } from '../runtime';
import { ComingUp } from './coming-up';
import { Glance } from './glance';
import { RecentChanges } from './recent-changes';
import { RecentFailures } from './recent-failures';
import { RunningSessions } from './running-sessions';
import { SilentReceivers } from './silent-receivers';
import classes from './home.module.css';

/** Today at a glance: what runs, what will, what went wrong, and what has changed. */
export function HomePage() {
  useSessionsFeed();
  const mayStart = useMay('sessions:write');
  // What is below waits for what is above, so that nothing moves under somebody's finger.
  const [settled, setSettled] = useState(false);
  const known = useCallback(() => setSettled(true), []);
  return (
    <Page
      title="Home"
      actions={
        mayStart ? (
          <Button component={Link} to="/sessions/new" leftSection={<IconPlus size={14} aria-hidden />}>
            New capture
          </Button>
        ) : undefined
      }
    >
      <Glance />
      <div className={classes['columns']}>
        <div className={classes['column']}>
          <RunningSessions onKnown={known} />
          <RecentFailures shown={settled} />
        </div>
        <div className={classes['column']}>
          <ComingUp shown={settled} />
          <SilentReceivers shown={settled} />
          <RecentChanges shown={settled} />
        </div>
      </div>
      {settled ? <HomeCameras /> : null}
    </Page>
  );
}

/** Where a sign-in at its own address leads. */
export function GoHome() {
  return <Navigate to="/" replace />;
}
