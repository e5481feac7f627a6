import { QUOTA_STATES, type QuotaState, type RetentionPolicy } from '@capstan/contracts';

/** Bytes of a kind, and the thresholds of people. */
export type Quota = Pick<RetentionPolicy, 'quota_bytes' | 'warn_percent' | 'stop_percent'>;

/** How full it is. Without a quota it is never full. */
export function quotaState(bytes: number, { quota_bytes: quota, warn_percent: warn, stop_percent: stop }: Quota): QuotaState {
  if (quota === null) {
    return 'ok';
  }
  const reached = (percent: number): boolean => bytes * 100 >= quota * percent;
  if (reached(stop)) {
    return 'stopped';
  }
  return reached(warn) ? 'warning' : 'ok';
}

/** Percent of a quota that is used, rounded down: 99.9 % is not all of it. */
export function percentUsed(bytes: number, quotaBytes: number): number {
  return Math.floor((bytes * 100) / quotaBytes);
}

/** What people are told when a quota went from one state to another: only what got worse. */
export function crossing(from: QuotaState, to: QuotaState): Exclude<QuotaState, 'ok'> | null {
  return to !== 'ok' && QUOTA_STATES.indexOf(to) > QUOTA_STATES.indexOf(from) ? to : null;
}
