import { type Actor, type CreateRecordingBody, recordingMachine, type RecordingCommands, recordingPolicy, type RecordingPolicy, type RecordingView, type ReceiverView, SESSION_GONE, sessionRpc, type StartRecordingOrder, type UpdateRecordingBody } from '@capstan/contracts';
import { AppError, type Clock, validationError } from '@capstan/kernel';
import { RpcClient } from '@capstan/messaging';
import type { ObjectStore } from '@capstan/object-store';
import { rows, transaction } from '@capstan/persistence';
import { CLOCK, OBJECT_STORE } from '@capstan/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { KnownSources } from '../known-sources/known-sources.repository';
import { Receivers } from '../receivers/receivers.repository';
import { RecordingSessions } from './recording-sessions.service';
import { Recordings } from './recordings.repository';

/** How long before a scheduled beginning the receivers are called, and how late it may still begin. */
export const CALL_BEFORE_MS = 5_000;
export const LATEST_START_MS = 60_000;

interface Draft {
  readonly sessionId: string;
  readonly name: string;
  readonly status: 'recording' | 'pending' | 'scheduled';
  readonly frequencies: readonly number[];
  readonly duration: number;
  readonly sourceId: string | null;
  readonly notes: string;
  readonly policy: RecordingPolicy;
  readonly by: Actor;
  readonly startAt?: string;
  readonly retryOf?: string;
  readonly retryChunks?: Readonly<Record<string, readonly number[]>>;
}

