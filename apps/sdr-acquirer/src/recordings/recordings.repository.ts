import { type ChunkView, recordingEvents, recordingMachine, type RecordingState, type RecordingView, type RequestOf, type ResponseOf, recordingRpc } from '@capstan/contracts';
import { AppError, isoTime } from '@capstan/kernel';
import { Outbox } from '@capstan/messaging';
import { rows, type SqlRunner } from '@capstan/persistence';
import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { type ChunkRow, type RecordingRow, type StreamRow, summaryOf, viewOf } from './recording-row';

const SELECT = `
  SELECT r.*, s.name AS source_name, COALESCE((SELECT sum(t.chunks) FROM recording_streams t WHERE t.session_id = r.session_id), 0) AS measurements
  FROM recordings r LEFT JOIN known_sources s USING (source_id)`;

/** Reads recordings, and moves them from state to state. */
@Injectable()
export class Recordings {
  constructor(
    private readonly dataSource: DataSource,
    private readonly outbox: Outbox,
  ) {}

  /** @throws AppError `RECORDING_NOT_FOUND` */
  async row(sessionId: string, runner: SqlRunner = this.dataSource): Promise<RecordingRow> {
    const found = await this.find(sessionId, runner);
    if (found === undefined) {
      throw new AppError('RECORDING_NOT_FOUND', 'Session not found');
    }
    return found;
  }

  async find(sessionId: string, runner: SqlRunner = this.dataSource): Promise<RecordingRow | undefined> {
    return (await rows<RecordingRow>(runner, `${SELECT} WHERE r.session_id = $1`, [sessionId]))[0];
  }

  /** The row, for this transaction alone. @throws AppError `RECORDING_NOT_FOUND` */
  async lock(sessionId: string, manager: EntityManager): Promise<RecordingRow> {
    await rows(manager, 'SELECT 1 AS one FROM recordings WHERE session_id = $1 FOR UPDATE', [sessionId]);
    return this.row(sessionId, manager);
  }

  streams(sessionId: string, runner: SqlRunner = this.dataSource): Promise<StreamRow[]> {
    return rows<StreamRow>(runner, 'SELECT * FROM recording_streams WHERE session_id = $1 ORDER BY receiver_no, frequency_hz', [sessionId]);
  }

  /** Whether a stream of the recording may still bring something. */
  async someLive(sessionId: string): Promise<boolean> {
    return (await rows(this.dataSource, `SELECT 1 AS one FROM recording_streams WHERE session_id = $1 AND state NOT IN ('done', 'failed') LIMIT 1`, [sessionId])).length > 0;
  }

  /** @throws AppError `RECORDING_NOT_FOUND` */
  async view(sessionId: string, runner: SqlRunner = this.dataSource): Promise<RecordingView> {
    return viewOf(await this.row(sessionId, runner), await this.streams(sessionId, runner));
  }

  async list(query: RequestOf<typeof recordingRpc.list>): Promise<ResponseOf<typeof recordingRpc.list>> {
    const perPage = query.limit ?? query.per_page;
    const page = query.limit === undefined ? query.page : 1;
    const values = [query.status ?? null, query.approval_status ?? null, query.source_id ?? null, query.q ?? null];
    const where = `WHERE ($1::text IS NULL OR r.status = $1) AND ($2::text IS NULL OR r.approval_status = $2) AND ($3::uuid IS NULL OR r.source_id = $3) AND ($4::text IS NULL OR r.session_name ILIKE '%' || $4 || '%')`;
    const [{ total } = { total: '0' }] = await rows<{ total: string }>(this.dataSource, `SELECT count(*) AS total FROM recordings r ${where}`, values);
    const found = await rows<RecordingRow>(this.dataSource, `${SELECT} ${where} ORDER BY r.created_at DESC, r.session_id LIMIT $5 OFFSET $6`, [...values, perPage, (page - 1) * perPage]);
    return { sessions: found.map(summaryOf), total: Number(total), page, per_page: perPage };
  }

