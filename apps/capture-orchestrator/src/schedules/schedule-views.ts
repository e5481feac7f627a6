import { NEXT_RUNS, type RUN_STATES, type ScheduleRun, type ScheduleView, type SessionState } from '@capstan/contracts';
import { isoTime } from '@capstan/kernel';
import { nextInstants, type Timing } from './cron-expression';
import type { ScheduleRunRow } from './schedule-run.entity';
import type { ScheduleRow } from './schedule.entity';

/** A run with what is known of its schedule and its session. */
export type RunWithSession = ScheduleRunRow & { schedule_name: string; session_state: SessionState | null };

/** When a stored schedule has instants. */
export function timingOf(row: Pick<ScheduleRow, 'cron' | 'time_zone' | 'starts_at' | 'ends_at'>): Timing {
  return { cron: row.cron, timeZone: row.time_zone, startsAt: row.starts_at?.getTime() ?? null, endsAt: row.ends_at?.getTime() ?? null };
}

/** A run as clients see it. */
export function runViewOf(row: RunWithSession): ScheduleRun {
  return {
    run_id: row.run_id,
    schedule_id: row.schedule_id,
    schedule_name: row.schedule_name,
    due_at: isoTime(row.due_at.getTime()),
    trigger: row.trigger,
    state: row.state,
    started_at: row.started_at === null ? null : isoTime(row.started_at.getTime()),
    // The id is fixed before the session exists.
    session_id: startedStates.includes(row.state) ? row.session_id : null,
    session_state: row.session_state,
    error: row.error,
    missed_count: row.missed_count,
  };
}

const startedStates: readonly (typeof RUN_STATES)[number][] = ['started'];

/** A schedule as clients see it, with its next instants behind `now`. */
export function scheduleViewOf(row: ScheduleRow, lastRun: RunWithSession | undefined, now: number): ScheduleView {
  const state = stateOf(row);
  return {
    schedule_id: row.schedule_id,
    name: row.name,
    enabled: row.enabled,
    state,
    cron: row.cron,
    time_zone: row.time_zone,
    starts_at: maybe(row.starts_at),
    ends_at: maybe(row.ends_at),
    max_runs: row.max_runs,
    overlap: row.overlap,
    jitter_sec: row.jitter_sec,
    missed: row.missed,
    template_id: row.template_id,
    session: row.session,
    run_count: row.run_count,
    next_runs: state === 'active' ? nextInstants(timingOf(row), now, Math.min(NEXT_RUNS, runsLeft(row))).map(isoTime) : [],
    last_run: lastRun === undefined ? null : runViewOf(lastRun),
    revision: row.revision,
    created_at: isoTime(row.created_at.getTime()),
    created_by: row.created_by,
    updated_at: isoTime(row.updated_at.getTime()),
  };
}

/** Sessions a schedule may still start. */
export function runsLeft({ max_runs, run_count }: Pick<ScheduleRow, 'max_runs' | 'run_count'>): number {
  return max_runs === null ? Number.POSITIVE_INFINITY : Math.max(0, max_runs - run_count);
}

function stateOf(row: ScheduleRow): ScheduleView['state'] {
  if (row.next_run_at === null && row.enabled) {
    return 'finished';
  }
  return row.enabled ? 'active' : 'paused';
}

function maybe(at: Date | null): string | null {
  return at === null ? null : isoTime(at.getTime());
}
