import { isoTime } from '@capstan/kernel';
import type { WorkerName, Actor } from '@capstan/contracts';
import { rows, type SqlRunner } from '@capstan/persistence';
import { Injectable } from '@nestjs/common';

/** A session whose objects are to be removed, claimed until `lease`. */
export interface CleanupJob {
  readonly sessionId: string;
  /** Everything goes; otherwise only what no artifact names. */
  readonly deletes: boolean;
  readonly deletedBy: Actor | null;
  readonly correlationId: string;
  /** How often it was tried, this time included. */
  readonly attempt: number;
  /** The claim: whoever finds another instant in the row has lost it. */
  readonly lease: Date;
}

interface ClaimedRow {
  session_id: string;
  state: string;
  delete_requested_at: Date | null;
  delete_requested_by: Actor | null;
  correlation_id: string;
  cleanup_attempts: number;
  cleanup_at: Date;
}

/** Which sessions have objects to remove. */
@Injectable()
export class CleanupRepository {
  /** Claims the job that has waited longest. One conditional statement, so that any number of instances may ask. */
  async claim(runner: SqlRunner, now: number, leaseMs: number): Promise<CleanupJob | undefined> {
    const [row] = await rows<ClaimedRow>(
      runner,
      `UPDATE sessions SET cleanup_at = $2, cleanup_attempts = cleanup_attempts + 1
       WHERE session_id = (SELECT session_id FROM sessions WHERE cleanup_at <= $1 ORDER BY cleanup_at LIMIT 1 FOR UPDATE SKIP LOCKED)
       RETURNING session_id, state, delete_requested_at, delete_requested_by, correlation_id, cleanup_attempts, cleanup_at`,
      [isoTime(now), isoTime(now + leaseMs)],
    );
    return row === undefined
      ? undefined
      : {
          sessionId: row.session_id,
          deletes: row.delete_requested_at !== null,
          deletedBy: row.delete_requested_by,
          correlationId: row.correlation_id,
          attempt: row.cleanup_attempts,
          lease: row.cleanup_at,
        };
  }

  /** Ends the job. @returns false when the claim was lost, or something new is to be done */
  async done(runner: SqlRunner, job: CleanupJob): Promise<boolean> {
    const ended = await rows(runner, `UPDATE sessions SET cleanup_at = NULL, cleanup_attempts = 0 WHERE session_id = $1 AND cleanup_at = $2 RETURNING session_id`, [
      job.sessionId,
      job.lease,
    ]);
    return ended.length === 1;
  }

  /** Makes another attempt at `at`. */
  async postpone(runner: SqlRunner, job: CleanupJob, at: number): Promise<void> {
    await rows(runner, `UPDATE sessions SET cleanup_at = $3 WHERE session_id = $1 AND cleanup_at = $2`, [job.sessionId, job.lease, isoTime(at)]);
  }

  /** Removes the rows of a session. @returns the workers it had, or undefined when the claim was lost */
  async remove(manager: SqlRunner, job: CleanupJob): Promise<WorkerName[] | undefined> {
    const locked = await rows(manager, `SELECT 1 FROM sessions WHERE session_id = $1 AND cleanup_at = $2 AND delete_requested_at IS NOT NULL FOR UPDATE`, [
      job.sessionId,
      job.lease,
    ]);
    if (locked.length === 0) {
      return undefined;
    }
    const workers = await rows<{ worker: WorkerName }>(manager, `SELECT DISTINCT worker FROM targets WHERE session_id = $1`, [job.sessionId]);
    await rows(manager, `DELETE FROM sessions WHERE session_id = $1`, [job.sessionId]);
    return workers.map((row) => row.worker);
  }

  /** Where attempts stored that were given up or told to discard, and the keys that count all the same. */
  async leftovers(runner: SqlRunner, sessionId: string): Promise<{ prefixes: string[]; kept: Set<string> }> {
    const prefixes = await rows<{ key_prefix: string }>(
      runner,
      `SELECT a.key_prefix FROM attempts a JOIN targets t USING (target_id)
       WHERE t.session_id = $1 AND (a.attempt < t.attempt OR t.cancel_ordered_at IS NOT NULL OR t.state = 'cancelled') ORDER BY a.key_prefix`,
      [sessionId],
    );
    const kept = await rows<{ key: string }>(runner, `SELECT key FROM artifacts WHERE session_id = $1`, [sessionId]);
    return { prefixes: prefixes.map((row) => row.key_prefix), kept: new Set(kept.map((row) => row.key)) };
  }
}
