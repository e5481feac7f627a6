import type { ErrorShape } from './wire';
import { isAborted, isStopping } from './barrier';
import { deadlinesOf, overdue } from './deadlines';
import { type Draft, replaceTarget } from './draft';
import { foldFinished, isCurrent, mayHaveBegun } from './fold';
import type { EngineTarget, FinishedFact } from './model';
import { isLive } from './order';
import { orderCancel } from './orders';
import { isIndependent } from './duration';
import { FRESH_ATTEMPT } from './fresh-attempt';

const WORKER_LOST = 'WORKER_LOST';

/** Folds the end of an attempt, or begins the next one when a worker was lost before it captured anything. */
export function finishAttempt(draft: Draft, target: EngineTarget, fact: FinishedFact): void {
  const lost = fact.outcome === 'failed' && fact.error?.code === WORKER_LOST && (!fact.capture_began || isIndependent(target));
  const counts = isCurrent(target, fact) && isLive(target) && fact.fence >= target.lastFence;
  if (lost && counts && mayRepeat(draft, target)) {
    repeat(draft, target);
    return;
  }
  replaceTarget(draft, foldFinished(target, fact, draft.context.now));
}

/** Looks at every live target's deadlines and ends, or repeats, what is overdue. */
export function judgeDeadlines(draft: Draft, observedSince: number): void {
  const { now, policy } = draft.context;
  for (const target of draft.targets.filter(isLive)) {
    const reason = overdue(target, draft.session.pausedAt !== null, now, observedSince, policy);
    switch (reason) {
      case null:
        break;
      case 'unclaimed':
        if (target.cancelOrderedAt === null) {
          fail(draft, target, { code: 'WORKER_UNAVAILABLE', message: 'No worker took the task in time', retryable: true });
        } else {
          // Nobody ever touched the device, and the cancellation that waits for the worker keeps it so.
          replaceTarget(draft, { ...target, state: 'cancelled', message: 'Cancelled before a worker took the task', finishedAt: now });
        }
        break;
      case 'not-ready':
        fail(draft, target, { code: 'ARM_TIMEOUT', message: 'The target was not ready in time', retryable: true });
        break;
      case 'lost':
        if ((!mayHaveBegun(target) || isIndependent(target)) && mayRepeat(draft, target)) {
          orderCancel(draft, target);
          repeat(draft, target);
        } else {
          fail(draft, target, { code: WORKER_LOST, message: 'The worker of this target fell silent', retryable: true });
        }
        break;
      case 'not-closed':
        fail(draft, target, { code: 'DEADLINE_EXCEEDED', message: 'The target did not end in time', retryable: true });
        break;
    }
  }
}

function mayRepeat(draft: Draft, target: EngineTarget): boolean {
  return (
    target.attempt < draft.session.options.max_attempts &&
    target.cancelOrderedAt === null &&
    target.stopOrderedAt === null &&
    !isStopping(draft.session) &&
    !isAborted({ session: draft.session, targets: draft.targets })
  );
}

function fail(draft: Draft, target: EngineTarget, error: ErrorShape): void {
  const ordered = orderCancel(draft, target);
  replaceTarget(draft, { ...ordered, state: 'failed', error, message: error.message, finishedAt: draft.context.now });
}

/** The next attempt begins where every attempt does; nothing of the one before counts any more. */
function repeat(draft: Draft, target: EngineTarget): void {
  const { now, ids, policy } = draft.context;
  const attempt = target.attempt + 1;
  const next: EngineTarget = {
    ...target,
    ...deadlinesOf(draft.session, target, now, policy),
    ...FRESH_ATTEMPT,
    attempt,
    taskId: ids.next(),
    message: `The worker was lost before it captured; attempt ${attempt} of ${draft.session.options.max_attempts}`,
  };
  draft.orders.push({ type: 'run-task', target: next });
  replaceTarget(draft, next);
}
