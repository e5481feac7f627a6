import { type Actor, type ArtifactView } from '@capstan/contracts';
import { AppError, assertNever } from '@capstan/kernel';
import { finishAttempt, judgeDeadlines } from './attempts';
import { stopsAt } from './deadlines';
import { type DecisionContext, type Draft, draftOf, replaceTarget } from './draft';
import { isIndependent } from './duration';
import { foldAdvanced, judgeArtifact } from './fold';
import type { ArtifactFact, Decision, EngineInput, EngineTarget, FinishedFact, HistoryType, KnownArtifact, Snapshot } from './model';
import { hasEnded, isLive, reached } from './order';
import { hintCancels, openBarrier, orderEnds } from './orders';
import { endPause, pause, resume } from './pause';
import { conclude } from './publish';
import { addSessionArtifacts } from './session-artifacts';

/**
 * The engine: from what is stored and what happened to what is to be stored and sent. Pure, so that every interleaving
 * can be tried in a test; whoever calls it holds the session's row lock.
 * @throws AppError `SESSION_STATE_CONFLICT` when a wish comes too late
 */
export function decide(snapshot: Snapshot, input: EngineInput, context: DecisionContext): Decision {
  const draft = draftOf(snapshot, context);
  apply(draft, input);
  if (!hasEnded(draft.session)) {
    orderEnds(draft);
    openBarrier(draft);
    hintCancels(draft);
  }
  discardArtifacts(draft);
  return conclude(draft);
}

function apply(draft: Draft, input: EngineInput): void {
  switch (input.type) {
    case 'advanced':
      withTarget(draft, input.fact.target_id, (target) => replaceTarget(draft, foldAdvanced(target, input.fact, draft.context.now)));
      return;
    case 'finished':
      // What it stored first: whether that counts depends on the attempt, which the end may replace.
      for (const artifact of input.fact.artifacts) {
        addArtifact(draft, input.fact, artifact, input.known);
      }
      withTarget(draft, input.fact.target_id, (target) => finishAttempt(draft, target, input.fact));
      return;
    case 'artifact':
      addArtifact(draft, input.fact, input.fact.artifact, input.known);
      return;
    case 'session-artifacts':
      return addSessionArtifacts(draft, input.fact, input.known);
    case 'stop':
      return stop(draft, input.by);
    case 'cancel':
      return cancel(draft, input.by, 'session.cancel-requested');
    case 'pause':
      return pause(draft, input.by);
    case 'resume':
      return resume(draft, input.by);
    case 'delete':
      return remove(draft, input.by);
    case 'tick':
      return tick(draft, input.observedSince);
    default:
      return assertNever(input);
  }
}

function withTarget(draft: Draft, targetId: string, work: (target: EngineTarget) => void): void {
  const target = draft.targets.find((candidate) => candidate.targetId === targetId);
  if (target !== undefined) {
    work(target);
  }
}

function stop(draft: Draft, by: Actor): void {
  const { session, context } = draft;
  if (session.stopRequestedAt !== null && !hasEnded(session)) {
    return;
  }
  if (hasEnded(session) || session.cancelRequestedAt !== null) {
    throw conflict(draft, 'stop');
  }
  const begun = session.t0 !== null || draft.targets.some((target) => isLive(target) && reached(target.state, 'capturing'));
  draft.session = { ...session, stopRequestedAt: context.now, cancelRequestedAt: begun ? null : context.now };
  endPause(draft);
  draft.request = { type: 'session.stop-requested', by };
}

function cancel(draft: Draft, by: Actor, type: HistoryType): void {
  const { session, context } = draft;
  if (hasEnded(session)) {
    throw conflict(draft, 'cancel');
  }
  if (session.cancelRequestedAt === null) {
    draft.session = { ...session, cancelRequestedAt: context.now };
    endPause(draft);
    draft.request = { type, by };
  }
}

function remove(draft: Draft, by: Actor): void {
  if (!hasEnded(draft.session)) {
    cancel(draft, by, 'session.delete-requested');
  }
  draft.session = { ...draft.session, deleteRequestedAt: draft.session.deleteRequestedAt ?? draft.context.now };
}

/** Who acts when time alone does. */
const TIME_LIMIT: Actor = { type: 'system', id: 'time-limit', name: 'Time limit' };

function tick(draft: Draft, observedSince: number): void {
  judgeDeadlines(draft, observedSince);
  const limit = stopsAt({ session: draft.session, targets: draft.targets }, draft.context.policy);
  if (limit !== null && draft.context.now >= limit) {
    stop(draft, TIME_LIMIT);
  }
}

function conflict({ session }: Draft, wish: 'stop' | 'cancel'): AppError {
  const why = hasEnded(session) ? `has ended (${session.state})` : 'is being cancelled';
  return new AppError('SESSION_STATE_CONFLICT', `Cannot ${wish}: the session ${why}`, { details: { state: session.state } });
}

function addArtifact(draft: Draft, fact: ArtifactFact | FinishedFact, artifact: ArtifactView, known: readonly KnownArtifact[]): void {
  const target = draft.targets.find((candidate) => candidate.targetId === fact.target_id);
  if (target === undefined) {
    return;
  }
  const verdict = judgeArtifact(target, fact, artifact, known);
  switch (verdict.type) {
    case 'ignore':
      return;
    case 'orphan':
      draft.orphan = true;
      return;
    case 'add': {
      const gone = verdict.replaces;
      draft.artifacts.push({ type: 'add', artifact, attempt: fact.attempt, replaces: gone.map((row) => row.artifactId) });
      // A collection of thousands of devices has ten times as many: they are listed, not announced.
      if (!isIndependent(target)) {
        draft.added.push(artifact);
      }
      replaceTarget(draft, {
        ...target,
        artifactCount: target.artifactCount + 1 - gone.length,
        artifactBytes: target.artifactBytes + artifact.size - gone.reduce((sum, row) => sum + row.size, 0),
        captureCount: target.captureCount + Number(isCapture(artifact)) - gone.filter(isCapture).length,
      });
      return;
    }
    default:
      assertNever(verdict);
  }
}

/** Whether an artifact is what the session was run for; a transcript, a report or a log alone is nothing to download. */
function isCapture(artifact: Pick<ArtifactView, 'kind'>): boolean {
  return artifact.kind !== 'transcript' && artifact.kind !== 'report' && artifact.kind !== 'log';
}

/** Cancel throws away, and so does a new attempt. What a failed target stored, a truncated file perhaps, is kept. */
function discardArtifacts(draft: Draft): void {
  for (const [index, target] of draft.targets.entries()) {
    const before = draft.before.targets[index];
    const gone = target.state === 'cancelled' || before?.attempt !== target.attempt;
    if (gone && target.artifactCount > 0) {
      // What the last fact brought along was never announced, and is not announced now.
      draft.added = draft.added.filter((artifact) => artifact.target_id !== target.targetId);
      draft.artifacts = draft.artifacts.filter((change) => change.type === 'discard' || change.artifact.target_id !== target.targetId);
      draft.artifacts.push({ type: 'discard', targetId: target.targetId });
      replaceTarget(draft, { ...target, artifactCount: 0, artifactBytes: 0, captureCount: 0 });
    }
  }
}
