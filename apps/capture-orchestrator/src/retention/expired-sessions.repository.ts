import type { RetentionReason } from '@capstan/contracts';
import { AppError, isoTime } from '@capstan/kernel';
import { rows, type SqlRunner } from '@capstan/persistence';
import { Injectable } from '@nestjs/common';
import type { ExpiredSessionRow } from './expired-session.entity';
import { becauseOf } from './retention-decision';

type Left = Pick<ExpiredSessionRow, 'session_id' | 'name' | 'expired_at' | 'reasons'>;

/** Says what became of sessions that are not there any more. */
@Injectable()
export class ExpiredSessionsRepository {
  /** Remembers a session that goes now, with the ids of its artifacts. */
  async remember(manager: SqlRunner, session: { readonly sessionId: string; readonly reasons: readonly RetentionReason[] }, runId: string, now: number): Promise<void> {
    await rows(
      manager,
      `INSERT INTO expired_sessions (session_id, name, completed_at, expired_at, reasons, run_id, artifact_ids)
       SELECT s.session_id, s.name, s.completed_at, $2, $3, $4, ARRAY(SELECT artifact_id FROM artifacts a WHERE a.session_id = s.session_id)
       FROM sessions s WHERE s.session_id = $1 ON CONFLICT (session_id) DO NOTHING`,
      [session.sessionId, isoTime(now), JSON.stringify(session.reasons), runId],
    );
  }

  /** Why there is no such session: `SESSION_EXPIRED` where retention removed it, `SESSION_NOT_FOUND` otherwise. */
  async missingSession(runner: SqlRunner, sessionId: string): Promise<AppError> {
    const [row] = await rows<Left>(runner, `SELECT session_id, name, expired_at, reasons FROM expired_sessions WHERE session_id = $1`, [sessionId]);
    return row === undefined ? new AppError('SESSION_NOT_FOUND', 'There is no session with this id') : new AppError('SESSION_EXPIRED', sentenceOf(row), { details: detailsOf(row) });
  }

  /** Why there is no such artifact: `ARTIFACT_EXPIRED` where retention removed its session, `ARTIFACT_NOT_FOUND` otherwise. */
  async missingArtifact(runner: SqlRunner, artifactId: string): Promise<AppError> {
    const [row] = await rows<Left>(runner, `SELECT session_id, name, expired_at, reasons FROM expired_sessions WHERE artifact_ids @> ARRAY[$1::uuid]`, [artifactId]);
    return row === undefined ? new AppError('ARTIFACT_NOT_FOUND', 'There is no artifact with this id') : new AppError('ARTIFACT_EXPIRED', sentenceOf(row), { details: detailsOf(row) });
  }

  /** Forgets what was removed before `before`. */
  async forget(runner: SqlRunner, before: number): Promise<void> {
    await rows(runner, `DELETE FROM expired_sessions WHERE expired_at < $1`, [isoTime(before)]);
  }
}

function sentenceOf({ name, expired_at: at, reasons }: Left): string {
  return `${name} was removed on ${isoTime(at.getTime()).slice(0, 16).replace('T', ' ')} UTC: ${reasons.map(becauseOf).join(', and ')}`;
}

function detailsOf({ session_id, expired_at, reasons }: Left): Record<string, unknown> {
  return { session_id, expired_at: isoTime(expired_at.getTime()), reasons };
}
