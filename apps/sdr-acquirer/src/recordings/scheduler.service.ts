import type { Actor } from '@capstan/contracts';
import { AppError, type Clock } from '@capstan/kernel';
import { rows, transaction } from '@capstan/persistence';
import { CLOCK } from '@capstan/service-kit';
import { type BeforeApplicationShutdown, Inject, Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { ChunkStore } from './chunk-store.service';
import { Finalizer } from './finalizer.service';
import { RecordingSessions } from './recording-sessions.service';
import { Recordings } from './recordings.repository';
import { CALL_BEFORE_MS, LATEST_START_MS, RecordingsService } from './recordings.service';

const EVERY_MS = 500;
const LEFTOVERS_EVERY_MS = 5_000;
const SCHEDULER: Actor = { type: 'system', id: 'sdr-acquirer', name: 'schedule' };

/** Begins scheduled recordings in time, and tells of chunk numbers that a late receiver holds up. */
@Injectable()
export class RecordingScheduler implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger(RecordingScheduler.name);
  private readonly stopping = new AbortController();
  private loop: Promise<void> = Promise.resolve();
  private nextLeftovers = 0;
  private nextSessions = 0;

  constructor(
    private readonly dataSource: DataSource,
    private readonly recordings: Recordings,
    private readonly service: RecordingsService,
    private readonly sessions: RecordingSessions,
    private readonly chunks: ChunkStore,
    private readonly finalizer: Finalizer,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  onApplicationBootstrap(): void {
    this.loop = this.run(this.stopping.signal);
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.stopping.abort(new AppError('SHUTTING_DOWN', 'The service shuts down'));
    await this.loop;
  }

  private async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await this.round().catch((error: unknown) => this.logger.warn('Recordings could not be looked after', error));
      await this.clock.sleep(EVERY_MS, signal).catch(() => undefined);
    }
  }

  private async round(): Promise<void> {
    const now = this.clock.now();
    const due = await rows<{ session_id: string; start_at: Date }>(this.dataSource, `SELECT session_id, start_at FROM recordings WHERE status = 'scheduled' AND NOT begun AND start_at <= $1`, [new Date(now + CALL_BEFORE_MS)]);
    for (const { session_id: sessionId, start_at: startAt } of due) {
      if (startAt.getTime() < now - LATEST_START_MS) {
        await transaction(this.dataSource, async (manager) => {
          const row = await this.recordings.lock(sessionId, manager);
          if (row.status === 'scheduled') {
            await this.recordings.move(manager, row, 'failed', { message: 'Its time passed while nobody could begin it', session_end: new Date(now) });
          }
        });
        continue;
      }
      // Of several replicas one wins; the others find it begun.
      await this.service.begin(sessionId, SCHEDULER).catch((error: unknown) => this.logger.warn(`The scheduled recording ${sessionId} could not be begun`, error));
    }
    await this.endLeftovers(now);
    await this.makeSessions(now);
    const late = await rows<{ session_id: string }>(this.dataSource, `SELECT session_id FROM recordings WHERE status IN ('in_progress', 'finalizing')`);
    for (const { session_id: sessionId } of late) {
      await this.chunks.tellLate(sessionId);
    }
  }

  /** Recordings that have begun, and whose session was not made, or nobody heard that it was. */
  private async makeSessions(now: number): Promise<void> {
    if (now < this.nextSessions) {
      return;
    }
    this.nextSessions = now + LEFTOVERS_EVERY_MS;
    const left = await rows<{ session_id: string; due_at: Date }>(
      this.dataSource,
      `SELECT session_id, coalesce(start_at, created_at) AS due_at FROM recordings r WHERE begun AND status = 'connecting' AND NOT session_over AND created_at < $1
       AND NOT EXISTS (SELECT 1 FROM recording_streams s WHERE s.session_id = r.session_id AND s.target_id IS NOT NULL)`,
      [new Date(now - LEFTOVERS_EVERY_MS)],
    );
    for (const { session_id: sessionId, due_at: dueAt } of left) {
      const made = dueAt.getTime() < now - LATEST_START_MS ? this.sessions.giveUp(sessionId) : this.sessions.make(sessionId, SCHEDULER);
      await made.catch((error: unknown) => this.logger.warn(`The session of the recording ${sessionId} could not be made`, error));
    }
  }

  /** Recordings whose streams have all ended, or whose session is over, while nobody was there to end them. */
  private async endLeftovers(now: number): Promise<void> {
    if (now < this.nextLeftovers) {
      return;
    }
    this.nextLeftovers = now + LEFTOVERS_EVERY_MS;
    const left = await rows<{ session_id: string; session_over: boolean }>(
      this.dataSource,
      `SELECT session_id, session_over FROM recordings r WHERE begun AND status NOT IN ('completed', 'partial', 'failed', 'cancelled')
       AND (session_over OR NOT EXISTS (SELECT 1 FROM recording_streams s WHERE s.session_id = r.session_id AND s.state NOT IN ('done', 'failed')))
       AND EXISTS (SELECT 1 FROM recording_streams s WHERE s.session_id = r.session_id)`,
    );
    for (const { session_id: sessionId, session_over: over } of left) {
      await this.finalizer.consider(sessionId, over);
    }
  }
}
