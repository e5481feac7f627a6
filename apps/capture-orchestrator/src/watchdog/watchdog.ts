import { AppError, type Clock } from '@capstan/kernel';
import { MessagingStatus } from '@capstan/messaging';
import { transaction } from '@capstan/persistence';
import { CLOCK, HealthService } from '@capstan/service-kit';
import { type BeforeApplicationShutdown, Inject, Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { SessionsRepository } from '../sessions/sessions.repository';
import { SessionsService } from '../sessions/sessions.service';
import { Leadership } from './leadership.repository';

/** Time between two looks at the deadlines. */
export const TICK_MS = 500;
/** A loop that was held up for longer than this has missed facts as well, and must let them arrive before it judges. */
const GAP_MS = 5_000;
const BATCH = 100;
/** A loop that has not come round for so long hangs: the instance must not count as ready. */
const STUCK_MS = 30_000;

/**
 * Ends what waits in vain. One instance is active at a time; were it two for a moment, the row locks would make the second
 * one find nothing to do, so that the lock saves work and does not carry correctness.
 */
@Injectable()
export class Watchdog implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly log = new Logger(Watchdog.name);
  private readonly leadership: Leadership;
  private readonly stopping = new AbortController();
  private running: Promise<void> = Promise.resolve();
  /** Unix time since which facts have been folded without a gap, as far as this instance can tell; null while it is not active. */
  private observedSince: number | null = null;
  private lastTick = 0;
  private lastRound: number;
  private failing = false;

  constructor(
    private readonly dataSource: DataSource,
    private readonly repository: SessionsRepository,
    private readonly sessions: SessionsService,
    private readonly messaging: MessagingStatus,
    health: HealthService,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {
    this.leadership = new Leadership(dataSource);
    this.lastRound = clock.monotonic();
    health.addCheck('watchdog', () => this.check());
  }

  /** Whether this instance is the active one. */
  get active(): boolean {
    return this.leadership.held;
  }

  onApplicationBootstrap(): void {
    this.running = this.loop();
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.stopping.abort();
    await this.running;
    await this.leadership.giveUp();
  }

  /** @throws AppError `WATCHDOG_STUCK` when deadlines are not looked at any more */
  check(): Promise<void> {
    const silentMs = this.clock.monotonic() - this.lastRound;
    return silentMs < STUCK_MS ? Promise.resolve() : Promise.reject(new AppError('WATCHDOG_STUCK', `no look at the deadlines for ${Math.round(silentMs / 1_000)} s`));
  }

  /** One look at everything that is due. */
  async tick(): Promise<void> {
    const connection = await this.leadership.prove();
    if (connection === null || !this.messaging.connected) {
      // With the broker away no worker can be heard: silence is no verdict then.
      this.observedSince = null;
      return;
    }
    const monotonic = this.clock.monotonic();
    if (this.observedSince === null || monotonic - this.lastTick > GAP_MS) {
      this.observedSince = this.clock.now();
    }
    this.lastTick = monotonic;
    for (const sessionId of await this.repository.due(connection, this.clock.now(), BATCH)) {
      await this.judge(sessionId, this.observedSince);
    }
  }

  private async judge(sessionId: string, observedSince: number): Promise<void> {
    try {
      await transaction(this.dataSource, (manager) => this.sessions.apply(manager, sessionId, { type: 'tick', observedSince }));
    } catch (error) {
      // One session that cannot be judged must not keep the others waiting.
      this.log.error(error, { session_id: sessionId });
    }
  }

  private async loop(): Promise<void> {
    const { signal } = this.stopping;
    while (!signal.aborted) {
      try {
        await this.tick();
        this.failing = false;
      } catch (error) {
        this.observedSince = null;
        if (!this.failing) {
          this.failing = true;
          this.log.warn(`The watchdog cannot look: ${error instanceof Error ? error.message : String(error)}`);
        }
      }
      this.lastRound = this.clock.monotonic();
      await this.clock.sleep(TICK_MS, signal).catch(() => undefined);
    }
  }
}
