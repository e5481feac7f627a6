import type { Actor, SessionSummary } from '@capstan/contracts';
import { rows, type SqlRunner } from '@capstan/persistence';
import { Injectable } from '@nestjs/common';
import { sessionOfRow } from '../sessions/session-rows';
import { summaryOf } from '../sessions/session-views';
import type { SessionRow } from '../sessions/session.entity';

/** Who holds a session, and since when, as it is stored. */
export interface StoredHold {
  readonly reason: string;
  readonly at: string;
  readonly by: Actor;
}

/** Sessions that are held against retention. */
@Injectable()
export class SessionHoldsRepository {
  /** Stores or takes away a hold; the caller has locked the session, and the change takes the next number of its history. */
  async set(manager: SqlRunner, sessionId: string, hold: StoredHold | null, sequence: number): Promise<void> {
    await rows(manager, `UPDATE sessions SET hold = $2, sequence = $3 WHERE session_id = $1`, [sessionId, hold === null ? null : JSON.stringify(hold), sequence]);
  }

  /** The longest held first. */
  async list(runner: SqlRunner, page: number, perPage: number): Promise<{ sessions: SessionSummary[]; total: number }> {
    const where = `hold IS NOT NULL AND delete_requested_at IS NULL`;
    const found = await rows<SessionRow>(runner, `SELECT * FROM sessions WHERE ${where} ORDER BY hold->>'at', session_id LIMIT $1 OFFSET $2`, [perPage, (page - 1) * perPage]);
    const [count] = await rows<{ total: string }>(runner, `SELECT count(*) AS total FROM sessions WHERE ${where}`);
    return { sessions: found.map((row) => summaryOf(sessionOfRow(row), row)), total: Number(count?.total ?? 0) };
  }
}