/** What people do with recordings. The work itself is a session of the engine with one target per receiver and frequency. */
@Injectable()
export class RecordingsService {
  constructor(
    private readonly dataSource: DataSource,
    private readonly recordings: Recordings,
    private readonly receivers: Receivers,
    private readonly sources: KnownSources,
    private readonly rpc: RpcClient,
    private readonly sessions: RecordingSessions,
    @Inject(OBJECT_STORE) private readonly store: ObjectStore,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** Everything in one go. */
  async create(sessionId: string, body: CreateRecordingBody, by: Actor): Promise<RecordingView> {
    const { session_name: name, frequency_hz: one, frequencies_hz: several, duration_seconds: duration, source_id: source, notes, start_at: startAt, ...policy } = body;
    const frequencies = several ?? (one === undefined ? [] : [one]);
    await this.choose(frequencies, policy);
    const later = startAt !== undefined && Date.parse(startAt) > this.clock.now() + CALL_BEFORE_MS;
    await this.insert({ sessionId, name, status: later ? 'scheduled' : 'pending', frequencies, duration, sourceId: await this.sources.resolve(source), notes, policy, by, ...(startAt === undefined ? {} : { startAt }) });
    return later ? this.recordings.view(sessionId) : this.beginOnce(sessionId, by);
  }

  /** Step 1 of the first generation. */
  async start(sessionId: string, command: StartRecordingOrder, by: Actor): Promise<RecordingView> {
    const { session_name: name, frequency_hz: frequency, duration_seconds: duration, notes, ...policy } = command;
    await this.insert({ sessionId, name, status: 'recording', frequencies: [frequency], duration, sourceId: null, notes, policy, by });
    return this.recordings.view(sessionId);
  }

  /** Step 2. @throws AppError `SOURCE_NOT_FOUND`, `ILLEGAL_TRANSITION` */
  async assign(sessionId: string, source: string | null | undefined): Promise<RecordingView> {
    const sourceId = await this.sources.resolve(source);
    await transaction(this.dataSource, async (manager) => {
      await this.recordings.move(manager, await this.recordings.lock(sessionId, manager), 'source_assigned', { source_id: sourceId });
    });
    return this.recordings.view(sessionId);
  }

  /** Step 3, or the second of two. */
  async complete(sessionId: string, command: RecordingCommands['session:complete'], by: Actor): Promise<RecordingView> {
    if ('session_id' in command) {
      await transaction(this.dataSource, async (manager) => {
        const row = await this.recordings.lock(command.session_id, manager);
        if (row.status !== 'source_assigned') {
          throw new AppError('ILLEGAL_TRANSITION', `A recording that is ${row.status} cannot become connecting`, { details: { from: row.status, to: 'connecting' } });
        }
        await this.recordings.set(manager, command.session_id, { frequencies_hz: [command.frequency_hz], duration_seconds: command.duration_seconds });
      });
      return this.begin(command.session_id, by);
    }
    const { session_name: name, frequency_hz: frequency, duration_seconds: duration, source_id: source, notes, request_id: _, ...policy } = command;
    const full = recordingPolicy.parse(policy);
    await this.choose([frequency], full);
    await this.insert({ sessionId, name, status: 'pending', frequencies: [frequency], duration, sourceId: await this.sources.resolve(source), notes, policy: full, by });
    return this.beginOnce(sessionId, by);
  }

  /** Starts the session of a recording that is named and labelled. @throws AppError `NO_ACTIVE_RECEIVERS`, and those of the engine */
  async begin(sessionId: string, by: Actor): Promise<RecordingView> {
    const row = await this.recordings.row(sessionId);
    const frequencies = row.frequencies_hz.map(Number);
    const receivers = await this.choose(frequencies, row.policy);
    const streams = frequencies.flatMap((frequency_hz) => receivers.map(({ receiver_id, receiver_no, name }) => ({ receiver_id, receiver_no, receiver_name: name, frequency_hz })));
    await transaction(this.dataSource, async (manager) => {
      const current = await this.recordings.lock(sessionId, manager);
      if (current.begun) {
        throw new AppError('ILLEGAL_TRANSITION', 'The recording has begun already', { details: { from: current.status, to: 'connecting' } });
      }
      await rows(
        manager,
        `INSERT INTO recording_streams (session_id, receiver_no, frequency_hz, receiver_id, receiver_name)
         SELECT $1, x.receiver_no, x.frequency_hz, x.receiver_id, x.receiver_name FROM jsonb_to_recordset($2::jsonb) AS x(receiver_no int, frequency_hz bigint, receiver_id uuid, receiver_name text)`,
        [sessionId, JSON.stringify(streams)],
      );
      await this.recordings.move(manager, current, 'connecting', { begun: true });
    });
    await this.sessions.make(sessionId, by);
    return this.recordings.view(sessionId);
  }

  /** The same for an order that may come again, because nobody heard the answer: it is the same recording then. */
  private async beginOnce(sessionId: string, by: Actor): Promise<RecordingView> {
    const { begun } = await this.recordings.row(sessionId);
    if (!begun) {
      return this.begin(sessionId, by);
    }
    await this.sessions.make(sessionId, by);
    return this.recordings.view(sessionId);
  }

  async update(sessionId: string, changes: UpdateRecordingBody): Promise<RecordingView> {
    const { source_id: source, ...rest } = changes;
    const sourceId = source === undefined ? undefined : await this.sources.resolve(source);
    await transaction(this.dataSource, async (manager) => {
      await this.recordings.lock(sessionId, manager);
      await this.recordings.set(manager, sessionId, { ...rest, ...(sourceId === undefined ? {} : { source_id: sourceId }) });
    });
    return this.recordings.view(sessionId);
  }

  /** Ends now. What is stored stays. */
  async cancel(sessionId: string, by: Actor): Promise<RecordingView> {
    const row = await this.recordings.row(sessionId);
    if (recordingMachine.isTerminal(row.status)) {
      if (row.status === 'cancelled') {
        return this.recordings.view(sessionId);
      }
      throw new AppError('ILLEGAL_TRANSITION', `A recording that is ${row.status} cannot become cancelled`, { details: { from: row.status, to: 'cancelled' } });
    }
    if (!row.begun) {
      await transaction(this.dataSource, async (manager) => {
        await this.recordings.move(manager, await this.recordings.lock(sessionId, manager), 'cancelled', { cancel_requested: true, session_end: new Date(this.clock.now()) });
      });
      return this.recordings.view(sessionId);
    }
    await rows(this.dataSource, 'UPDATE recordings SET cancel_requested = true WHERE session_id = $1', [sessionId]);
    await this.rpc.call(sessionRpc.stop, { session_id: sessionId, requested_by: by });
    return this.recordings.view(sessionId);
  }

  /** Removes a recording; one that runs is stopped first, by the engine. */
  async remove(sessionId: string, by: Actor): Promise<boolean> {
    const row = await this.recordings.row(sessionId);
    if (row.begun) {
      try {
        await this.rpc.call(sessionRpc.remove, { session_id: sessionId, requested_by: by });
        return true;
      } catch (error) {
        if (!(error instanceof AppError) || !SESSION_GONE.includes(error.code)) {
          throw error;
        }
      }
    }
    await transaction(this.dataSource, (manager) => this.forget(manager, sessionId));
    await this.store.removePrefix(`sessions/${sessionId}/`);
    return true;
  }

  /** Rows of a recording that is gone. */
  async forget(manager: Parameters<Parameters<typeof transaction>[1]>[0], sessionId: string): Promise<void> {
    await rows(manager, 'DELETE FROM chunks WHERE session_id = $1', [sessionId]);
    await rows(manager, 'DELETE FROM recordings WHERE session_id = $1', [sessionId]);
  }

  /** Records missing chunks again, as a recording of its own. @throws AppError `SESSION_NOT_READY`, `NOTHING_TO_RETRY` */
  async retry(sessionId: string, newId: string, wanted: ReadonlyArray<{ receiver: number; index: number }> | undefined, by: Actor): Promise<RecordingView> {
    const row = await this.recordings.row(sessionId);
    if (!recordingMachine.isTerminal(row.status)) {
      throw new AppError('SESSION_NOT_READY', 'The recording is still running');
    }
    const plan = await this.retryPlan(sessionId, wanted);
    const most = Math.max(0, ...[...plan.values()].map((list) => list.length));
    if (most === 0) {
      throw new AppError('NOTHING_TO_RETRY', 'No chunk of this recording is missing or has gaps');
    }
    const streams = await this.recordings.streams(sessionId);
    const receiverIds = [...new Set(streams.filter((stream) => plan.has(stream.receiver_no)).map((stream) => stream.receiver_id))];
    await this.insert({
      sessionId: newId,
      name: `${row.session_name} (retry)`.slice(0, 255),
      status: 'pending',
      frequencies: row.frequencies_hz.map(Number),
      duration: Math.min(3_600, most * row.policy.chunk_seconds),
      sourceId: row.source_id,
      notes: row.notes,
      policy: { ...row.policy, receiver_ids: receiverIds },
      by,
      retryOf: sessionId,
      retryChunks: Object.fromEntries(plan),
    });
    return this.beginOnce(newId, by);
  }

  /** Chunk numbers to record again, by receiver number. */
  private async retryPlan(sessionId: string, wanted: ReadonlyArray<{ receiver: number; index: number }> | undefined): Promise<Map<number, number[]>> {
    const plan = new Map<number, number[]>();
    const row = await this.recordings.row(sessionId);
    const total = Math.max(1, Math.ceil(row.duration_seconds / row.policy.chunk_seconds - 1e-9));
    const streams = await this.recordings.streams(sessionId);
    const add = (receiver: number, index: number): void => void plan.set(receiver, [...new Set([...(plan.get(receiver) ?? []), index])]);
    if (wanted !== undefined) {
      const wrong = wanted.findIndex(({ receiver, index }) => index >= total || !streams.some((stream) => stream.receiver_no === receiver));
      if (wrong >= 0) {
        throw validationError([{ path: `chunks.${wrong}`, code: 'OUT_OF_RANGE', message: 'the recording has no such chunk' }]);
      }
      wanted.forEach(({ receiver, index }) => add(receiver, index));
      return plan;
    }
    const chunks = await this.recordings.chunkRows(sessionId);
    for (const stream of streams) {
      const good = new Set(chunks.filter((chunk) => chunk.receiver_no === stream.receiver_no && chunk.frequency_hz === stream.frequency_hz && chunk.lost_samples === 0).map((chunk) => chunk.chunk_index));
      for (let index = 0; index < total; index += 1) {
        if (!good.has(index)) {
          add(stream.receiver_no, index);
        }
      }
    }
    return plan;
  }

  /** The receivers a recording uses. @throws AppError `RECEIVER_NOT_FOUND`, `NO_ACTIVE_RECEIVERS` */
  private async choose(frequencies: readonly number[], policy: RecordingPolicy): Promise<ReceiverView[]> {
    const all = await this.receivers.all();
    const missing = policy.receiver_ids?.find((id) => !all.some((receiver) => receiver.receiver_id === id));
    if (missing !== undefined) {
      throw new AppError('RECEIVER_NOT_FOUND', 'No such receiver', { details: { receiver_id: missing } });
    }
    const chosen = all.filter((receiver) => receiver.is_active && (policy.receiver_ids?.includes(receiver.receiver_id) ?? true) && frequencies.every((frequency) => frequency >= receiver.frequency_min_hz && frequency <= receiver.frequency_max_hz));
    if (chosen.length === 0) {
      throw new AppError('NO_ACTIVE_RECEIVERS', 'No active receiver reaches the frequency');
    }
    return chosen;
  }

  private async insert(draft: Draft): Promise<void> {
    await transaction(this.dataSource, async (manager) => {
      const [inserted] = await rows(
        manager,
        `INSERT INTO recordings (session_id, session_name, status, frequencies_hz, duration_seconds, source_id, notes, policy, created_at, created_by, start_at, retry_of, retry_chunks)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) ON CONFLICT (session_id) DO NOTHING RETURNING session_id`,
        [draft.sessionId, draft.name, draft.status, [...draft.frequencies], draft.duration, draft.sourceId, draft.notes, JSON.stringify(draft.policy), new Date(this.clock.now()), draft.by.name, draft.startAt ?? null, draft.retryOf ?? null, draft.retryChunks === undefined ? null : JSON.stringify(draft.retryChunks)],
      );
      if (inserted !== undefined) {
        await this.recordings.tell(manager, draft.sessionId);
      }
    });
  }
}
