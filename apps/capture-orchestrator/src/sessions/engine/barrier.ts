import { isIndependent } from './duration';
import { isLive, reached } from './order';
import type { EngineSession, EngineTarget, Snapshot } from './model';

/** Whether the session must not start any more: it needs all its targets, and one has failed before the start. */
export function isAborted({ session, targets }: Snapshot): boolean {
  return session.t0 === null && !session.options.allow_partial && targets.some((target) => target.state === 'failed');
}

/**
 * The targets to start now, all of them together, or none.
 *
 * Before the start: every live target once all of them are ready. The arm deadline needs no rule of its own here: it
 * makes the late targets fail, and what is left is ready. After the start: a target whose second attempt became ready,
 * because the first was lost with its worker before it captured. Independent targets neither wait nor are waited for.
 */
export function readyToStart(snapshot: Snapshot): readonly EngineTarget[] {
  if (isStopping(snapshot.session) || isAborted(snapshot)) {
    return [];
  }
  const live = snapshot.targets.filter((target) => isLive(target) && !isIndependent(target));
  const waiting = live.filter((target) => reached(target.state, 'ready') && target.startOrderedAt === null && target.cancelOrderedAt === null);
  if (snapshot.session.t0 !== null) {
    // A late one waits for the end of the pause: it would run alone.
    return snapshot.session.pausedAt === null ? waiting : [];
  }
  return live.every((target) => reached(target.state, 'ready')) ? waiting : [];
}

/** Whether somebody asked the session to end. */
export function isStopping(session: EngineSession): boolean {
  return session.stopRequestedAt !== null || session.cancelRequestedAt !== null;
}
