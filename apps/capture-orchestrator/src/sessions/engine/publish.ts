import { isIndependent } from './duration';
import { startSpreadOf, captureStartedAt } from './spread';
import { aggregate } from './aggregate';
import type { Draft } from './draft';
import type { Decision, EngineMessage, EngineSession, EngineTarget, HistoryLine, HistoryType } from './model';
import { hasEnded, rankOf, reached } from './order';
import { endPause } from './pause';

/** What clients see of a target; a change of anything else is nobody's business. */
const TARGET_FIELDS = [
  'state', 'attempt', 'message', 'error', 'metrics', 'configuringAt', 'readyAt', 'startSentAt', 'startedAt', 'stoppedAt', 'finishedAt', 'pausedAt',
] as const satisfies ReadonlyArray<keyof EngineTarget>;

/** What clients see of a header, besides its sequence. */
const HEADER_FIELDS = {
  state: 'state',
  t0: 't0',
  captureStartedAt: 'capture_started_at',
  stopRequestedAt: 'stop_requested_at',
  cancelRequestedAt: 'cancel_requested_at',
  pausedAt: 'paused_at',
  pausedMs: 'paused_ms',
  completedAt: 'completed_at',
  startSpreadMs: 'start_spread_ms',
  completedCount: 'completed_count',
  failedCount: 'failed_count',
  artifactCount: 'artifact_count',
  artifactBytes: 'artifact_bytes',
  metrics: 'metrics',
} as const satisfies Partial<Record<keyof EngineSession, string>>;
type HeaderField = keyof typeof HEADER_FIELDS;

/** Carries the change of some targets over into the header, whose other targets were not read. */
function withChanges(session: EngineSession, before: readonly EngineTarget[], after: readonly EngineTarget[]): EngineSession {
  const change = (of: (target: EngineTarget) => number): number => after.reduce((sum, target) => sum + of(target), 0) - before.reduce((sum, target) => sum + of(target), 0);
  const began = captureStartedAt(after);
  return {
    ...session,
    completedCount: session.completedCount + change(({ state }) => Number(state === 'completed')),
    failedCount: session.failedCount + change(({ state }) => Number(state === 'failed')),
    artifactCount: session.artifactCount + change(({ artifactCount }) => artifactCount),
    artifactBytes: session.artifactBytes + change(({ artifactBytes }) => artifactBytes),
    captureCount: session.captureCount + change(({ captureCount }) => captureCount),
    captureStartedAt: session.captureStartedAt === null ? began : began === null ? session.captureStartedAt : Math.min(began, session.captureStartedAt),
  };
}

/** Sums up the targets in the header. */
export function withTotals(session: EngineSession, targets: readonly EngineTarget[]): EngineSession {
  const sum = (of: (target: EngineTarget) => number): number => targets.reduce((total, target) => total + of(target), 0);
  return {
    ...session,
    completedCount: sum((target) => (target.state === 'completed' ? 1 : 0)),
    failedCount: sum((target) => (target.state === 'failed' ? 1 : 0)),
    artifactCount: session.ownArtifactCount + sum((target) => target.artifactCount),
    artifactBytes: session.ownArtifactBytes + sum((target) => target.artifactBytes),
    captureCount: sum((target) => target.captureCount),
    startSpreadMs: startSpreadOf(targets),
    captureStartedAt: captureStartedAt(targets),
  };
}

