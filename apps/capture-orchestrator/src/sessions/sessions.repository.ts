import { startsTogether } from '@capstan/contracts';
import { isoTime } from '@capstan/kernel';
import { rows, type SqlRunner } from '@capstan/persistence';
import { Injectable } from '@nestjs/common';
import type { NewSession } from './engine/create';
import { historyRecords } from '../history/session-events.repository';
import type { Decision, EngineTarget, HistoryLine, Snapshot } from './engine/model';
import { keyPrefixOf } from './engine/naming';
import { hasEnded } from './engine/order';
import { CHANGED_TARGET_COLUMNS, changedSessionColumns, changedTargetColumns, fixedTargetColumns, sessionOfRow, STORED_SESSION_COLUMNS, targetOfRow } from './session-rows';
import { SessionRow } from './session.entity';
import { TargetRow } from './target.entity';

/** A session's row without the columns of the search: of thousands of targets those are wide, and nobody decides by them. */
export type StoredRow = Omit<SessionRow, 'search_text' | 'search_grams'>;

/** A session as it was read: the engine's part, and the row with everything else. */
export interface StoredSession extends Snapshot {
  readonly row: StoredRow;
}

/** What is stored with a new session besides what the engine made. */
export type NewSessionColumns = Pick<
  SessionRow,
  'kinds' | 'request_digest' | 'correlation_id' | 'created_by' | 'retry_of' | 'search_text' | 'search_grams'
>;

/** A new session as it is stored. */
export interface NewStoredSession {
  readonly made: NewSession;
  readonly columns: NewSessionColumns;
  readonly dueAt: number | null;
  readonly history: readonly HistoryLine[];
}

/** Instants at which the background work looks at the session next. */
export interface Appointments {
  readonly dueAt: number | null;
  /** Undefined leaves the appointment as it is. */
  readonly cleanupAt?: number | null;
}

const STORED = STORED_SESSION_COLUMNS.join(', ');
const TARGET_ASSIGNMENTS = Object.keys(CHANGED_TARGET_COLUMNS).map((column) => `${column} = r.${column}`);
const TARGET_RECORD = Object.entries(CHANGED_TARGET_COLUMNS).map(([column, type]) => `${column} ${type}`);
/** Heartbeats write these without the session's lock, so that a decision must not put an older one back. */
const UPDATE_TARGETS = `
  UPDATE targets t SET ${TARGET_ASSIGNMENTS.filter((assignment) => !assignment.startsWith('last_heartbeat_at')).join(', ')},
    last_heartbeat_at = CASE WHEN t.attempt = r.attempt THEN greatest(t.last_heartbeat_at, r.last_heartbeat_at) ELSE r.last_heartbeat_at END
  FROM jsonb_to_recordset($1::jsonb) AS r(target_id uuid, was_state text, was_attempt int, ${TARGET_RECORD.join(', ')})
  WHERE t.target_id = r.target_id AND t.state = r.was_state AND t.attempt = r.was_attempt
  RETURNING t.target_id`;

/** The tables of sessions, targets and attempts. Changes go through `SessionsService`, the one writer. */
@Injectable()
export class SessionsRepository {
  /** Stores new sessions with their targets, first attempts and the beginning of their history. @returns how many: one whose id is taken is left out */
  async insert(manager: SqlRunner, sessions: readonly NewStoredSession[]): Promise<number> {
    const targetRows = sessions.flatMap(({ made: { session, targets } }) => targets.map((target) => ({ ...fixedTargetColumns(session.sessionId, target), ...changedTargetColumns(target) })));
    const attempts = sessions.flatMap(({ made: { session, targets } }) => attemptRows(session.sessionId, targets, session.createdAt));
    const history = sessions.flatMap(({ made: { session }, history: lines }) => historyRecords(session.sessionId, lines, session.createdAt));
    // One statement: the counters of sessions, which others share, are kept from them for as long as the transaction lasts.
    const inserted = await rows(
      manager,
      `WITH made AS (INSERT INTO sessions SELECT * FROM jsonb_populate_recordset(NULL::sessions, $1::jsonb) ON CONFLICT DO NOTHING RETURNING session_id),
            made_targets AS (INSERT INTO targets SELECT r.* FROM jsonb_populate_recordset(NULL::targets, $2::jsonb) r WHERE session_id IN (SELECT session_id FROM made) RETURNING target_id),
            made_attempts AS (INSERT INTO attempts SELECT r.* FROM jsonb_populate_recordset(NULL::attempts, $3::jsonb) r WHERE target_id IN (SELECT target_id FROM made_targets)),
            made_history AS (INSERT INTO session_events SELECT r.* FROM jsonb_populate_recordset(NULL::session_events, $4::jsonb) r WHERE session_id IN (SELECT session_id FROM made))
       SELECT session_id FROM made`,
      [JSON.stringify(sessions.map(sessionRecord)), JSON.stringify(targetRows), JSON.stringify(attempts), JSON.stringify(history)],
    );
    return inserted.length;
  }

