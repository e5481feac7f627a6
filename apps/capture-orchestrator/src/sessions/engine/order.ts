import { LIVE_TARGET_STATES, sessionMachine, type SessionState, targetMachine, type TargetState } from '@capstan/contracts';

/** Place of a state on the one road every session and target goes; terminal states share the last place. */
export function rankOf(state: SessionState | TargetState): number {
  const place = (LIVE_TARGET_STATES as readonly string[]).indexOf(state);
  return place === -1 ? LIVE_TARGET_STATES.length : place;
}

/** Whether a target has reached `state` or is past it; a terminal one is past everything. */
export function reached(state: TargetState | SessionState, atLeast: (typeof LIVE_TARGET_STATES)[number]): boolean {
  return rankOf(state) >= rankOf(atLeast);
}

/** Whether work on the target is still to be expected. */
export function isLive(target: { readonly state: TargetState }): boolean {
  return !targetMachine.isTerminal(target.state);
}

/** Whether the session has ended. */
export function hasEnded(session: { readonly state: SessionState }): boolean {
  return sessionMachine.isTerminal(session.state);
}
