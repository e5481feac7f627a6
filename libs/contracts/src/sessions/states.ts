import { defineStateMachine, type StateMachine } from '@capstan/kernel';

/** A session's states, in the order in which they may be entered; see `docs/adr/0003-session-engine.md`. */
export const SESSION_STATES = [
  'pending',
  'configuring',
  'ready',
  'starting',
  'capturing',
  'stopping',
  'collecting',
  'completed',
  'partial',
  'failed',
  'cancelled',
] as const;
/** See {@link SESSION_STATES}. */
export type SessionState = (typeof SESSION_STATES)[number];

/** A target's states, in order. */
export const TARGET_STATES = [
  'pending',
  'configuring',
  'ready',
  'starting',
  'capturing',
  'stopping',
  'collecting',
  'completed',
  'failed',
  'cancelled',
] as const;
/** See {@link TARGET_STATES}. */
export type TargetState = (typeof TARGET_STATES)[number];

/** The states of a target that is still at work. */
export const LIVE_TARGET_STATES = ['pending', 'configuring', 'ready', 'starting', 'capturing', 'stopping', 'collecting'] as const;
/** See {@link LIVE_TARGET_STATES}. */
export type LiveTargetState = (typeof LIVE_TARGET_STATES)[number];

const targetEnds = ['completed', 'failed', 'cancelled'] as const;
const sessionEnds = ['completed', 'partial', 'failed', 'cancelled'] as const;

/** Everything behind `state` in the live order: a fact that was overtaken by a later one must not hold it up. */
function forward<End extends string>(state: LiveTargetState, ends: readonly End[]): readonly (LiveTargetState | End)[] {
  return [...LIVE_TARGET_STATES.slice(LIVE_TARGET_STATES.indexOf(state) + 1), ...ends];
}

function table<End extends string>(ends: readonly End[]): Record<LiveTargetState | End, readonly (LiveTargetState | End)[]> {
  return Object.fromEntries([
    ...LIVE_TARGET_STATES.map((state) => [state, forward(state, ends)] as const),
    ...ends.map((end) => [end, []] as const),
  ]) as unknown as Record<LiveTargetState | End, readonly (LiveTargetState | End)[]>;
}

/**
 * Moves of a target. Forward only; steps may be skipped because facts may arrive late, and a terminal state is never left.
 */
export const targetMachine: StateMachine<TargetState> = defineStateMachine<TargetState>(table(targetEnds));

/** Moves of a session; the same rule. */
export const sessionMachine: StateMachine<SessionState> = defineStateMachine<SessionState>(table(sessionEnds));
