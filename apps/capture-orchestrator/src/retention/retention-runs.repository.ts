import type { Actor, RetentionRun, TargetKindName } from '@capstan/contracts';
import { isoTime } from '@capstan/kernel';
import { rows, type SqlRunner } from '@capstan/persistence';
import { Injectable } from '@nestjs/common';
import type { RetentionRunRow } from './retention-run.entity';

/** What a batch of a run removed. */
export interface Removed {
  readonly sessions: number;
  readonly artifacts: number;
  readonly bytes: number;
  readonly byKind: Readonly<Record<string, { sessions: number; bytes: number }>>;
}

/** Runs that are remembered, the newest of them. */
const KEPT_RUNS = 1_000;

/** Who ran when, and what it removed. Whoever claims must hold the lock of the runs. */
@Injectable()
export class RetentionRunsRepository {
  /** Asks for a run. The same order again is the same run. */
  async order(runner: SqlRunner, runId: string, by: Actor, now: number): Promise<RetentionRunRow> {
    await rows(runner, `INSERT INTO retention_runs (run_id, trigger, requested_by, state, requested_at) VALUES ($1, 'manual', $2, 'due', $3) ON CONFLICT (run_id) DO NOTHING`, [runId, JSON.stringify(by), isoTime(now)]);
    const [row] = await rows<RetentionRunRow>(runner, `SELECT * FROM retention_runs WHERE run_id = $1`, [runId]);
    return row as RetentionRunRow;
  }

  /** Makes the run of this hour due, unless there was one. */
  async orderHourly(runner: SqlRunner, runId: string, everyMs: number, now: number): Promise<void> {
    await rows(
      runner,
      `INSERT INTO retention_runs (run_id, trigger, state, requested_at) SELECT $1::uuid, 'hourly', 'due', $2::timestamptz
       WHERE NOT EXISTS (SELECT 1 FROM retention_runs WHERE trigger = 'hourly' AND requested_at > $3)`,
      [runId, isoTime(now), isoTime(now - everyMs)],
    );
  }

  /** Begins the run that has waited longest, or goes on with one whose instance died. */
  async claim(runner: SqlRunner, now: number): Promise<RetentionRunRow | undefined> {
    const [row] = await rows<RetentionRunRow>(
      runner,
      `UPDATE retention_runs SET state = 'running', started_at = coalesce(started_at, $1) WHERE run_id = (
         SELECT run_id FROM retention_runs WHERE state IN ('due', 'running') ORDER BY requested_at LIMIT 1) RETURNING *`,
      [isoTime(now)],
    );
    return row;
  }

  /** Adds what a batch removed, in the transaction of the batch. */
  async add(manager: SqlRunner, runId: string, removed: Removed): Promise<void> {
    const [row] = await rows<Pick<RetentionRunRow, 'by_kind'>>(manager, `SELECT by_kind FROM retention_runs WHERE run_id = $1 FOR UPDATE`, [runId]);
    const byKind = { ...row?.by_kind };
    for (const [kind, { sessions, bytes }] of Object.entries(removed.byKind)) {
      const before = byKind[kind] ?? { sessions: 0, bytes: 0 };
      byKind[kind] = { sessions: before.sessions + sessions, bytes: before.bytes + bytes };
    }
    await rows(manager, `UPDATE retention_runs SET sessions = sessions + $2, artifacts = artifacts + $3, bytes = bytes + $4, by_kind = $5 WHERE run_id = $1`, [
      runId,
      removed.sessions,
      removed.artifacts,
      removed.bytes,
      JSON.stringify(byKind),
    ]);
  }

  async end(runner: SqlRunner, runId: string, error: string | null, now: number): Promise<void> {
    await rows(runner, `UPDATE retention_runs SET state = $2, error = $3, ended_at = $4 WHERE run_id = $1`, [runId, error === null ? 'completed' : 'failed', error, isoTime(now)]);
    await rows(runner, `DELETE FROM retention_runs WHERE requested_at < (SELECT requested_at FROM retention_runs ORDER BY requested_at DESC OFFSET ${KEPT_RUNS} LIMIT 1)`);
  }

  /** Newest first, without the hourly ones that removed nothing. */
  async list(runner: SqlRunner, page: number, perPage: number): Promise<{ runs: RetentionRun[]; total: number }> {
    const worthTelling = `trigger = 'manual' OR sessions > 0 OR state <> 'completed'`;
    const found = await rows<RetentionRunRow>(runner, `SELECT * FROM retention_runs WHERE ${worthTelling} ORDER BY requested_at DESC, run_id LIMIT $1 OFFSET $2`, [perPage, (page - 1) * perPage]);
    const [count] = await rows<{ total: string }>(runner, `SELECT count(*) AS total FROM retention_runs WHERE ${worthTelling}`);
    return { runs: found.map(runViewOf), total: Number(count?.total ?? 0) };
  }
}

/** A run as clients see it. */
export function runViewOf(row: RetentionRunRow): RetentionRun {
  const at = (instant: Date | null): string | null => (instant === null ? null : isoTime(instant.getTime()));
  return {
    run_id: row.run_id,
    trigger: row.trigger,
    requested_by: row.requested_by,
    state: row.state,
    requested_at: isoTime(row.requested_at.getTime()),
    started_at: at(row.started_at),
    ended_at: at(row.ended_at),
    sessions: row.sessions,
    artifacts: row.artifacts,
    bytes: Number(row.bytes),
    by_kind: Object.entries(row.by_kind).map(([kind, removed]) => ({ kind: kind as TargetKindName, ...removed })),
    error: row.error,
  };
}
