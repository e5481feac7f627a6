import { type Clock } from '@capstan/kernel';
import { rows } from '@capstan/persistence';
import { CLOCK } from '@capstan/service-kit';
import { type BeforeApplicationShutdown, Inject, Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { Credentials } from '../credentials/credentials.repository';

const EVERY_MS = 600_000;
const KEEP_TASKS_MS = 30 * 86_400_000;
const KEEP_TOMBSTONES_MS = 7 * 86_400_000;

/** Forgets what nobody needs any more. Every instance does it; each statement is harmless to repeat. */
@Injectable()
export class Housekeeping implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger(Housekeeping.name);
  private readonly stopping = new AbortController();
  private loop: Promise<void> = Promise.resolve();

  constructor(
    private readonly dataSource: DataSource,
    private readonly credentials: Credentials,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  onApplicationBootstrap(): void {
    this.loop = this.run(this.stopping.signal);
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.stopping.abort();
    await this.loop;
  }

  /** One round. */
  async tidy(): Promise<void> {
    const before = (ms: number): Date => new Date(this.clock.now() - ms);
    await rows(this.dataSource, `DELETE FROM tasks WHERE finished_at < $1`, [before(KEEP_TASKS_MS)]);
    await rows(this.dataSource, `DELETE FROM task_tombstones WHERE created_at < $1`, [before(KEEP_TOMBSTONES_MS)]);
    await this.credentials.purgeUnconfirmed();
    const rewrapped = await this.credentials.rewrap();
    if (rewrapped > 0) {
      this.logger.log(`${rewrapped} credentials were brought under the current master key`);
    }
  }

  private async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await this.tidy().catch((error: unknown) => this.logger.warn('Housekeeping failed; it will be tried again', error));
      await this.clock.sleep(EVERY_MS, signal).catch(() => undefined);
    }
  }
}
