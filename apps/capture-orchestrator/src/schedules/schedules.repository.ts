import type { Actor, ScheduleBody } from '@capstan/contracts';
import { AppError, isoTime } from '@capstan/kernel';
import { rows, type SqlRunner, sqlState } from '@capstan/persistence';
import { Injectable } from '@nestjs/common';
import { fireAt } from './due-runs';
import type { RunWithSession } from './schedule-views';
import type { ScheduleRow } from './schedule.entity';

const UNIQUE_VIOLATION = '23505';
const RUN_COLUMNS = `r.*, s.name AS schedule_name, x.state AS session_state`;
const RUN_TABLES = `schedule_runs r JOIN schedules s USING (schedule_id) LEFT JOIN sessions x ON x.session_id = r.session_id`;

/** A schedule with its last run. */
export interface ScheduleWithRun {
  readonly row: ScheduleRow;
  readonly lastRun: RunWithSession | undefined;
}

/** What people see and change of schedules; how they run is the business of `ScheduleTurns`. */
@Injectable()
export class SchedulesRepository {
  /** By name. */
  async list(runner: SqlRunner, page: number, perPage: number): Promise<{ schedules: ScheduleWithRun[]; total: number }> {
    const found = await rows<ScheduleRow>(runner, `SELECT * FROM schedules ORDER BY name, schedule_id LIMIT $1 OFFSET $2`, [perPage, (page - 1) * perPage]);
    const [count] = await rows<{ total: string }>(runner, `SELECT count(*) AS total FROM schedules`);
    const last = await rows<RunWithSession>(
      runner,
      `SELECT ${RUN_COLUMNS} FROM unnest($1::uuid[]) AS wanted(id)
       CROSS JOIN LATERAL (SELECT * FROM schedule_runs WHERE schedule_id = wanted.id ORDER BY due_at DESC, run_id DESC LIMIT 1) r
       JOIN schedules s USING (schedule_id) LEFT JOIN sessions x ON x.session_id = r.session_id`,
      [found.map(({ schedule_id }) => schedule_id)],
    );
    const bySchedule = new Map(last.map((run) => [run.schedule_id, run]));
    return { schedules: found.map((row) => ({ row, lastRun: bySchedule.get(row.schedule_id) })), total: Number(count?.total ?? 0) };
  }

  /** @throws AppError `SCHEDULE_NOT_FOUND` */
  async get(runner: SqlRunner, scheduleId: string): Promise<ScheduleWithRun> {
    const [row] = await rows<ScheduleRow>(runner, `SELECT * FROM schedules WHERE schedule_id = $1`, [scheduleId]);
    if (row === undefined) {
      throw new AppError('SCHEDULE_NOT_FOUND', 'There is no schedule with this id');
    }
    const { runs } = await this.runs(runner, scheduleId, 1, 1);
    return { row, lastRun: runs[0] };
  }

  /** The same order again is the same schedule. @throws AppError `NAME_TAKEN` */
  async create(runner: SqlRunner, scheduleId: string, schedule: ScheduleBody, nextRunAt: number | null, by: Actor, now: number): Promise<void> {
    await named(() =>
      rows(runner, `INSERT INTO schedules SELECT * FROM jsonb_populate_record(NULL::schedules, $1::jsonb) ON CONFLICT (schedule_id) DO NOTHING`, [
        JSON.stringify({
          ...schedule,
          schedule_id: scheduleId,
          run_count: 0,
          ...agendaOf(scheduleId, schedule.jitter_sec, nextRunAt),
          revision: 1,
          created_at: isoTime(now),
          created_by: by,
          updated_at: isoTime(now),
        }),
      ]),
    );
  }

  /** @throws AppError `SCHEDULE_NOT_FOUND`, `REVISION_CONFLICT` when it was changed since it was read, `NAME_TAKEN` */
  async update(runner: SqlRunner, scheduleId: string, revision: number, schedule: ScheduleBody, nextRunAt: number | null, now: number): Promise<void> {
    const columns = { ...schedule, ...agendaOf(scheduleId, schedule.jitter_sec, nextRunAt), updated_at: isoTime(now) };
    const assignments = Object.keys(columns).map((column) => `${column} = r.${column}`);
    const changed = await named(() =>
      rows(
        runner,
        `UPDATE schedules s SET ${assignments.join(', ')}, revision = s.revision + 1 FROM jsonb_populate_record(NULL::schedules, $3::jsonb) r
         WHERE s.schedule_id = $1 AND s.revision = $2 RETURNING s.schedule_id`,
        [scheduleId, revision, JSON.stringify(columns)],
      ),
    );
    if (changed.length === 0) {
      const { row } = await this.get(runner, scheduleId);
      throw new AppError('REVISION_CONFLICT', 'The schedule was changed since it was read', { details: { revision: row.revision } });
    }
  }

