import { createHash } from 'node:crypto';
import type { MISSED_POLICIES } from '@capstan/contracts';
import { lastInstant, nextInstant, type Timing } from './cron-expression';

/** An instant that nobody could start for so long counts as missed, milliseconds. */
export const MISSED_AFTER_MS = 60_000;
/** Missed instants are counted up to here: a schedule of every minute that slept for a year has half a million. */
export const MISSED_COUNT_LIMIT = 1_000;

/** What decides about the instants of a schedule. Times are Unix milliseconds. */
export interface DueSchedule {
  readonly scheduleId: string;
  readonly timing: Timing;
  readonly jitterSec: number;
  readonly missed: (typeof MISSED_POLICIES)[number];
  /** The next instant that has not been decided. */
  readonly nextRunAt: number | null;
}

/** What became of the instants that have come. */
export interface DueRuns {
  /** The instant that is to be started. */
  readonly start: number | null;
  /** The last instant nobody started, and how many it stands for. */
  readonly missed: { readonly dueAt: number; readonly count: number } | null;
  /** The next undecided instant. */
  readonly nextRunAt: number | null;
}

/**
 * Decides the instants up to now: the one that has just come is started; those that passed unseen are missed, of which the
 * policy may make up for the last. Of several that have come since the last look only the last is started, so that a pause
 * is never followed by a flood.
 */
export function dueRuns(schedule: DueSchedule, now: number): DueRuns {
  const { nextRunAt, timing } = schedule;
  if (nextRunAt === null || fireAt(schedule, nextRunAt) > now) {
    return { start: null, missed: null, nextRunAt };
  }
  const last = lastFired(schedule, now);
  const following = nextInstant(timing, last);
  const late = now - fireAt(schedule, last) > MISSED_AFTER_MS;
  const makesUp = !late || schedule.missed === 'run_once';
  const before = countInstants(timing, nextRunAt, makesUp ? last - 1 : last);
  return {
    start: makesUp ? last : null,
    missed: before === null ? null : { dueAt: before.last, count: before.count },
    nextRunAt: following,
  };
}

/** When an instant is started: up to `jitterSec` after it, always the same for the same instant. */
export function fireAt({ scheduleId, jitterSec }: Pick<DueSchedule, 'scheduleId' | 'jitterSec'>, dueAt: number): number {
  if (jitterSec === 0) {
    return dueAt;
  }
  const fraction = createHash('sha256').update(`${scheduleId} ${dueAt}`).digest().readUInt32BE(0) / 0x1_0000_0000;
  return dueAt + Math.floor(fraction * jitterSec * 1_000);
}

/** The last instant whose own jitter has passed; at least the next undecided one, whose time has come. */
function lastFired(schedule: DueSchedule, now: number): number {
  const first = schedule.nextRunAt as number;
  for (let last = lastInstant(schedule.timing, first, now); last !== null; last = lastInstant(schedule.timing, first, last - 1)) {
    if (fireAt(schedule, last) <= now) {
      return last;
    }
  }
  return first;
}

function countInstants(timing: Timing, first: number, until: number): { last: number; count: number } | null {
  if (first > until) {
    return null;
  }
  let count = 1;
  for (let next = nextInstant(timing, first); next !== null && next <= until && count < MISSED_COUNT_LIMIT; next = nextInstant(timing, next)) {
    count += 1;
  }
  return { last: lastInstant(timing, first, until) ?? first, count };
}
