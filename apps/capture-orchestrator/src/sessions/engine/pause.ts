import type { Actor } from '@capstan/contracts';
import { AppError } from '@capstan/kernel';
import { isStopping } from './barrier';
import type { Draft } from './draft';
import { isPausable } from './duration';
import { hasEnded, isLive } from './order';

/**
 * Holds a session still: it stays `capturing`, and its targets keep their devices. Pausing a paused session changes nothing.
 * @throws AppError `SESSION_STATE_CONFLICT` unless it captures; `NOT_PAUSABLE` when one of its targets cannot hold still
 */
export function pause(draft: Draft, by: Actor): void {
  const { session, context } = draft;
  assertCapturing(draft, 'pause');
  if (session.pausedAt !== null) {
    return;
  }
  const stubborn = draft.targets.filter((target) => isLive(target) && !isPausable(target));
  if (stubborn.length > 0) {
    const kinds = [...new Set(stubborn.map(({ kind }) => kind))];
    throw new AppError('NOT_PAUSABLE', `Targets of kind ${kinds.join(', ')} cannot pause`, { details: { kinds } });
  }
  draft.session = { ...session, pausedAt: context.now };
  draft.request = { type: 'session.paused', by };
  order(draft, 'pause-task');
}

/**
 * Lets a paused session go on. Resuming one that is not paused changes nothing.
 * @throws AppError `SESSION_STATE_CONFLICT` unless it captures
 */
export function resume(draft: Draft, by: Actor): void {
  assertCapturing(draft, 'resume');
  if (draft.session.pausedAt === null) {
    return;
  }
  endPause(draft);
  draft.request = { type: 'session.resumed', by };
  order(draft, 'resume-task');
}

/** Settles the account of a pause: what lay behind it moves by its length. Also for a session that is stopped in a pause. */
export function endPause(draft: Draft): void {
  const { session, context } = draft;
  if (session.pausedAt === null) {
    return;
  }
  const lasted = Math.max(0, context.now - session.pausedAt);
  draft.session = { ...session, pausedAt: null, pausedMs: session.pausedMs + lasted };
  draft.targets = draft.targets.map((target) =>
    isLive(target) ? { ...target, closeBy: target.closeBy + lasted, closeWithinMs: target.closeWithinMs + lasted } : target,
  );
}

function order(draft: Draft, type: 'pause-task' | 'resume-task'): void {
  const number = draft.session.pauseOrder + 1;
  draft.session = { ...draft.session, pauseOrder: number };
  const targets = draft.targets.filter((target) => isLive(target) && target.startOrderedAt !== null);
  for (const target of targets) {
    draft.orders.push({ type, target, order: number });
  }
  draft.orders.push({ type: 'pause-hint', taskIds: targets.map(({ taskId }) => taskId) });
}

function assertCapturing({ session }: Draft, wish: 'pause' | 'resume'): void {
  if (session.state !== 'capturing' || isStopping(session)) {
    const why = hasEnded(session) ? `has ended (${session.state})` : isStopping(session) ? 'is ending' : `is ${session.state}, not capturing`;
    throw new AppError('SESSION_STATE_CONFLICT', `Cannot ${wish}: the session ${why}`, { details: { state: session.state, allowed: ['capturing'] } });
  }
}
