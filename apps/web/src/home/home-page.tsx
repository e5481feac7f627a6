import { Button } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { useCallback, useState } from 'react';
import { Link, Navigate } from 'react-router';
import { HomeCameras } from '../cameras/home-cameras';
import { Page } from '../design/page';
import { useSessionsFeed } from '../live/use-sessions-feed';
import { useMay } from '../runtime';
import { ComingUp } from './coming-up';
import { RecentFailures } from './recent-failures';
import { RunningSessions } from './running-sessions';

/** What runs, what will, and what went wrong lately. */
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
      <RunningSessions onKnown={known} />
      <ComingUp shown={settled} />
      <RecentFailures shown={settled} />
      {settled ? <HomeCameras /> : null}
    </Page>
  );
}

/** Where a sign-in at its own address leads. */
export function GoHome() {
  return <Navigate to="/" replace />;
}