  /** Reads a session and keeps it from being changed by anybody else until the transaction ends. Undefined when there is none. */
  async lock(manager: SqlRunner, sessionId: string): Promise<StoredSession | undefined> {
    return this.read(manager, sessionId, 'FOR UPDATE');
  }

  /**
   * As {@link lock}, for a fact about one target: of a session of independent targets that goes its way, only that target is
   * read, so that a fact costs the same whether there are five targets or five thousand.
   */
  async lockFor(manager: SqlRunner, sessionId: string, targetId: string): Promise<StoredSession | undefined> {
    const [row] = await rows<StoredRow>(manager, `SELECT ${STORED} FROM sessions WHERE session_id = $1 FOR UPDATE`, [sessionId]);
    if (row === undefined) {
      return undefined;
    }
    const session = sessionOfRow(row);
    const wholly = row.kinds.some((kind) => startsTogether({ kind })) || !session.options.allow_partial || hasEnded(session);
    if (!wholly && session.stopRequestedAt === null && session.cancelRequestedAt === null && session.deleteRequestedAt === null) {
      const [found] = await rows<TargetRow & { others_live: boolean }>(
        manager,
        `SELECT t.*, EXISTS (SELECT 1 FROM targets o WHERE o.session_id = $1 AND o.target_id <> $2 AND o.state NOT IN ('completed', 'failed', 'cancelled')) AS others_live
         FROM targets t WHERE t.session_id = $1 AND t.target_id = $2`,
        [sessionId, targetId],
      );
      if (found?.others_live === true) {
        return { row, session, targets: [targetOfRow(found)], othersLive: true };
      }
    }
    const targets = await rows<TargetRow>(manager, `SELECT * FROM targets WHERE session_id = $1 ORDER BY ordinal`, [sessionId]);
    return { row, session, targets: targets.map(targetOfRow) };
  }

  /** Reads a session without waiting for its writer. */
  async find(manager: SqlRunner, sessionId: string): Promise<StoredSession | undefined> {
    return this.read(manager, sessionId, '');
  }

  /**
   * Stores what was decided. The rows are written only where they still are what the decision saw; under the session's
   * lock they always are, so that a miss means a second writer, and nothing of the transaction may stay.
   */
  async save(manager: SqlRunner, before: StoredSession, decision: Decision, now: number, appointments: Appointments, deleteRequestedBy?: unknown): Promise<void> {
    const { session, changedTargets } = decision;
    if (changedTargets.length > 0) {
      const records = changedTargets.map(({ before: was, after }) => ({
        target_id: after.targetId,
        was_state: was.state,
        was_attempt: was.attempt,
        ...changedTargetColumns(after),
      }));
      const updated = await rows(manager, UPDATE_TARGETS, [JSON.stringify(records)]);
      assertAll(updated.length, records.length, 'targets', session.sessionId);
      await this.saveAttempts(manager, session.sessionId, changedTargets, now);
    }
    const columns = {
      ...changedSessionColumns(session),
      due_at: appointments.dueAt === null ? null : isoTime(appointments.dueAt),
      ...(appointments.cleanupAt === undefined ? {} : { cleanup_at: appointments.cleanupAt === null ? null : isoTime(appointments.cleanupAt), cleanup_attempts: 0 }),
      ...(deleteRequestedBy === undefined ? {} : { delete_requested_by: deleteRequestedBy }),
    };
    const assignments = Object.keys(columns).map((column) => `${column} = r.${column}`);
    const updated = await rows(
      manager,
      `UPDATE sessions s SET ${assignments.join(', ')} FROM jsonb_populate_record(NULL::sessions, $2::jsonb) r
       WHERE s.session_id = $1 AND s.state = $3 AND s.sequence = $4 RETURNING s.session_id`,
      [session.sessionId, JSON.stringify(columns), before.session.state, before.session.sequence],
    );
    assertAll(updated.length, 1, 'session', session.sessionId);
  }

  /** Moves the watchdog's next look without changing anything else. */
  async postpone(manager: SqlRunner, sessionId: string, dueAt: number | null): Promise<void> {
    await rows(manager, `UPDATE sessions SET due_at = $2 WHERE session_id = $1`, [sessionId, dueAt === null ? null : isoTime(dueAt)]);
  }

