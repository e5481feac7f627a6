import type { SessionSummary } from '@capstan/contracts';
import { Skeleton } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from 'react-router';
import { Empty, ProblemNotice } from '../design/feedback';
import { Panel, Section } from '../design/page';
import { StateBadge } from '../design/status-badge';
import { TimeText } from '../design/time-text';
import { useRuntime } from '../runtime';
import { useFailures } from './use-home';
import classes from './home.module.css';

const SHOWN = 6;
/** Reasons that are written out; the rest is counted. */
const NAMED = 3;

/** The last sessions that did not end whole, each with its reasons. */
export function RecentFailures({ shown }: { shown: boolean }) {
  const { known, failures, error, retry } = useFailures();
  const last = failures.slice(0, SHOWN);
  if (!shown) {
    return null;
  }
  return (
    <Section title="Last failures" aside={known && last.length > 0 ? <Link to="/sessions?status=failed" className={classes['more']}>All failed sessions</Link> : undefined}>
      {error !== null && !known ? (
        <ProblemNotice error={error} retry={retry} />
      ) : (
        <Panel padded={false}>
          {!known ? (
            <div className={classes['waiting']}>
              <Skeleton height={12} width="50%" />
              <Skeleton height={12} width="30%" />
            </div>
          ) : last.length === 0 ? (
            <Empty title="Nothing has failed">Sessions that failed or ended partially show here, with the device and the reason.</Empty>
          ) : (
            <ul className={classes['list']}>
              {last.map((session) => (
                <Failure key={session.session_id} session={session} />
              ))}
            </ul>
          )}
        </Panel>
      )}
    </Section>
  );
}

/** Lines that the reasons of a session take; its row has them before they are read. */
function linesFor(failed: number): number {
  return Math.max(1, Math.min(failed, NAMED) + (failed > NAMED ? 1 : 0));
}

function Failure({ session }: { session: SessionSummary }) {
  const { api } = useRuntime();
  const detail = useQuery({
    queryKey: ['session-reasons', session.session_id],
    queryFn: ({ signal }) => api.call('getSession', { params: { id: session.session_id }, signal }),
    staleTime: Infinity,
  });
  const failed = detail.data?.session.targets.filter((target) => target.error !== null) ?? [];
  return (
    <li className={classes['failure']}>
      <div className={classes['failureHead']}>
        <Link to={`/sessions/${session.session_id}`} className={classes['name']}>
          {session.name}
        </Link>
        <StateBadge state={session.state} />
        <span className={classes['when']}>
          <TimeText iso={session.completed_at ?? session.created_at} form="ago" />
        </span>
      </div>
      <ul className={classes['reasons']} style={{ minHeight: 20 * linesFor(session.failed_count) }}>
        {detail.data === undefined ? (
          <li>{detail.isError ? 'The reasons could not be loaded.' : ' '}</li>
        ) : failed.length === 0 ? (
          <li>No target gave a reason.</li>
        ) : (
          failed.slice(0, NAMED).map((target) => (
            <li key={target.target_id}>
              <b>{target.title}</b> {target.error?.message} <code className="mono">{target.error?.code}</code>
            </li>
          ))
        )}
        {failed.length > NAMED ? <li>and {failed.length - NAMED} more</li> : null}
      </ul>
    </li>
  );
}