  /** Pauses a schedule, or lets it go on. @throws AppError `SCHEDULE_NOT_FOUND` */
  async enable(runner: SqlRunner, { schedule_id: scheduleId, jitter_sec: jitterSec }: Pick<ScheduleRow, 'schedule_id' | 'jitter_sec'>, enabled: boolean, nextRunAt: number | null, now: number): Promise<void> {
    const { next_run_at, attention_at } = agendaOf(scheduleId, jitterSec, nextRunAt);
    const changed = await rows(
      runner,
      `UPDATE schedules SET enabled = $2, next_run_at = $3, attention_at = $4, updated_at = $5, revision = revision + 1 WHERE schedule_id = $1 RETURNING schedule_id`,
      [scheduleId, enabled, next_run_at, attention_at, isoTime(now)],
    );
    assertFound(changed);
  }

  /** @throws AppError `SCHEDULE_NOT_FOUND` */
  async remove(runner: SqlRunner, scheduleId: string): Promise<void> {
    assertFound(await rows(runner, `DELETE FROM schedules WHERE schedule_id = $1 RETURNING schedule_id`, [scheduleId]));
  }

  /** Newest first. */
  async runs(runner: SqlRunner, scheduleId: string, page: number, perPage: number): Promise<{ runs: RunWithSession[]; total: number }> {
    const runs = await rows<RunWithSession>(
      runner,
      `SELECT ${RUN_COLUMNS} FROM ${RUN_TABLES} WHERE r.schedule_id = $1 ORDER BY r.due_at DESC, r.run_id DESC LIMIT $2 OFFSET $3`,
      [scheduleId, perPage, (page - 1) * perPage],
    );
    const [count] = await rows<{ total: string }>(runner, `SELECT count(*) AS total FROM schedule_runs WHERE schedule_id = $1`, [scheduleId]);
    return { runs, total: Number(count?.total ?? 0) };
  }

  /** One run, or undefined. */
  async run(runner: SqlRunner, runId: string): Promise<RunWithSession | undefined> {
    const [run] = await rows<RunWithSession>(runner, `SELECT ${RUN_COLUMNS} FROM ${RUN_TABLES} WHERE r.run_id = $1`, [runId]);
    return run;
  }

  /** Runs of all schedules in a stretch of time, oldest first. */
  async runsBetween(runner: SqlRunner, since: string, until: string, limit: number): Promise<RunWithSession[]> {
    return rows<RunWithSession>(runner, `SELECT ${RUN_COLUMNS} FROM ${RUN_TABLES} WHERE r.due_at >= $1 AND r.due_at < $2 ORDER BY r.due_at, r.run_id LIMIT $3`, [since, until, limit]);
  }

  /** Schedules with instants ahead, the soonest first. */
  async active(runner: SqlRunner, until: string, limit: number): Promise<ScheduleRow[]> {
    return rows<ScheduleRow>(runner, `SELECT * FROM schedules WHERE next_run_at < $1 ORDER BY next_run_at, schedule_id LIMIT $2`, [until, limit]);
  }
}

/** The next instant, and when it is started: nobody looks at it before. */
function agendaOf(scheduleId: string, jitterSec: number, nextRunAt: number | null): { next_run_at: string | null; attention_at: string | null } {
  return nextRunAt === null ? { next_run_at: null, attention_at: null } : { next_run_at: isoTime(nextRunAt), attention_at: isoTime(fireAt({ scheduleId, jitterSec }, nextRunAt)) };
}

function assertFound(changed: readonly object[]): void {
  if (changed.length === 0) {
    throw new AppError('SCHEDULE_NOT_FOUND', 'There is no schedule with this id');
  }
}

async function named<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw sqlState(error) === UNIQUE_VIOLATION ? new AppError('NAME_TAKEN', 'There is a schedule of this name already', { details: { path: 'name' } }) : error;
  }
}
