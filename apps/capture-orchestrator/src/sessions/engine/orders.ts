import { isAborted, isStopping, readyToStart } from './barrier';
import { type Draft, replaceTarget } from './draft';
import { isIndependent } from './duration';
import type { EngineTarget } from './model';
import { isLive, reached } from './order';

/** Orders the cancellation of an attempt, once. The target itself goes on until its worker, or a deadline, ends it. */
export function orderCancel(draft: Draft, target: EngineTarget): EngineTarget {
  if (target.cancelOrderedAt !== null) {
    return target;
  }
  draft.orders.push({ type: 'cancel-task', target });
  return { ...target, cancelOrderedAt: draft.context.now };
}

/**
 * Passes a stop, a cancel, or the end of a start that can no longer happen, on to the live targets. A stop keeps what a
 * target has; one that was never told to start has nothing, so that it is cancelled.
 */
export function orderEnds(draft: Draft): void {
  const { session } = draft;
  const aborted = isAborted({ session, targets: draft.targets });
  if (!isStopping(session) && !aborted) {
    return;
  }
  const stopped: string[] = [];
  for (const target of draft.targets.filter(isLive)) {
    if (session.cancelRequestedAt !== null || aborted || !hasStarted(target)) {
      replaceTarget(draft, orderCancel(draft, target));
    } else if (target.stopOrderedAt === null && target.cancelOrderedAt === null) {
      draft.orders.push({ type: 'stop-task', target });
      stopped.push(target.taskId);
      replaceTarget(draft, { ...target, stopOrderedAt: draft.context.now });
    }
  }
  if (stopped.length > 0) {
    draft.orders.push({ type: 'stop-hint', taskIds: stopped });
  }
}

function hasStarted(target: EngineTarget): boolean {
  return isIndependent(target) ? reached(target.state, 'starting') : target.startOrderedAt !== null;
}

/** Opens the barrier when everybody is there: one instant for all, said at once by a hint and durably by a command each. */
export function openBarrier(draft: Draft): void {
  const targets = readyToStart({ session: draft.session, targets: draft.targets });
  if (targets.length === 0) {
    return;
  }
  const { now, policy } = draft.context;
  const t0 = now + policy.leadMs;
  draft.orders.push({ type: 'go', t0, taskIds: targets.map((target) => target.taskId) });
  for (const target of targets) {
    draft.orders.push({ type: 'start-task', target, t0 });
    replaceTarget(draft, { ...target, startOrderedAt: now });
  }
  if (draft.session.t0 === null) {
    draft.session = { ...draft.session, t0 };
    draft.opened = true;
  }
}

/** One hint for all cancellations of this decision; the commands say the same, only later. */
export function hintCancels(draft: Draft): void {
  const taskIds = draft.orders.flatMap((order) => (order.type === 'cancel-task' ? [order.target.taskId] : []));
  if (taskIds.length > 0) {
    draft.orders.push({ type: 'cancel-hint', taskIds });
  }
}
