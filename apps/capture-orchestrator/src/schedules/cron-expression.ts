import { validationError } from '@capstan/kernel';
import { Cron } from 'croner';

/** When a schedule has instants. Times are Unix milliseconds. */
export interface Timing {
  readonly cron: string;
  readonly timeZone: string;
  /** First instant that counts. */
  readonly startsAt: number | null;
  /** First instant that does not count any more. */
  readonly endsAt: number | null;
}

/**
 * The next instant after another one, or null when there is none.
 *
 * Daylight saving: an instant that the clock skips comes at the moment after the gap, once; one that the clock shows twice
 * comes the first time only. An expression that repeats within the hour follows real time through both changes.
 */
export function nextInstant(timing: Timing, after: number): number | null {
  const from = timing.startsAt === null ? after : Math.max(after, timing.startsAt - 1);
  const next = parse(timing).nextRun(new Date(from))?.getTime() ?? null;
  return next === null || (timing.endsAt !== null && next >= timing.endsAt) ? null : next;
}

/** The next instants after another one, soonest first. */
export function nextInstants(timing: Timing, after: number, count: number): number[] {
  const found: number[] = [];
  for (let next = nextInstant(timing, after); next !== null && found.length < count; next = nextInstant(timing, next)) {
    found.push(next);
  }
  return found;
}

/** The last instant at or before another one and after `after`, or null when there is none. */
export function lastInstant(timing: Timing, after: number, until: number): number | null {
  const [last] = parse(timing).previousRuns(1, new Date(Math.min(until, timing.endsAt === null ? until : timing.endsAt - 1) + 1));
  const at = last?.getTime();
  return at === undefined || at <= after || (timing.startsAt !== null && at < timing.startsAt) ? null : at;
}

/**
 * Refuses what is no expression, or has no instant at all.
 * @throws AppError `VALIDATION_FAILED` with `CRON_INVALID` or `CRON_NEVER` at `cron`
 */
export function checkTiming(timing: Timing, now: number): void {
  let next: number | null;
  try {
    next = nextInstant(timing, now);
  } catch (error) {
    throw validationError([{ path: 'cron', code: 'CRON_INVALID', message: `must be five fields (minute, hour, day, month, weekday) or a name such as @daily; ${reason(error)}` }]);
  }
  if (next === null) {
    throw validationError([{ path: 'cron', code: 'CRON_NEVER', message: 'has no instant ahead within its window' }]);
  }
}

function parse({ cron, timeZone }: Timing): Cron {
  return new Cron(cron, { timezone: timeZone, mode: '5-part', paused: true });
}

function reason(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).replace(/^CronPattern: /, '').replace(/\.$/, '');
}
