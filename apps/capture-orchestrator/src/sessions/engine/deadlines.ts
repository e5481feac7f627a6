import type { EnginePolicy, EngineSession, EngineTarget, Snapshot } from './model';
import { durationOf, isIndependent, isOpenEnded } from './duration';
import { hasEnded, isLive, reached } from './order';

/** Why a target can wait no longer. */
export type Overdue =
  /** No worker took the task: schedule-to-start. */
  | 'unclaimed'
  /** Not ready in time. */
  | 'not-ready'
  /** The worker fell silent: heartbeat. */
  | 'lost'
  /** Start-to-close or schedule-to-close, or a stop or cancel that never came to its end. */
  | 'not-closed';

/** Deadlines of a new attempt. */
export type AttemptDeadlines = Pick<EngineTarget, 'startBy' | 'readyBy' | 'closeWithinMs' | 'closeBy' | 'heartbeatMs'>;

/**
 * Deadlines of an attempt that is ordered at `now`. Before the start all attempts share the session's arm deadline;
 * an attempt that is made after it gets as long as the first one had. An independent target may wait for its place in the
 * queue, and is never armed.
 */
export function deadlinesOf(
  session: Pick<EngineSession, 'armBy' | 't0' | 'durationSec' | 'options'>,
  target: Pick<EngineTarget, 'kind' | 'spec'>,
  now: number,
  policy: EnginePolicy,
): AttemptDeadlines {
  if (isIndependent(target)) {
    const startBy = now + policy.queueLimitMs;
    const closeWithinMs = policy.openEndedLimitMs + policy.collectAllowanceMs;
    return { startBy, readyBy: startBy + closeWithinMs, closeWithinMs, closeBy: startBy + closeWithinMs, heartbeatMs: policy.heartbeatMs };
  }
  const durationSec = durationOf(session, target);
  const armMs = session.options.arm_timeout_sec * 1_000;
  const readyBy = session.t0 === null ? session.armBy : now + armMs;
  const startBy = Math.min(now + policy.scheduleToStartMs, readyBy);
  const closeWithinMs = armMs + (durationSec === null ? policy.openEndedLimitMs : durationSec * 1_000) + policy.collectAllowanceMs;
  return { startBy, readyBy, closeWithinMs, closeBy: startBy + closeWithinMs, heartbeatMs: policy.heartbeatMs };
}

/** By when the target must have ended, whatever happens. */
export function closesAt(target: EngineTarget, policy: EnginePolicy): number {
  const limits = [target.closeBy];
  if (target.claimedAt !== null) {
    limits.push(target.claimedAt + target.closeWithinMs);
  }
  if (target.stopOrderedAt !== null) {
    limits.push(target.stopOrderedAt + policy.collectAllowanceMs);
  }
  if (target.cancelOrderedAt !== null) {
    limits.push(target.cancelOrderedAt + policy.cancelAllowanceMs);
  }
  return Math.min(...limits);
}

/** By when a worker must have taken the task; a cancelled one need not be waited for as long as its place in the queue. */
function claimedBy(target: EngineTarget, policy: EnginePolicy): number {
  return target.cancelOrderedAt === null ? target.startBy : Math.min(target.startBy, target.cancelOrderedAt + policy.cancelAllowanceMs);
}

/**
 * Which deadline of a live target has passed, if any. Nothing closes during a pause: its end moves the deadlines.
 * @param observedSince see the `tick` input
 */
export function overdue(target: EngineTarget, pausedNow: boolean, now: number, observedSince: number, policy: EnginePolicy): Overdue | null {
  if (!isLive(target) || now < observedSince + policy.settleMs) {
    return null;
  }
  if (target.claimedAt === null) {
    return now >= claimedBy(target, policy) ? 'unclaimed' : null;
  }
  // What is being cancelled need not become ready any more.
  if (target.cancelOrderedAt === null && !reached(target.state, 'ready') && now >= target.readyBy) {
    return 'not-ready';
  }
  if (now >= Math.max(target.lastHeartbeatAt ?? target.claimedAt, observedSince) + target.heartbeatMs) {
    return 'lost';
  }
  return !pausedNow && now >= closesAt(target, policy) ? 'not-closed' : null;
}

/**
 * When a session is stopped because nobody else did: captures without an end must not fill devices for ever, nor a
 * forgotten pause hold them. Its files are kept, which is why this is a stop and comes before the targets' own deadlines.
 */
export function stopsAt({ session, targets }: Snapshot, policy: EnginePolicy): number | null {
  if (session.pausedAt !== null) {
    return session.pausedAt + policy.pauseLimitMs;
  }
  const endless = session.t0 !== null && session.stopRequestedAt === null && session.cancelRequestedAt === null && targets.some((target) => isLive(target) && isOpenEnded(target));
  return endless && session.t0 !== null ? session.t0 + session.pausedMs + policy.openEndedLimitMs : null;
}

/** When something of the session may become due next; null when nothing ever will. The row is found by this instant. */
export function nextDueAt({ session, targets }: Snapshot, policy: EnginePolicy): number | null {
  if (hasEnded(session)) {
    return null;
  }
  const stop = stopsAt({ session, targets }, policy);
  const instants = targets.filter(isLive).flatMap((target) => {
    if (target.claimedAt === null) {
      return [claimedBy(target, policy)];
    }
    const silent = (target.lastHeartbeatAt ?? target.claimedAt) + target.heartbeatMs;
    const ready = target.cancelOrderedAt === null && !reached(target.state, 'ready') ? [target.readyBy] : [];
    const closes = session.pausedAt === null ? [closesAt(target, policy)] : [];
    return [silent, ...closes, ...ready];
  });
  const all = stop === null ? instants : [...instants, stop];
  return all.length === 0 ? null : Math.min(...all);
}
