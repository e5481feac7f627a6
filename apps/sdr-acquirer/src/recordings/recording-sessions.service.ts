import { type Actor, type RecordingTarget, sessionRpc, type SessionView } from '@capstan/contracts';
import { AppError, type Clock, isoTime } from '@capstan/kernel';
import { RpcClient } from '@capstan/messaging';
import { rows, transaction } from '@capstan/persistence';
import { CLOCK } from '@capstan/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { RecordingRow, StreamRow } from './recording-row';
import { Recordings } from './recordings.repository';

/** The engine's sessions of recordings. */
@Injectable()
export class RecordingSessions {
  constructor(
    private readonly dataSource: DataSource,
    private readonly recordings: Recordings,
    private readonly rpc: RpcClient,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /**
   * Makes the session of a recording that has begun, unless it is there. When nobody can know whether it was made, the recording goes on
   * connecting, and the scheduler asks again.
   * @throws AppError those of the engine; the recording has failed then unless the error is retryable
   */
  async make(sessionId: string, by: Actor): Promise<void> {
    const row = await this.recordings.row(sessionId);
    const streams = await this.recordings.streams(sessionId);
    if (row.status !== 'connecting' || streams.some(({ target_id: target }) => target !== null)) {
      return;
    }
    try {
      await this.noteTargets(sessionId, await this.order(row, streams, by));
    } catch (error) {
      if (!(error instanceof AppError) || !error.retryable) {
        await this.fail(sessionId, error instanceof AppError ? error.message : 'The session could not be created');
      }
      throw error;
    }
  }

  /** Ends a recording whose session could not be made in time; when it is there after all, the recording goes on. */
  async giveUp(sessionId: string): Promise<void> {
    try {
      await this.noteTargets(sessionId, (await this.rpc.call(sessionRpc.get, { session_id: sessionId })).session);
    } catch (error) {
      if (!(error instanceof AppError) || error.code !== 'SESSION_NOT_FOUND') {
        throw error;
      }
      await this.fail(sessionId, 'Its session could not be made in time');
    }
  }

  private async order(row: RecordingRow, streams: readonly StreamRow[], by: Actor): Promise<SessionView> {
    const frequencies = row.frequencies_hz.map(Number);
    const sorted = [...streams].sort((a, b) => frequencies.indexOf(Number(a.frequency_hz)) - frequencies.indexOf(Number(b.frequency_hz)) || a.receiver_no - b.receiver_no);
    try {
      const { session } = await this.rpc.call(sessionRpc.create, {
        session_id: row.session_id,
        name: row.session_name.slice(0, 100),
        duration_sec: Math.max(1, Math.ceil(row.duration_seconds)),
        targets: sorted.map((stream) => targetOf(row, stream, frequencies.length > 1)),
        options: { arm_timeout_sec: this.armSeconds(row), allow_partial: true },
        requested_by: by,
      });
      return session;
    } catch (error) {
      // It was ordered before, when more time was left to its beginning.
      if (error instanceof AppError && error.code === 'SESSION_STATE_CONFLICT') {
        return (await this.rpc.call(sessionRpc.get, { session_id: row.session_id })).session;
      }
      throw error;
    }
  }

  private async noteTargets(sessionId: string, { targets }: SessionView): Promise<void> {
    await rows(
      this.dataSource,
      `UPDATE recording_streams s SET target_id = x.target_id FROM jsonb_to_recordset($2::jsonb) AS x(receiver_id uuid, frequency_hz bigint, target_id uuid)
       WHERE s.session_id = $1 AND s.receiver_id = x.receiver_id AND s.frequency_hz = x.frequency_hz`,
      [sessionId, JSON.stringify(targets.map(({ target_id, spec }) => ({ target_id, receiver_id: spec['receiver_id'], frequency_hz: spec['frequency_hz'] })))],
    );
  }

  private async fail(sessionId: string, message: string): Promise<void> {
    await transaction(this.dataSource, async (manager) => {
      await this.recordings.set(manager, sessionId, { status: 'failed', message, session_end: new Date(this.clock.now()) });
    });
  }

  private armSeconds(row: RecordingRow): number {
    const wait = row.start_at === null ? 0 : Math.max(0, (row.start_at.getTime() - this.clock.now()) / 1_000);
    return Math.ceil(row.policy.connect_seconds + wait);
  }
}

function targetOf(row: RecordingRow, stream: StreamRow, several: boolean): RecordingTarget {
  const retried = row.retry_chunks?.[stream.receiver_no];
  return {
    kind: 'recording',
    receiver_id: stream.receiver_id,
    receiver_name: stream.receiver_name,
    frequency_hz: Number(stream.frequency_hz),
    duration_seconds: row.duration_seconds,
    chunk_seconds: row.policy.chunk_seconds,
    half_band_hz: row.policy.half_band_hz,
    agc: row.policy.agc,
    gain: row.policy.gain,
    by_frequency: several,
    ...(row.start_at === null ? {} : { not_before: isoTime(row.start_at.getTime()) }),
    ...(retried === undefined ? {} : { chunks: [...retried] }),
  };
}
