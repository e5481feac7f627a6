import { sessionMachine, type SessionState, type TargetState } from '@capstan/contracts';
import { isLive, rankOf, reached } from './order';

/** What the state of a session depends on, besides the state it had. */
export interface SessionFacts {
  readonly targets: readonly TargetState[];
  /** Whether the targets have been told when to start, or need not be told. */
  readonly goSent: boolean;
  readonly stopRequested: boolean;
  readonly cancelRequested: boolean;
}

/**
 * The state of a session, as a pure function of the state it had and of its targets. It never goes back, and a terminal
 * state is never left; see `docs/adr/0003-session-engine.md` for the table.
 */
export function aggregate(previous: SessionState, facts: SessionFacts): SessionState {
  if (sessionMachine.isTerminal(previous)) {
    return previous;
  }
  const next = facts.targets.some((state) => isLive({ state })) ? liveState(facts) : endOf(facts);
  return rankOf(next) > rankOf(previous) ? next : previous;
}

function liveState({ targets, goSent, stopRequested, cancelRequested }: SessionFacts): SessionState {
  const live = targets.filter((state) => isLive({ state }));
  const all = (atLeast: 'stopping' | 'collecting'): boolean => live.every((state) => reached(state, atLeast));
  if (all('collecting')) {
    return 'collecting';
  }
  if (stopRequested || cancelRequested || all('stopping')) {
    return 'stopping';
  }
  if (goSent) {
    // A target that captured and ended early still means that the capture has begun for the session.
    const begun = targets.some((state) => state === 'completed' || (isLive({ state }) && reached(state, 'capturing')));
    if (begun || targets.some((state) => state !== 'pending')) {
      return begun ? 'capturing' : 'starting';
    }
  }
  return targets.some((state) => state !== 'pending') ? 'configuring' : 'pending';
}

function endOf({ targets, cancelRequested }: SessionFacts): SessionState {
  if (cancelRequested) {
    return 'cancelled';
  }
  const completed = targets.filter((state) => state === 'completed').length;
  if (completed === targets.length) {
    return 'completed';
  }
  if (completed > 0) {
    return 'partial';
  }
  // Stopped in the moment of the start: nothing failed, there was merely nothing to keep.
  return targets.every((state) => state === 'cancelled') ? 'cancelled' : 'failed';
}
