import { Readable } from 'node:stream';
import { recordingEvents, recordingMachine, recordingPolicy, type RecordingTarget, type ReceiverView } from '@capstan/contracts';
import { AppError, backoffDelay, type Clock, type Random } from '@capstan/kernel';
import { Outbox } from '@capstan/messaging';
import type { ObjectStore } from '@capstan/object-store';
import { rows, transaction } from '@capstan/persistence';
import { CLOCK, OBJECT_STORE, RANDOM, VERSION } from '@capstan/service-kit';
import type { TaskRow } from '@capstan/tasks';
import { Inject, Injectable, Logger } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { ChunkPlan } from '../chunks/chunk-plan';
import { KnownSources } from '../known-sources/known-sources.repository';
import { Receivers } from '../receivers/receivers.repository';
import { manifestOf } from './manifest';
import { Orphans } from './orphans.service';
import { isLive, type RecordingRow, type StreamRow, totalChunks } from './recording-row';
import { Recordings } from './recordings.repository';
import type { StreamKey } from './stream-key';
import { verdict } from './verdict';

const MANIFEST_ATTEMPTS = 8;
const RETRY = { initialMs: 100, maxMs: 5_000 } as const;

/** Begins recordings and brings them to their end, once, whoever notices first. */
@Injectable()
export class Finalizer {
  private readonly logger = new Logger(Finalizer.name);
  private readonly beginnings = new Map<string, Promise<void>>();

  constructor(
    private readonly dataSource: DataSource,
    private readonly recordings: Recordings,
    private readonly receivers: Receivers,
    private readonly sources: KnownSources,
    private readonly outbox: Outbox,
    private readonly orphans: Orphans,
    @Inject(OBJECT_STORE) private readonly store: ObjectStore,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(RANDOM) private readonly random: Random,
  ) {}

  /** A session with recording targets may be made without a recording, as part of a mixed session: it gets one. */
  async adopt(task: TaskRow, spec: RecordingTarget, receiver: ReceiverView): Promise<void> {
    const policy = recordingPolicy.parse({ chunk_seconds: spec.chunk_seconds, half_band_hz: spec.half_band_hz, agc: spec.agc, gain: spec.gain });
    await transaction(this.dataSource, async (manager) => {
      await rows(
        manager,
        `INSERT INTO recordings (session_id, session_name, status, frequencies_hz, duration_seconds, notes, policy, created_at, created_by, begun)
         VALUES ($1, $2, 'pending', $3, $4, '', $5, $6, 'session', true) ON CONFLICT (session_id) DO NOTHING`,
        [task.session_id, `Session ${task.session_id.slice(0, 8)}`, [spec.frequency_hz], spec.duration_seconds ?? task.duration_sec ?? 1, JSON.stringify(policy), new Date(this.clock.now())],
      );
      await rows(
        manager,
        `INSERT INTO recording_streams (session_id, receiver_no, frequency_hz, receiver_id, receiver_name, target_id) VALUES ($1, $2, $3, $4, $5, $6)
         ON CONFLICT (session_id, receiver_no, frequency_hz) DO UPDATE SET target_id = EXCLUDED.target_id`,
        [task.session_id, receiver.receiver_no, spec.frequency_hz, receiver.receiver_id, receiver.name, task.target_id],
      );
    });
  }

  /** The instant of sample 0 is known; repeating is harmless, and of all the receivers of this process one does it for all. */
  begun(sessionId: string, t0: number): Promise<void> {
    let beginning = this.beginnings.get(sessionId);
    if (beginning === undefined) {
      beginning = this.begin(sessionId, t0).finally(() => this.beginnings.delete(sessionId));
      this.beginnings.set(sessionId, beginning);
    }
    return beginning;
  }

  private async begin(sessionId: string, t0: number): Promise<void> {
    await transaction(this.dataSource, async (manager) => {
      const row = await this.recordings.lock(sessionId, manager);
      if (row.t0 !== null) {
        return;
      }
      const at = new Date(t0);
      const path = row.status === 'pending' || row.status === 'source_assigned' || row.status === 'scheduled' || row.status === 'connecting';
      await this.recordings.set(manager, sessionId, { t0: at, session_start: at, ...(path ? { status: 'in_progress' } : {}) });
    });
  }

  /** Ends the recording if nothing of it is live any more. @param everything the session itself has ended, so nobody will come any more */
  async consider(sessionId: string, everything = false): Promise<void> {
    if (!everything && (await this.recordings.someLive(sessionId))) {
      return;
    }
    const row = await this.beginEnd(sessionId, everything);
    if (row === undefined) {
      return;
    }
    const streams = await this.recordings.streams(sessionId);
    const status = this.judge(row, streams);
    const manifestKey = await this.writeManifest(row, streams, status);
    await transaction(this.dataSource, async (manager) => {
      const current = await this.recordings.lock(sessionId, manager);
      if (recordingMachine.isTerminal(current.status)) {
        return;
      }
      await this.recordings.set(manager, sessionId, { status, session_end: new Date(this.clock.now()), manifest_key: manifestKey });
      await this.outbox.add(
        manager,
        recordingEvents.finished,
        {
          session_id: sessionId,
          status,
          expected_samples: streams.reduce((sum, stream) => sum + expectedSamples(row, stream), 0),
          per_receiver: streams.map((stream) => ({
            receiver_no: stream.receiver_no,
            frequency_hz: Number(stream.frequency_hz),
            chunks: stream.chunks,
            samples: Number(stream.samples),
            lost_samples: Number(stream.lost_samples),
            gaps: stream.gaps,
            cause: stream.cause,
          })),
          manifest_key: manifestKey,
        },
        { subject: sessionId, correlationId: sessionId, partitionKey: sessionId },
      );
    });
    if (everything) {
      await this.orphans.remove(sessionId);
    }
  }