  async analytics(): Promise<ResponseOf<typeof recordingRpc.analytics>> {
    const [row] = await rows<Record<'total' | 'completed' | 'partial' | 'failed' | 'pending' | 'measurements', string> & { average: number | null }>(
      this.dataSource,
      `SELECT count(*) AS total, count(*) FILTER (WHERE status = 'completed') AS completed, count(*) FILTER (WHERE status = 'partial') AS partial,
              count(*) FILTER (WHERE status = 'failed') AS failed, count(*) FILTER (WHERE status NOT IN ('completed', 'partial', 'failed', 'cancelled')) AS pending,
              avg(duration_seconds) FILTER (WHERE status IN ('completed', 'partial')) AS average, (SELECT COALESCE(sum(chunks), 0) FROM recording_streams) AS measurements FROM recordings`,
    );
    const ended = Number(row?.completed) + Number(row?.partial) + Number(row?.failed);
    return {
      total_sessions: Number(row?.total),
      completed_sessions: Number(row?.completed),
      partial_sessions: Number(row?.partial),
      failed_sessions: Number(row?.failed),
      pending_sessions: Number(row?.pending),
      success_rate: ended === 0 ? 0 : Math.round((1_000 * Number(row?.completed)) / ended) / 10,
      total_measurements: Number(row?.measurements),
      average_duration_seconds: row?.average ?? null,
    };
  }

  /** Chunks by receiver, frequency and number. */
  chunkRows(sessionId: string, query: { receiver_no?: number | undefined; after_index?: number; limit?: number } = {}): Promise<ChunkRow[]> {
    return rows<ChunkRow>(
      this.dataSource,
      `SELECT * FROM chunks WHERE session_id = $1 AND ($2::int IS NULL OR receiver_no = $2) AND chunk_index > $3 ORDER BY chunk_index, receiver_no, frequency_hz LIMIT $4`,
      [sessionId, query.receiver_no ?? null, query.after_index ?? -1, query.limit ?? 1_000_000],
    );
  }

  /**
   * Moves a recording, if its state allows it, and tells of it.
   * @returns false when it is there already
   * @throws AppError `ILLEGAL_TRANSITION`
   */
  async move(manager: EntityManager, row: RecordingRow, to: RecordingState, changes: Readonly<Record<string, unknown>> = {}): Promise<boolean> {
    if (row.status === to && Object.keys(changes).length === 0) {
      return false;
    }
    if (row.status !== to && !recordingMachine.canMove(row.status, to)) {
      throw new AppError('ILLEGAL_TRANSITION', `A recording that is ${row.status} cannot become ${to}`, { details: { from: row.status, to } });
    }
    await this.set(manager, row.session_id, { status: to, ...changes });
    return true;
  }

  /** Writes columns and tells of the recording as it is now. */
  async set(manager: EntityManager, sessionId: string, changes: Readonly<Record<string, unknown>>): Promise<void> {
    const entries = Object.entries(changes);
    await rows(manager, `UPDATE recordings SET ${entries.map(([name], index) => `${name} = $${index + 2}`).join(', ')} WHERE session_id = $1`, [sessionId, ...entries.map(([, value]) => value)]);
    await this.tell(manager, sessionId);
  }

  async tell(manager: EntityManager, sessionId: string): Promise<void> {
    await this.outbox.add(manager, recordingEvents.changed, { recording: await this.view(sessionId, manager) }, { subject: sessionId, correlationId: sessionId, partitionKey: sessionId });
  }
}

/** A chunk as clients see it. */
export function chunkViewOf(row: ChunkRow): ChunkView {
  return {
    receiver_no: row.receiver_no,
    receiver_id: row.receiver_id,
    frequency_hz: Number(row.frequency_hz),
    chunk_index: row.chunk_index,
    key: row.key,
    first_sample_index: Number(row.first_sample_index),
    samples_count: row.samples_count,
    sample_rate_hz: row.sample_rate_hz,
    t0_utc_ns: row.t0_utc_ns,
    time: isoTime(row.recorded_at.getTime()),
    clock_quality: row.clock_quality,
    clock_error_ns: Number(row.clock_error_ns),
    lost_samples: row.lost_samples,
    gaps: row.gaps,
    metrics: row.metrics,
    sha512: row.sha512,
    bytes: row.bytes,
    attempt: row.attempt,
    retry_of_index: row.retry_of_index,
    stored_at: isoTime(row.stored_at.getTime()),
  };
}
