import { type Clock } from '@capstan/kernel';
import { rows } from '@capstan/persistence';
import { CLOCK } from '@capstan/service-kit';
import { type BeforeApplicationShutdown, Inject, Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import { DataSource } from 'typeorm';

const EVERY_MS = 600_000;
const KEEP_TASKS_MS = 30 * 86_400_000;
const KEEP_TOMBSTONES_MS = 7 * 86_400_000;

/** Forgets tasks nobody needs any more. Every instance does it; each statement is harmless to repeat. */
@Injectable()
export class TaskHousekeeping implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger(TaskHousekeeping.name);
  private readonly stopping = new AbortController();
  private loop: Promise<void> = Promise.resolve();

  constructor(
    private readonly dataSource: DataSource,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  onApplicationBootstrap(): void {
    this.loop = this.run(this.stopping.signal);
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.stopping.abort();
    await this.loop;
  }

  private async tidy(): Promise<void> {
    const before = (ms: number): Date => new Date(this.clock.now() - ms);
    await rows(this.dataSource, `DELETE FROM tasks WHERE finished_at < $1`, [before(KEEP_TASKS_MS)]);
    await rows(this.dataSource, `DELETE FROM device_locks l WHERE NOT EXISTS (SELECT 1 FROM tasks t WHERE t.task_id = l.task_id AND t.finished_at IS NULL)`);
    await rows(this.dataSource, `DELETE FROM task_tombstones WHERE created_at < $1`, [before(KEEP_TOMBSTONES_MS)]);
  }

  private async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await this.tidy().catch((error: unknown) => this.logger.warn('Housekeeping failed; it will be tried again', error));
      await this.clock.sleep(EVERY_MS, signal).catch(() => undefined);
    }
  }
}
