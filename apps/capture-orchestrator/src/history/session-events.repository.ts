import type { SessionEvent } from '@capstan/contracts';
import { isoTime } from '@capstan/kernel';
import { rows, type SqlRunner } from '@capstan/persistence';
import { Injectable } from '@nestjs/common';
import type { HistoryLine } from '../sessions/engine/model';
import { SessionEventRow } from './session-event.entity';

/** Lines of the history as rows. */
export function historyRecords(sessionId: string, lines: readonly HistoryLine[], now: number): object[] {
  return lines.map(({ sequence, type, targetId, data }) => ({ session_id: sessionId, sequence, time: isoTime(now), type, target_id: targetId, data }));
}

/** The durable history of sessions. Lines are only ever added. */
@Injectable()
export class SessionEventsRepository {
  async append(manager: SqlRunner, sessionId: string, lines: readonly HistoryLine[], now: number): Promise<void> {
    if (lines.length === 0) {
      return;
    }
    await rows(manager, `INSERT INTO session_events SELECT * FROM jsonb_populate_recordset(NULL::session_events, $1::jsonb)`, [JSON.stringify(historyRecords(sessionId, lines, now))]);
  }

  /** Lines behind `after`, oldest first. */
  async after(runner: SqlRunner, sessionId: string, after: number, limit: number): Promise<SessionEvent[]> {
    const found = await rows<SessionEventRow>(
      runner,
      `SELECT sequence, time, type, target_id, data FROM session_events WHERE session_id = $1 AND sequence > $2 ORDER BY sequence LIMIT $3`,
      [sessionId, after, limit],
    );
    return found.map(({ sequence, time, type, target_id, data }) => ({ sequence, time: time.toISOString(), type, target_id, data }));
  }
}
