import type { Clock } from '@capstan/kernel';
import { CLOCK } from '@capstan/service-kit';
import { type BeforeApplicationShutdown, Inject, Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import { Retention } from './retention.service';

/** Time between two looks at whether a run is due: whoever wants one now should not wait for long. */
export const RETENTION_TICK_MS = 2_000;

/** Looks for runs that are due, in every instance: the lock decides who does them. */
@Injectable()
export class RetentionLoop implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly log = new Logger(RetentionLoop.name);
  private readonly stopping = new AbortController();
  private running: Promise<void> = Promise.resolve();
  private failing = false;

  constructor(
    private readonly retention: Retention,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  onApplicationBootstrap(): void {
    this.running = this.loop();
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.stopping.abort();
    await this.running;
  }

  private async loop(): Promise<void> {
    const { signal } = this.stopping;
    while (!signal.aborted) {
      try {
        await this.retention.runDue(signal);
        this.failing = false;
      } catch (error) {
        if (!this.failing) {
          this.failing = true;
          this.log.warn(`No look at what may go: ${error instanceof Error ? error.message : String(error)}`);
        }
      }
      await this.clock.sleep(RETENTION_TICK_MS, signal).catch(() => undefined);
    }
  }
}
