import { Button } from '@mantine/core';
import { lazy, Suspense, useRef } from 'react';
import { Link, useParams } from 'react-router';
import { asProblem } from '../api/problem';
import { CopyIcon } from '../design/copy-button';
import { Empty, ProblemNotice } from '../design/feedback';
import { Page } from '../design/page';
import { StateBadge } from '../design/status-badge';
import { TimeText } from '../design/time-text';
import { isTerminal } from '../design/status';
import { type LiveTarget, orderedTargets } from '../live/live-session';
import { useLiveSession } from '../live/use-live-session';
import { AnalysisPanel } from './analysis-panel';
import { ArtifactList } from './artifact-list';
import { isCollectable } from './available-actions';
import { EventLog } from './event-log';
import { HoldNotice } from './hold-notice';
import { LiveSkeleton } from './live-skeleton';
import { OutcomeNotice } from './outcome-notice';
import { SessionActions } from './session-actions';
import { SpreadStrip } from './spread-strip';
import { StatStrip } from './stat-strip';
import { TargetGrid } from './target-grid';
import { TranscriptProvider } from './transcript';
import classes from './live-session.module.css';

// Most sessions have none.
const SessionPictures = lazy(async () => ({ default: (await import('../cameras/session-pictures')).SessionPictures }));

const BACK = { to: '/sessions', label: 'Sessions' } as const;

/** One session: what happens now, or what came of it. */
export function LiveSessionPage() {
  const { id = '' } = useParams();
  // A page of its own for each session: nothing of one may stay on the screen of the next.
  return <LiveSessionView key={id} id={id} />;
}

function LiveSessionView({ id }: { id: string }) {
  const query = useLiveSession(id);
  const session = query.data;
  const titles = useTitles(session?.targets);
  if (session === undefined) {
    if (query.isError) {
      const problem = asProblem(query.error);
      const gone = ['SESSION_NOT_FOUND', 'SESSION_EXPIRED', 'VALIDATION_FAILED'].includes(problem.code);
      const expired = problem.code === 'SESSION_EXPIRED';
      return (
        <Page title={expired ? 'Session removed' : gone ? 'No such session' : 'Session'} back={BACK}>
          {gone ? <Gone>{expired ? problem.message : 'It may have been deleted, or the link is not complete.'}</Gone> : <ProblemNotice error={query.error} retry={() => void query.refetch()} />}
        </Page>
      );
    }
    return <LiveSkeleton />;
  }
  const { header } = session;
  if (session.deleted) {
    return (
      <Page title={header.name} back={BACK}>
        <Gone>This session was deleted, with everything it had stored.</Gone>
      </Page>
    );
  }
  const targets = orderedTargets(session);
  return (
    <Page
      title={header.name}
      back={BACK}
      mark={<StateBadge state={header.state} />}
      description={
        <span className={classes['meta']}>
          <span>
            Started by {header.created_by.name}, <TimeText iso={header.created_at} />
          </span>
          {header.retry_of === null ? null : <Link to={`/sessions/${header.retry_of}`}>Retry of an earlier session</Link>}
          <span className={`mono ${classes['id']}`}>
            {header.session_id.slice(0, 8)}
            <CopyIcon value={header.session_id} label="Copy session id" />
          </span>
        </span>
      }
      actions={<SessionActions session={header} collectable={targets.filter(({ view }) => isCollectable(view)).length} />}
    >
      <TranscriptProvider session={session}>
        <StatStrip session={session} targets={targets} />
        <HoldNotice hold={header.hold} />
      <OutcomeNotice session={session} targets={targets} />
        <AnalysisPanel session={session} />
        {targets.some(({ view }) => view.kind === 'snapshot') ? (
          <Suspense fallback={null}>
            <SessionPictures targets={targets.filter(({ view }) => view.kind === 'snapshot')} artifacts={session.artifacts} />
          </Suspense>
        ) : null}
        <TargetGrid targets={targets} />
        <SpreadStrip targets={targets} header={header} />
        <div className={classes['columns']}>
          <ArtifactList artifacts={session.artifacts} titles={titles} over={isTerminal(header.state)} />
          <EventLog id={id} sequence={header.sequence} titles={titles} />
        </div>
      </TranscriptProvider>
    </Page>
  );
}

/** Titles by target, in their order. The same map for as long as the targets are the same, whatever their numbers do. */
function useTitles(targets: Readonly<Record<string, LiveTarget>> | undefined): ReadonlyMap<string, string> {
  const kept = useRef<ReadonlyMap<string, string>>(new Map());
  const size = targets === undefined ? 0 : Object.keys(targets).length;
  if (targets !== undefined && kept.current.size !== size) {
    kept.current = new Map(
      Object.values(targets)
        .sort((a, b) => a.view.ordinal - b.view.ordinal)
        .map(({ view }) => [view.target_id, view.title]),
    );
  }
  return kept.current;
}

function Gone({ children }: { children: string }) {
  return (
    <Empty
      title="This session is not here"
      action={
        <Button component={Link} to="/sessions" variant="default">
          Back to Sessions
        </Button>
      }
    >
      {children}
    </Empty>
  );
}