  /** Throws away what one stream has stored. */
  async discard(key: StreamKey): Promise<void> {
    const found = await rows<{ key: string | null }>(this.dataSource, `DELETE FROM chunks WHERE session_id = $1 AND receiver_no = $2 AND frequency_hz = $3 RETURNING key`, [key.sessionId, key.receiverNo, key.frequencyHz]);
    await this.store.remove(found.flatMap((row) => (row.key === null ? [] : [row.key])));
    await this.orphans.remove(key.sessionId, key);
    await rows(this.dataSource, `UPDATE recording_streams SET chunks = 0, samples = 0, lost_samples = 0, gaps = 0 WHERE session_id = $1 AND receiver_no = $2 AND frequency_hz = $3`, [key.sessionId, key.receiverNo, key.frequencyHz]);
  }

  /** @returns the recording when it is to be ended now */
  private beginEnd(sessionId: string, everything: boolean): Promise<RecordingRow | undefined> {
    return transaction(this.dataSource, async (manager) => {
      if ((await this.recordings.find(sessionId, manager)) === undefined) {
        return undefined;
      }
      // Looked at only under the lock: of several that notice the end at once, the first may have ended it meanwhile.
      const row = await this.recordings.lock(sessionId, manager);
      if (recordingMachine.isTerminal(row.status)) {
        return undefined;
      }
      if (everything) {
        // Whoever is still marked as live was lost with its worker.
        await rows(manager, `UPDATE recording_streams SET state = 'failed', cause = COALESCE(cause, $2) WHERE session_id = $1 AND state NOT IN ('done', 'failed')`, [sessionId, row.cancel_requested ? 'cancelled' : 'worker_lost']);
      }
      const streams = await this.recordings.streams(sessionId, manager);
      if (streams.length === 0 || streams.some(isLive)) {
        return undefined;
      }
      if (row.status === 'in_progress' || row.status === 'paused') {
        await this.recordings.set(manager, sessionId, { status: 'finalizing' });
      }
      return row;
    });
  }

  private judge(row: RecordingRow, streams: readonly StreamRow[]): ReturnType<typeof verdict> {
    const expectedChunks = totalChunks(row);
    return verdict(
      streams.map((stream) => ({ chunks: stream.chunks, lost: Number(stream.lost_samples), expectedChunks: row.retry_chunks?.[stream.receiver_no]?.length ?? expectedChunks, failed: stream.state === 'failed' })),
      row.cancel_requested,
    );
  }

  private async writeManifest(recording: RecordingRow, streams: readonly StreamRow[], status: string): Promise<string | null> {
    const [chunks, receivers, source] = await Promise.all([
      this.recordings.chunkRows(recording.session_id),
      this.receivers.all(),
      recording.source_id === null ? null : this.sources.get(recording.source_id).catch(() => null),
    ]);
    if (chunks.length === 0) {
      return null;
    }
    const manifest = manifestOf({ recording, status, source, streams, receivers: new Map(receivers.map((receiver) => [receiver.receiver_id, receiver])), chunks, software: `capstan ${VERSION}` });
    const key = `sessions/${recording.session_id}/manifest.json`;
    for (let attempt = 1; attempt <= MANIFEST_ATTEMPTS; attempt += 1) {
      try {
        await this.store.put(key, Readable.from([Buffer.from(`${JSON.stringify(manifest, null, 1)}\n`)]), { mediaType: 'application/json' });
        return key;
      } catch (error) {
        if (!(error instanceof AppError) || !error.retryable) {
          throw error;
        }
        await this.clock.sleep(backoffDelay(RETRY, attempt, this.random()));
      }
    }
    this.logger.error(`The manifest of ${recording.session_id} could not be stored`);
    return null;
  }
}

function expectedSamples(row: RecordingRow, stream: StreamRow): number {
  const rate = stream.facts?.sample_rate_hz;
  return rate === undefined ? 0 : new ChunkPlan({ sampleRate: rate, chunkSeconds: row.policy.chunk_seconds, durationSeconds: secondsOf(row, stream) }).total;
}

/** A retry asks each receiver for its own missing chunks. */
function secondsOf(row: RecordingRow, stream: StreamRow): number {
  const again = row.retry_chunks?.[stream.receiver_no];
  return again === undefined ? row.duration_seconds : again.length * row.policy.chunk_seconds;
}
