import type { OVERLAP_POLICIES } from '@capstan/contracts';

/** What to do with a run now. */
export type OverlapDecision = 'start' | 'wait' | 'cancel-previous-and-wait' | 'skip';

/** A run whose turn has come, and what stands in its way. */
export interface RunAtHand {
  readonly policy: (typeof OVERLAP_POLICIES)[number];
  readonly trigger: 'cron' | 'manual';
  readonly state: 'due' | 'queued';
  /** Whether a session of the same schedule has not ended. */
  readonly previousRuns: boolean;
  /** Whether another run of the same schedule waits already. */
  readonly anotherWaits: boolean;
}

/** A person who starts a schedule by hand means now; an instant keeps to the policy, and at most one of them waits. */
export function decideOverlap({ policy, trigger, state, previousRuns, anotherWaits }: RunAtHand): OverlapDecision {
  if (trigger === 'manual' || !previousRuns) {
    return 'start';
  }
  if (state === 'queued') {
    return 'wait';
  }
  if (policy === 'skip' || anotherWaits) {
    return 'skip';
  }
  return policy === 'queue' ? 'wait' : 'cancel-previous-and-wait';
}
