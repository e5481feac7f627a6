import type { Actor, RUN_STATES } from '@capstan/contracts';
import { isoTime } from '@capstan/kernel';
import { rows, type SqlRunner } from '@capstan/persistence';
import { Injectable } from '@nestjs/common';
import type { ErrorShape } from '../sessions/engine/wire';
import type { ScheduleRunRow } from './schedule-run.entity';
import type { RunWithSession } from './schedule-views';
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

/** An open run, and what decides about it. */
export type RunAtTurn = RunWithSession & {
  /** Of its schedule, as it is now. */
  readonly max_runs: number | null;
  readonly run_count: number;
  /** Whether its session was created, and its creator did not live to say so. */
  readonly session_exists: boolean;
  /** Whether another run of the schedule waits for its turn. */
  readonly another_waits: boolean;
  /** Sessions of the schedule that have not ended. */
  readonly live_sessions: readonly string[];
};

/** How far the instants of a schedule have come. */
export interface Step {
  readonly schedule: ScheduleRow;
  /** The instant that is undecided now. */
  readonly nextRunAt: number | null;
  readonly runs: readonly NewRun[];
}

/** When somebody must look at a schedule again. */
export interface NextLook {
  readonly claimed: ScheduleRow;
  /** The instant that is undecided, by what the turn knows. */
  readonly nextRunAt: number | null;
  /** When that one is started. */
  readonly firesAt: number | null;
}

