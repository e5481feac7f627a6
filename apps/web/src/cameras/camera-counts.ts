import type { Answer } from '../api/endpoints';

/** Counts over all cameras, as the API answers them. */
export type CameraSummary = Answer<'cameraSummary'>;

/** States in which nothing comes. */
const FAILING = ['stalled', 'auth_failed', 'not_found', 'unreachable'] as const;

/** Counts by what can be done about them. */
export function countsOf({ by_state: states, total_cameras: total }: Pick<CameraSummary, 'by_state' | 'total_cameras'>) {
  const of = (name: string): number => states[name] ?? 0;
  return { total, live: of('live'), degraded: of('degraded'), failing: FAILING.reduce((sum, name) => sum + of(name), 0), off: of('disabled') };
}
