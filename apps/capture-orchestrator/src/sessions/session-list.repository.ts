import { sessionListQuery, type SessionSummary, type z } from '@capstan/contracts';
import { rows, type SqlRunner } from '@capstan/persistence';
import { Injectable } from '@nestjs/common';
import { sessionOfRow } from './session-rows';
import { containsPattern, gramsOf } from './session-search';
import { summaryOf } from './session-views';
import { SessionRow } from './session.entity';

/** Filters and page of the history. */
export type SessionListQuery = z.output<typeof sessionListQuery>;

/** A page of the history. */
export interface SessionPage {
  readonly sessions: SessionSummary[];
  /** Of all pages, exactly. */
  readonly total: number;
  readonly page: number;
  readonly per_page: number;
}

interface Statement {
  readonly sql: string;
  readonly parameters: readonly unknown[];
}

/** Everything a header shows; the search columns are wide and stay behind. */
const COLUMNS = [
  'session_id', 'name', 'state', 'sequence', 'kinds', 'duration_sec', 'options', 'created_at', 'created_by', 'retry_of', 'arm_by', 't0', 'capture_started_at',
  'stop_requested_at', 'cancel_requested_at', 'delete_requested_at', 'completed_at', 'start_spread_ms', 'target_count', 'completed_count', 'failed_count',
  'artifact_count', 'artifact_bytes', 'capture_count', 'paused_at', 'paused_ms', 'pause_order', 'own_artifact_count', 'own_artifact_bytes',
  'metrics', 'hold',
] as const satisfies ReadonlyArray<keyof SessionRow>;

/** The history of sessions, newest first. */
@Injectable()
export class SessionListRepository {
  async list(runner: SqlRunner, query: SessionListQuery): Promise<SessionPage> {
    const page = query.limit === undefined ? query.page : 1;
    const perPage = query.limit ?? query.per_page;
    const { sql, parameters } = listStatement(query, perPage, (page - 1) * perPage);
    const found = await rows<SessionRow & { total: string }>(runner, sql, parameters);
    const sessions = found.filter((row) => row.session_id !== null).map((row) => summaryOf(sessionOfRow(row), row));
    return { sessions, total: Number(found[0]?.total ?? 0), page, per_page: perPage };
  }
}

/**
 * One statement for the page and its total. The page is found by ids alone in the index, then read, so that a page deep in
 * the history touches only its own rows. State and kind alone are counted from `session_counts`; other filters count what they match.
 */
export function listStatement(query: SessionListQuery, limit: number, offset: number): Statement {
  const parameters: unknown[] = [];
  const parameter = (value: unknown): string => `$${parameters.push(value)}`;
  const conditions = ['delete_requested_at IS NULL'];
  if (query.status !== undefined) {
    conditions.push(`state = ${parameter(query.status)}`);
  }
  if (query.kind !== undefined) {
    conditions.push(`kinds @> ARRAY[${parameter(query.kind)}::text]`);
  }
  const counted = query.q === undefined && query.since === undefined && query.until === undefined;
  if (query.since !== undefined) {
    conditions.push(`created_at >= ${parameter(query.since)}`);
  }
  if (query.until !== undefined) {
    conditions.push(`created_at < ${parameter(query.until)}`);
  }
  if (query.q !== undefined && query.q.trim() !== '') {
    const text = query.q.trim().toLowerCase();
    const grams = gramsOf(text);
    // Shorter than a trigram: nearly everything matches, so that the index would not help anyway.
    if (grams.length > 0) {
      conditions.push(`search_grams @> ${parameter(grams)}::text[]`);
    }
    conditions.push(`search_text LIKE ${parameter(containsPattern(text))}`);
  }
  const where = conditions.join(' AND ');
  const total = counted
    ? `SELECT coalesce(sum(sessions), 0) AS total FROM session_counts WHERE kind = ${parameter(query.kind ?? '*')}${query.status === undefined ? '' : ` AND state = ${parameter(query.status)}`}`
    : `SELECT count(*) AS total FROM sessions WHERE ${where}`;
  const sql = `
    SELECT counted.total, ${COLUMNS.map((column) => `s.${column}`).join(', ')}
    FROM (${total}) AS counted
    LEFT JOIN (SELECT session_id FROM sessions WHERE ${where} ORDER BY created_at DESC, session_id DESC LIMIT ${parameter(limit)} OFFSET ${parameter(offset)}) AS page ON true
    LEFT JOIN sessions s ON s.session_id = page.session_id
    ORDER BY s.created_at DESC, s.session_id DESC`;
  return { sql, parameters };
}
