import { type Clock, Gate } from '@capstan/kernel';
import { CLOCK, Metrics } from '@capstan/service-kit';
import { type BeforeApplicationShutdown, Inject, Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { ScheduleTurn, TURN_LEASE_MS } from './schedule-turn.service';
import { ScheduleTurnsRepository } from './schedule-turns.repository';
import type { ScheduleRow } from './schedule.entity';

/** Time between two looks when nothing is due. */
export const TICK_MS = 250;
/** Schedules an instance claims at a time: all of them are done within their leases, also when a worker lets each one wait. */
const CLAIMED = 24;
/** Schedules an instance deals with at the same time: each holds a connection for moments, and asks a worker. */
const AT_ONCE = 8;

/** Looks for schedules that are due, in every instance: the claim of a schedule decides who has it. */
@Injectable()
export class Scheduler implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly log = new Logger(Scheduler.name);
  private readonly stopping = new AbortController();
  private readonly places = new Gate(AT_ONCE);
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

  /** Begins to deal with what is due now, as far as there is room. @returns whether there was anything */
  private async tick(): Promise<boolean> {
    const now = this.clock.now();
    const claimed = await this.turns.claim(this.dataSource, now, TURN_LEASE_MS, CLAIMED - this.atWork.size);
    for (const schedule of claimed) {
      const work = this.deal(schedule, now).finally(() => this.atWork.delete(work));
      this.atWork.add(work);
    }
    return claimed.length > 0;
  }

  private async deal(schedule: ScheduleRow, now: number): Promise<void> {
    this.delay.observe({}, Math.max(0, now - (schedule.attention_at?.getTime() ?? now)) / 1_000);
    await this.places.enter();
    try {
      await this.turn.take(schedule, this.stopping.signal);
    } finally {
      this.places.leave();
    }
  }

  private async loop(): Promise<void> {
    const { signal } = this.stopping;
    while (!signal.aborted) {
      let busy = false;
      try {
        busy = await this.tick();
        this.failing = false;
      } catch (error) {
        if (!this.failing) {
          this.failing = true;
          this.log.warn(`No look at the schedules: ${error instanceof Error ? error.message : String(error)}`);
        }
      }
      if (!busy) {
        await this.clock.sleep(TICK_MS, signal).catch(() => undefined);
      }
      // Claims again before the places run dry, and for several at a time.
      while (this.atWork.size > CLAIMED - AT_ONCE) {
        await Promise.race(this.atWork);
      }
    }
    await Promise.all(this.atWork);
  }
}