/** Columns of a {@link RunAtTurn}, of a run `r` and its schedule `s`. */
const AT_TURN = `r.*, s.name AS schedule_name, s.max_runs, s.run_count, NULL AS session_state,
  EXISTS (SELECT 1 FROM sessions x WHERE x.session_id = r.session_id) AS session_exists,
  EXISTS (SELECT 1 FROM schedule_runs w WHERE w.schedule_id = r.schedule_id AND w.state = 'queued' AND w.run_id <> r.run_id) AS another_waits,
  ARRAY(SELECT x.session_id::text FROM schedule_runs p JOIN sessions x USING (session_id)
        WHERE p.schedule_id = r.schedule_id AND p.state = 'started' AND x.state NOT IN ('completed', 'partial', 'failed', 'cancelled')) AS live_sessions`;

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

  /**
   * Gives schedules back, each with the appointment that follows: its next instant, or soon where a run waits. An appointment that
   * somebody made meanwhile stays; where its next instant is not what the turn knows, somebody looks again at once.
   */
  async release(runner: SqlRunner, looks: readonly NextLook[], now: number, recheckAt: number): Promise<void> {
    const records = looks.map(({ claimed: { schedule_id, claimed_until, attention_at }, nextRunAt, firesAt }) => ({ schedule_id, claimed_until, attention_at, next_run_at: maybe(nextRunAt), fires_at: maybe(firesAt) }));
    await rows(
      runner,
      `UPDATE schedules s SET claimed_until = NULL, attention_at = CASE
         WHEN s.attention_at IS DISTINCT FROM n.attention_at THEN s.attention_at
         ELSE LEAST(CASE WHEN s.next_run_at IS NULL THEN NULL WHEN s.next_run_at = n.next_run_at THEN n.fires_at ELSE $2::timestamptz END,
                    CASE WHEN EXISTS (SELECT 1 FROM schedule_runs r WHERE r.schedule_id = s.schedule_id AND r.state IN ('due', 'queued')) THEN $3::timestamptz END) END
       FROM jsonb_to_recordset($1::jsonb) AS n(schedule_id uuid, claimed_until timestamptz, attention_at timestamptz, next_run_at timestamptz, fires_at timestamptz)
       WHERE s.schedule_id = n.schedule_id AND s.claimed_until = n.claimed_until`,
      [JSON.stringify(records), isoTime(now), isoTime(recheckAt)],
    );
  }

  /** Gives schedules back as they are: whoever stops leaves them to the next instance at once. */
  async giveBack(runner: SqlRunner, claimed: readonly ScheduleRow[]): Promise<void> {
    await rows(
      runner,
      `UPDATE schedules s SET claimed_until = NULL FROM unnest($1::uuid[], $2::timestamptz[]) AS c(schedule_id, claimed_until)
       WHERE s.schedule_id = c.schedule_id AND s.claimed_until = c.claimed_until`,
      [claimed.map(({ schedule_id: id }) => id), claimed.map(({ claimed_until: until }) => until)],
    );
  }

  /** Keeps a claim for longer. @returns false when it was lost, and the schedule must be left alone */
  async keep(runner: SqlRunner, claimed: ScheduleRow, until: number): Promise<boolean> {
    const at = new Date(until);
    const kept = await rows(runner, `UPDATE schedules SET claimed_until = $3 WHERE schedule_id = $1 AND claimed_until = $2 RETURNING schedule_id`, [claimed.schedule_id, claimed.claimed_until, at]);
    claimed.claimed_until = at;
    return kept.length === 1;
  }

  /**
   * Moves schedules on to their next undecided instants, and stores what became of those before them, in one statement: nothing is
   * decided by what somebody has changed since it was read, and no instant twice.
   * @returns the runs that are new, and those that are open already, the oldest of each schedule first
   */
  async moveOn(manager: SqlRunner, steps: readonly Step[]): Promise<RunAtTurn[]> {
    const records = steps.map(({ schedule: { schedule_id, revision, next_run_at }, nextRunAt }) => ({ schedule_id, revision, was: next_run_at, next_run_at: maybe(nextRunAt) }));
    const runs = steps.flatMap(({ schedule, runs: made }) => made.map((run) => rowOf(schedule.schedule_id, run)));
    return rows<RunAtTurn>(
      manager,
      // What the statement adds, its last part does not see in the table: no run comes twice.
      `WITH steps AS (SELECT * FROM jsonb_to_recordset($1::jsonb) AS k(schedule_id uuid, revision int, was timestamptz, next_run_at timestamptz)),
            moved AS (UPDATE schedules s SET next_run_at = k.next_run_at FROM steps k
                      WHERE s.schedule_id = k.schedule_id AND s.revision = k.revision AND s.next_run_at = k.was AND k.next_run_at IS DISTINCT FROM k.was RETURNING s.schedule_id),
            added AS (INSERT INTO schedule_runs SELECT r.* FROM jsonb_populate_recordset(NULL::schedule_runs, $2::jsonb) r WHERE schedule_id IN (SELECT schedule_id FROM moved) ON CONFLICT DO NOTHING RETURNING *),
            runs AS (SELECT * FROM added UNION ALL SELECT r.* FROM schedule_runs r JOIN steps USING (schedule_id) WHERE r.state IN ('due', 'queued'))
       SELECT ${AT_TURN} FROM runs r JOIN schedules s USING (schedule_id) ORDER BY r.due_at, r.run_id`,
      [JSON.stringify(records), JSON.stringify(runs)],
    );
  }

  /** A run that no instant asks for. The same again is the same run. */
  async insert(manager: SqlRunner, scheduleId: string, run: NewRun): Promise<void> {
    await rows(manager, `INSERT INTO schedule_runs SELECT * FROM jsonb_populate_record(NULL::schedule_runs, $1::jsonb) ON CONFLICT DO NOTHING`, [JSON.stringify(rowOf(scheduleId, run))]);
  }

  /** Makes somebody look at a schedule at once. Whoever has it now sees by the changed appointment that he must look again. */
  async call(manager: SqlRunner, scheduleId: string, now: number): Promise<void> {
    await rows(manager, `UPDATE schedules SET attention_at = $2 WHERE schedule_id = $1`, [scheduleId, isoTime(now)]);
  }

  /** Runs that are not decided, the oldest first, with all that decides about each as it is now. */
  async open(runner: SqlRunner, scheduleId: string): Promise<RunAtTurn[]> {
    return rows<RunAtTurn>(runner, `SELECT ${AT_TURN} FROM schedule_runs r JOIN schedules s USING (schedule_id) WHERE r.schedule_id = $1 AND r.state IN ('due', 'queued') ORDER BY r.due_at, r.run_id`, [scheduleId]);
  }

  /** Decides open runs, each of a schedule of its own; the session of one that is started may be stored behind it. @returns those that were not decided already, as they are then */
  async decide(manager: SqlRunner, runs: readonly ScheduleRunRow[], state: (typeof RUN_STATES)[number], more: { startedAt?: number; giveUpAt?: number; error?: ErrorShape } = {}): Promise<RunWithSession[]> {
    return rows<RunWithSession>(
      manager,
      `WITH decided AS (
         UPDATE schedule_runs r SET state = $3, started_at = coalesce($4, r.started_at), give_up_at = coalesce($5, r.give_up_at), error = $6
         FROM unnest($1::uuid[], $2::text[]) AS w(run_id, state) WHERE r.run_id = w.run_id AND r.state = w.state RETURNING r.*),
       counted AS (
         UPDATE schedules s SET run_count = run_count + 1, next_run_at = CASE WHEN run_count + 1 >= max_runs THEN NULL ELSE next_run_at END
         FROM decided d WHERE s.schedule_id = d.schedule_id AND d.state = 'started')
       SELECT d.*, s.name AS schedule_name, coalesce(x.state, CASE d.state WHEN 'started' THEN 'pending' END) AS session_state FROM decided d JOIN schedules s USING (schedule_id) LEFT JOIN sessions x ON x.session_id = d.session_id`,
      [
        runs.map(({ run_id: id }) => id),
        runs.map((run) => run.state),
        state,
        maybe(more.startedAt ?? null),
        maybe(more.giveUpAt ?? null),
        more.error === undefined ? null : JSON.stringify(more.error),
      ],
    );
  }
}

function rowOf(scheduleId: string, run: NewRun): object {
  return {
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
  };
}

function maybe(at: number | null): string | null {
  return at === null ? null : isoTime(at);
}
