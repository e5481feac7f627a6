import type { Clock } from '@capstan/kernel';
import { CLOCK, Metrics } from '@capstan/service-kit';
import { type BeforeApplicationShutdown, Inject, Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { ScheduleTurn, TURN_LEASE_MS } from './schedule-turn.service';
import { ScheduleTurnsRepository } from './schedule-turns.repository';

/** Time between two looks when the last one found all that was due. */
export const TICK_MS = 250;
/** Schedules an instance claims at a time, and starts in one transaction. */
const BATCH = 64;
/** Batches an instance deals with at the same time: one that waits for a worker does not keep the next one waiting. */
const AT_ONCE = 4;

/** Looks for schedules that are due, in every instance: the claim of a schedule decides who has it. */
@Injectable()
export class Scheduler implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly log = new Logger(Scheduler.name);
  private readonly stopping = new AbortController();
  private readonly atWork = new Set<Promise<void>>();
  private readonly delay;
  private running: Promise<unknown> = Promise.resolve();
  private failing = false;

  constructor(
    private readonly dataSource: DataSource,
    private readonly turns: ScheduleTurnsRepository,
    private readonly turn: ScheduleTurn,
    metrics: Metrics,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {
    this.delay = metrics.duration('capstan_schedule_delay_seconds', 'From the moment a schedule was due to somebody dealing with it', []);
  }

  onApplicationBootstrap(): void {
    this.running = this.loop();
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.stopping.abort();
    await this.running;
  }

  /** Begins to deal with what is due now. @returns whether there may be more of it */
  private async tick(): Promise<boolean> {
    const now = this.clock.now();
    const claimed = await this.turns.claim(this.dataSource, now, TURN_LEASE_MS, BATCH);
    if (claimed.length > 0) {
      claimed.forEach(({ attention_at: due }) => this.delay.observe({}, Math.max(0, now - (due?.getTime() ?? now)) / 1_000));
      const work = this.turn.take(claimed, this.stopping.signal).finally(() => this.atWork.delete(work));
      this.atWork.add(work);
    }
    return claimed.length === BATCH;
  }

  private async loop(): Promise<void> {
    const { signal } = this.stopping;
    while (!signal.aborted) {
      let more = false;
      try {
        more = await this.tick();
        this.failing = false;
      } catch (error) {
        if (!this.failing) {
          this.failing = true;
          this.log.warn(`No look at the schedules: ${error instanceof Error ? error.message : String(error)}`);
        }
      }
      if (!more) {
        await this.clock.sleep(TICK_MS, signal).catch(() => undefined);
      }
      if (this.atWork.size >= AT_ONCE) {
        await Promise.race(this.atWork);
      }
    }
    await Promise.all(this.atWork);
  }
}
