import { Button, Skeleton } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useEffect } from 'react';
import { Link } from 'react-router';
import { Empty, ProblemNotice } from '../design/feedback';
import { Panel, Section } from '../design/page';
import { isTerminal } from '../design/status';
import { StateBadge } from '../design/status-badge';
import { SessionClock } from '../live/session-clock';
import { SESSION_LISTS } from '../live/use-sessions-feed';
import { useMay, useRuntime } from '../runtime';
import { TargetCounts } from '../session-list/target-counts';
import classes from './home.module.css';

/**
 * Every session that is not over. Two questions find them: everything that capture does not hold is over within minutes and
 * so among the newest; what captures for days is found by its state.
 */
export function RunningSessions({ onKnown }: { onKnown: () => void }) {
  const { api } = useRuntime();
  const mayStart = useMay('sessions:write');
  const newest = useQuery({ queryKey: [...SESSION_LISTS, 'newest'], queryFn: ({ signal }) => api.call('listSessions', { query: { per_page: 50 }, signal }) });
  const capturing = useQuery({ queryKey: [...SESSION_LISTS, 'capturing'], queryFn: ({ signal }) => api.call('listSessions', { query: { per_page: 50, status: 'capturing' }, signal }) });
  const error = newest.error ?? capturing.error;
  const found = new Map([...(newest.data?.sessions ?? []), ...(capturing.data?.sessions ?? [])].map((session) => [session.session_id, session]));
  const running = [...found.values()].filter((session) => !isTerminal(session.state)).sort((a, b) => Date.parse(b.created_at) - Date.parse(a.created_at));
  const known = newest.data !== undefined && capturing.data !== undefined;
  const settled = known || error !== null;
  useEffect(() => {
    if (settled) {
      onKnown();
    }
  }, [settled, onKnown]);
  return (
    <Section title="Running now" aside={<span className="num muted">{known ? running.length : ''}</span>}>
      {error !== null && !known ? (
        <ProblemNotice error={error} retry={() => void Promise.all([newest.refetch(), capturing.refetch()])} />
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
