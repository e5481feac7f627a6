import { RETRY_TIERS, type RetryTier } from '../topology/names';

const [SHORT, MIDDLE, LONG] = RETRY_TIERS;

/** Where the failure of attempt n goes: 5 s, 5 s, 30 s three times, 5 min three times; then nowhere. About 17 minutes in all. */
export const RETRY_SCHEDULE: readonly RetryTier[] = [SHORT, SHORT, MIDDLE, MIDDLE, MIDDLE, LONG, LONG, LONG];

/** Attempts before a message is parked, the first included. */
export const MAX_ATTEMPTS = RETRY_SCHEDULE.length + 1;

/**
 * The tier in which a failed delivery waits.
 * @param attempt number of the attempt that failed, from 1
 * @param afterMs what the handler or its error asked for: the shortest tier that waits so long, else the longest; never shorter than the schedule has it
 * @returns undefined when the attempts are used up
 */
export function retryTier(attempt: number, afterMs?: number): RetryTier | undefined {
  const scheduled = RETRY_SCHEDULE[attempt - 1];
  if (scheduled === undefined || afterMs === undefined) {
    return scheduled;
  }
  const asked = RETRY_TIERS.find(({ delayMs }) => delayMs >= afterMs) ?? LONG;
  return asked.delayMs > scheduled.delayMs ? asked : scheduled;
}