/** Settles the header and numbers every change that is to be published and remembered. */
export function conclude(draft: Draft): Decision {
  const { before, context } = draft;
  const state = aggregate(draft.session.state, {
    // Of those that were not read it is known that one is live.
    targets: [...draft.targets.map((target) => target.state), ...(before.othersLive === undefined ? [] : (['pending'] as const))],
    goSent: draft.session.t0 !== null || draft.targets.every(isIndependent),
    stopRequested: draft.session.stopRequestedAt !== null,
    cancelRequested: draft.session.cancelRequestedAt !== null,
  });
  if (reached(state, 'stopping')) {
    // Targets may end by themselves in a pause too.
    endPause(draft);
  }
  let session = before.othersLive === undefined ? withTotals(draft.session, draft.targets) : withChanges(draft.session, before.targets, draft.targets);
  const ended = hasEnded({ state }) && !hasEnded(before.session);
  session = { ...session, state, completedAt: ended ? context.now : session.completedAt };

  const changedTargets = pairs(draft).filter(({ before: old, after }) => !same(old, after, Object.keys(after) as Array<keyof EngineTarget>));
  const messages: EngineMessage[] = [...draft.orders];
  const history: HistoryLine[] = [];
  let sequence = before.session.sequence;
  const line = (type: HistoryType, targetId: string | null, data: HistoryLine['data']): number => {
    sequence += 1;
    history.push({ sequence, type, targetId, data });
    return sequence;
  };

  for (const { before: old, after } of changedTargets) {
    if (!same(old, after, TARGET_FIELDS)) {
      const number = line(typeOf(old, after), after.targetId, targetLine(old, after));
      messages.push({ type: 'target-changed', sequence: number, target: after });
    }
  }
  for (const artifact of draft.added) {
    const { artifact_id, name, kind, size, sha256 } = artifact;
    const number = line('artifact.added', artifact.target_id, { artifact_id, name, kind, size, sha256 });
    messages.push({ type: 'artifact-added', sequence: number, artifact });
  }
  let previous = before.session;
  for (const header of headers(draft, session)) {
    if (!same(previous, header, Object.keys(HEADER_FIELDS) as HeaderField[])) {
      const number = line(draft.request?.type ?? headerType(previous, header), null, headerLine(previous, header, draft.request?.by));
      messages.push({ type: 'state-changed', sequence: number, session: { ...header, sequence: number } });
    }
    previous = header;
  }
  session = { ...session, sequence };
  if (ended) {
    messages.push({ type: 'finished', sequence, session });
  }
  const deleteChanged = session.deleteRequestedAt !== before.session.deleteRequestedAt;
  return {
    session,
    targets: draft.targets,
    changed: messages.length > 0 || history.length > 0 || changedTargets.length > 0 || draft.artifacts.length > 0 || deleteChanged || draft.orphan,
    changedTargets,
    history,
    messages,
    artifacts: draft.artifacts,
    sweep: hasEnded(session) && (draft.orphan || (ended && draft.targets.some(leftObjects))),
  };
}

/** An attempt that was given up, or told to discard, may have stored objects that no row names. */
function leftObjects(target: EngineTarget): boolean {
  return target.attempt > 1 || target.cancelOrderedAt !== null || target.state === 'cancelled';
}

/** The headers clients get to see: `ready` is shown even though the start follows in the same instant. */
function headers(draft: Draft, session: EngineSession): EngineSession[] {
  const showReady = draft.opened && rankOf(draft.before.session.state) < rankOf('ready');
  return showReady ? [{ ...session, state: 'ready', t0: null }, session] : [session];
}

function pairs(draft: Draft): Array<{ before: EngineTarget; after: EngineTarget }> {
  return draft.before.targets.map((before, index) => ({ before, after: draft.targets[index] ?? before }));
}

function same<T extends object>(left: T, right: T, fields: ReadonlyArray<keyof T>): boolean {
  return fields.every((field) => left[field] === right[field] || JSON.stringify(left[field]) === JSON.stringify(right[field]));
}

function typeOf(before: EngineTarget, after: EngineTarget): HistoryType {
  if (before.attempt !== after.attempt) {
    return 'target.attempt-started';
  }
  return before.state === after.state ? 'target.updated' : 'target.state-changed';
}

function targetLine(before: EngineTarget, after: EngineTarget): HistoryLine['data'] {
  return {
    attempt: after.attempt,
    ...(before.state === after.state ? { state: after.state } : { from: before.state, state: after.state }),
    ...(after.message === before.message ? {} : { message: after.message }),
    ...(after.error === null ? {} : { error: after.error }),
  };
}

function headerType(before: EngineSession, after: EngineSession): HistoryType {
  return before.state === after.state ? 'session.counts-changed' : 'session.state-changed';
}

function headerLine(before: EngineSession, after: EngineSession, by: unknown): HistoryLine['data'] {
  const changed = (Object.keys(HEADER_FIELDS) as HeaderField[]).filter((field) => field !== 'state' && before[field] !== after[field]);
  return {
    ...(before.state === after.state ? { state: after.state } : { from: before.state, state: after.state }),
    ...Object.fromEntries(changed.map((field) => [HEADER_FIELDS[field], wireValue(field, after[field])])),
    ...(by === undefined ? {} : { by }),
  };
}

function wireValue(field: HeaderField, value: EngineSession[HeaderField]): unknown {
  const isInstant = field === 't0' || field.endsWith('At');
  return isInstant && typeof value === 'number' ? new Date(value).toISOString() : value;
}
