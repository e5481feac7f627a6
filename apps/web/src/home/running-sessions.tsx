import { Button, Skeleton } from '@mantine/core';
import { useEffect } from 'react';
import { Link } from 'react-router';
import { Empty, ProblemNotice } from '../design/feedback';
import { Panel, Section } from '../design/page';
import { StateBadge } from '../design/status-badge';
import { SessionClock } from '../live/session-clock';
import { useMay } from '../runtime';
import { TargetCounts } from '../session-list/target-counts';
import { useRunning } from './use-home';
import classes from './home.module.css';

/** Every session that is not over. */
export function RunningSessions({ onKnown }: { onKnown: () => void }) {
  const mayStart = useMay('sessions:write');
  const { known, running, error, retry } = useRunning();
  const settled = known || error !== null;
  useEffect(() => {
    if (settled) {
      onKnown();
    }
  }, [settled, onKnown]);
  return (
    <Section title="Running now" aside={<span className="num muted">{known ? running.length : ''}</span>}>
      {error !== null && !known ? (
        <ProblemNotice error={error} retry={retry} />
      ) : (
        <Panel padded={false}>
          {!known ? (
            <div className={classes['waiting']}>
              <Skeleton height={12} width="40%" />
              <Skeleton height={12} width="60%" />
            </div>
          ) : running.length === 0 ? (
            <Empty
              title="Nothing is running"
              action={
                mayStart ? (
                  <Button component={Link} to="/sessions/new">
                    Start a capture
                  </Button>
                ) : undefined
              }
            >
              A running session shows here with its countdown until every target is finished.
            </Empty>
          ) : (
            <ul className={classes['list']}>
              {running.map((session) => (
                <li key={session.session_id}>
                  <Link to={`/sessions/${session.session_id}`} className={classes['running']}>
                    <span className={classes['name']}>{session.name}</span>
                    <StateBadge state={session.state} />
                    <TargetCounts session={session} />
                    <span className={classes['clock']}>
                      <SessionClock session={session} />
                    </span>
                  </Link>
                </li>
              ))}
            </ul>
          )}
        </Panel>
      )}
    </Section>
  );
}