  /** Sessions at which the watchdog must look now, the longest due first. */
  async due(manager: SqlRunner, now: number, limit: number): Promise<string[]> {
    const found = await rows<{ session_id: string }>(manager, `SELECT session_id FROM sessions WHERE due_at <= $1 ORDER BY due_at LIMIT $2`, [isoTime(now), limit]);
    return found.map((row) => row.session_id);
  }

  /**
   * A sign of life: no lock on the session, no event, one row. Only while the attempt counts and lives.
   */
  async heartbeat(manager: SqlRunner, fact: { target_id: string; task_id: string; fence: number }, now: number): Promise<void> {
    await rows(
      manager,
      `UPDATE targets SET last_heartbeat_at = greatest(last_heartbeat_at, $3), claimed_at = coalesce(claimed_at, $3), last_fence = greatest(last_fence, $4)
       WHERE target_id = $1 AND task_id = $2 AND state NOT IN ('completed', 'failed', 'cancelled')`,
      [fact.target_id, fact.task_id, isoTime(now), fact.fence],
    );
  }

  /** Numbers of live sessions by state, for the metrics. */
  async liveByState(manager: SqlRunner): Promise<Map<string, number>> {
    const counted = await rows<{ state: string; sessions: string }>(
      manager,
      `SELECT state, sum(sessions) AS sessions FROM session_counts
       WHERE kind = '*' AND state NOT IN ('completed', 'partial', 'failed', 'cancelled') GROUP BY state`,
    );
    return new Map(counted.map((row) => [row.state, Number(row.sessions)]));
  }

  private async read(manager: SqlRunner, sessionId: string, lock: '' | 'FOR UPDATE'): Promise<StoredSession | undefined> {
    const [row] = await rows<StoredRow>(manager, `SELECT ${STORED} FROM sessions WHERE session_id = $1 ${lock}`, [sessionId]);
    if (row === undefined) {
      return undefined;
    }
    const targets = await rows<TargetRow>(manager, `SELECT * FROM targets WHERE session_id = $1 ORDER BY ordinal`, [sessionId]);
    return { row, session: sessionOfRow(row), targets: targets.map(targetOfRow) };
  }

  private async saveAttempts(manager: SqlRunner, sessionId: string, changed: Decision['changedTargets'], now: number): Promise<void> {
    const repeated = changed.filter(({ before, after }) => before.attempt !== after.attempt);
    const ended = changed.filter(({ before, after }) => before.attempt === after.attempt && before.finishedAt === null && after.finishedAt !== null);
    const outcomes = [
      ...repeated.map(({ before }) => ({ task_id: before.taskId, outcome: 'lost', error: null })),
      ...ended.map(({ after }) => ({ task_id: after.taskId, outcome: after.state, error: after.error })),
    ];
    if (outcomes.length > 0) {
      await rows(
        manager,
        `UPDATE attempts a SET outcome = r.outcome, error = r.error, ended_at = $2
         FROM jsonb_to_recordset($1::jsonb) AS r(task_id uuid, outcome text, error jsonb) WHERE a.task_id = r.task_id`,
        [JSON.stringify(outcomes), isoTime(now)],
      );
    }
    if (repeated.length > 0) {
      const attempts = attemptRows(sessionId, repeated.map(({ after }) => after), now);
      await rows(manager, `INSERT INTO attempts SELECT * FROM jsonb_populate_recordset(NULL::attempts, $1::jsonb)`, [JSON.stringify(attempts)]);
    }
  }
}

function sessionRecord({ made: { session, name }, columns, dueAt }: NewStoredSession): object {
  return {
    session_id: session.sessionId,
    name,
    duration_sec: session.durationSec,
    options: session.options,
    created_at: isoTime(session.createdAt),
    arm_by: isoTime(session.armBy),
    target_count: session.targetCount,
    due_at: dueAt === null ? null : isoTime(dueAt),
    cleanup_attempts: 0,
    ...changedSessionColumns(session),
    ...columns,
  };
}

function attemptRows(sessionId: string, targets: readonly EngineTarget[], now: number): object[] {
  return targets.map((target) => ({
    task_id: target.taskId,
    target_id: target.targetId,
    attempt: target.attempt,
    worker: target.worker,
    key_prefix: keyPrefixOf(sessionId, target, target.attempt),
    ordered_at: isoTime(now),
  }));
}

function assertAll(written: number, expected: number, what: string, sessionId: string): void {
  if (written !== expected) {
    throw new Error(`${written} of ${expected} ${what} of session ${sessionId} were as the decision saw them: somebody else writes`);
  }
}
