import type { Actor, RUN_STATES } from '@capstan/contracts';
import { isoTime } from '@capstan/kernel';
import { rows, type SqlRunner } from '@capstan/persistence';
import { Injectable } from '@nestjs/common';
import type { ErrorShape } from '../sessions/engine/wire';
import type { ScheduleRunRow } from './schedule-run.entity';
import type { ScheduleRow } from './schedule.entity';

/** A run as it is first stored. */
export interface NewRun {
  readonly runId: string;
  readonly sessionId: string;
  readonly dueAt: number;
  readonly trigger: 'cron' | 'manual';
  readonly state: (typeof RUN_STATES)[number];
  readonly giveUpAt: number;
  readonly requestedBy?: Actor;
  readonly missedCount?: number;
  readonly error?: ErrorShape;
}

/** Who deals with which schedule, and how far its instants and runs have come. One instance at a time has a schedule. */
@Injectable()
export class ScheduleTurnsRepository {
  /**
   * Claims the schedules that have waited longest. The claim is a column and not a lock, because starting a session asks
   * other services; a claim that is not given back lapses, and the next instance finds the runs where they were.
   */
  async claim(runner: SqlRunner, now: number, leaseMs: number, limit: number): Promise<ScheduleRow[]> {
    return rows<ScheduleRow>(
      runner,
      `UPDATE schedules SET claimed_until = $2 WHERE schedule_id IN (
         SELECT schedule_id FROM schedules WHERE attention_at <= $1 AND (claimed_until IS NULL OR claimed_until <= $1)
         ORDER BY attention_at LIMIT $3 FOR UPDATE SKIP LOCKED) RETURNING *`,
      [isoTime(now), isoTime(now + leaseMs), limit],
    );
  }

  /** Gives a schedule back. An appointment that somebody made meanwhile stays. */
  async release(runner: SqlRunner, claimed: ScheduleRow, attentionAt: number | null): Promise<void> {
    await rows(
      runner,
      `UPDATE schedules SET claimed_until = NULL, attention_at = CASE WHEN attention_at IS NOT DISTINCT FROM $3 THEN $4 ELSE attention_at END
       WHERE schedule_id = $1 AND claimed_until = $2`,
      [claimed.schedule_id, claimed.claimed_until, claimed.attention_at, attentionAt === null ? null : isoTime(attentionAt)],
    );
  }

  /** Keeps a claim for longer. @returns false when it was lost, and the schedule must be left alone */
  async keep(runner: SqlRunner, claimed: ScheduleRow, until: number): Promise<boolean> {
    const at = new Date(until);
    const kept = await rows(runner, `UPDATE schedules SET claimed_until = $3 WHERE schedule_id = $1 AND claimed_until = $2 RETURNING schedule_id`, [claimed.schedule_id, claimed.claimed_until, at]);
    claimed.claimed_until = at;
    return kept.length === 1;
  }

  /** Moves on to the next undecided instant. @returns false when somebody changed the schedule meanwhile: nothing may be decided by what was read */
  async moveOn(manager: SqlRunner, { schedule_id, revision, next_run_at }: ScheduleRow, nextRunAt: number | null): Promise<boolean> {
    const moved = await rows(manager, `UPDATE schedules SET next_run_at = $4 WHERE schedule_id = $1 AND revision = $2 AND next_run_at IS NOT DISTINCT FROM $3 RETURNING schedule_id`, [
      schedule_id,
      revision,
      next_run_at,
      nextRunAt === null ? null : isoTime(nextRunAt),
    ]);
    return moved.length === 1;
  }

  /** @returns false when the instant, or the run of this id, is there already */
  async insert(manager: SqlRunner, scheduleId: string, run: NewRun): Promise<boolean> {
    const inserted = await rows(manager, `INSERT INTO schedule_runs SELECT * FROM jsonb_populate_record(NULL::schedule_runs, $1::jsonb) ON CONFLICT DO NOTHING RETURNING run_id`, [
      JSON.stringify({
        run_id: run.runId,
        schedule_id: scheduleId,
        due_at: isoTime(run.dueAt),
        trigger: run.trigger,
        state: run.state,
        requested_by: run.requestedBy ?? null,
        session_id: run.sessionId,
        give_up_at: isoTime(run.giveUpAt),
        error: run.error ?? null,
        missed_count: run.missedCount ?? 0,
      }),
    ]);
    return inserted.length === 1;
  }

  /** Makes somebody look at a schedule at once. */
  async call(manager: SqlRunner, scheduleId: string, now: number): Promise<void> {
    await rows(manager, `UPDATE schedules SET attention_at = LEAST(attention_at, $2) WHERE schedule_id = $1`, [scheduleId, isoTime(now)]);
  }

  /** Runs that are not decided, the oldest first. */
  async open(runner: SqlRunner, scheduleId: string): Promise<ScheduleRunRow[]> {
    return rows<ScheduleRunRow>(runner, `SELECT * FROM schedule_runs WHERE schedule_id = $1 AND state IN ('due', 'queued') ORDER BY due_at, run_id`, [scheduleId]);
  }

  /** Sessions of a schedule that have not ended. */
  async liveSessions(runner: SqlRunner, scheduleId: string): Promise<string[]> {
    const found = await rows<{ session_id: string }>(
      runner,
      `SELECT x.session_id FROM schedule_runs r JOIN sessions x USING (session_id)
       WHERE r.schedule_id = $1 AND r.state = 'started' AND x.state NOT IN ('completed', 'partial', 'failed', 'cancelled')`,
      [scheduleId],
    );
    return found.map((row) => row.session_id);
  }

  /** Whether the session of a run exists: it was created, and its creator did not live to say so. */
  async sessionExists(runner: SqlRunner, sessionId: string): Promise<boolean> {
    return (await rows(runner, `SELECT 1 FROM sessions WHERE session_id = $1`, [sessionId])).length === 1;
  }

  /** Decides an open run. @returns false when it is decided already */
  async decide(manager: SqlRunner, run: ScheduleRunRow, state: (typeof RUN_STATES)[number], more: { startedAt?: number; giveUpAt?: number; error?: ErrorShape } = {}): Promise<boolean> {
    const decided = await rows(
      manager,
      `UPDATE schedule_runs SET state = $3, started_at = coalesce($4, started_at), give_up_at = coalesce($5, give_up_at), error = $6
       WHERE run_id = $1 AND state = $2 RETURNING run_id`,
      [
        run.run_id,
        run.state,
        state,
        more.startedAt === undefined ? null : isoTime(more.startedAt),
        more.giveUpAt === undefined ? null : isoTime(more.giveUpAt),
        more.error === undefined ? null : JSON.stringify(more.error),
      ],
    );
    if (decided.length === 1 && state === 'started') {
      await rows(
        manager,
        `UPDATE schedules SET run_count = run_count + 1, next_run_at = CASE WHEN run_count + 1 >= max_runs THEN NULL ELSE next_run_at END WHERE schedule_id = $1`,
        [run.schedule_id],
      );
    }
    return decided.length === 1;
  }

  /** The schedule as it is now; undefined when it was deleted. */
  async read(runner: SqlRunner, scheduleId: string): Promise<ScheduleRow | undefined> {
    const [row] = await rows<ScheduleRow>(runner, `SELECT * FROM schedules WHERE schedule_id = $1`, [scheduleId]);
    return row;
  }
}
