import { captureSnapshotBody } from '@capstan/contracts';
import { AppError, type Clock, type IdSource } from '@capstan/kernel';
import { rows } from '@capstan/persistence';
import { CLOCK, IDS } from '@capstan/service-kit';
import { type BeforeApplicationShutdown, Inject, Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { SnapshotTaker } from './snapshot-taker.service';

const TICK_MS = 1_000;
const AT_ONCE = 8;

/** Takes the snapshots that cameras are configured to give by themselves. Each is taken by one replica. */
@Injectable()
export class IntervalSnapshots implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger(IntervalSnapshots.name);
  private readonly stopping = new AbortController();
  private readonly running = new Set<Promise<void>>();
  private loop: Promise<void> = Promise.resolve();

  constructor(
    private readonly dataSource: DataSource,
    private readonly taker: SnapshotTaker,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(IDS) private readonly ids: IdSource,
  ) {}

  onApplicationBootstrap(): void {
    this.loop = this.run(this.stopping.signal);
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.stopping.abort();
    await this.loop;
    await Promise.allSettled(this.running);
  }

  private async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        for (const { camera_id: cameraId } of await this.claim(AT_ONCE - this.running.size)) {
          const work = this.take(cameraId).finally(() => this.running.delete(work));
          this.running.add(work);
        }
      } catch (error) {
        this.logger.warn('Snapshots that are due could not be read', error);
      }
      await this.clock.sleep(TICK_MS, signal).catch(() => undefined);
    }
  }

  /** The next time is set before the snapshot is taken: one that fails is left out, not made up for. */
  private claim(limit: number): Promise<{ camera_id: string }[]> {
    const now = new Date(this.clock.now());
    return rows(
      this.dataSource,
      `UPDATE camera_states s SET next_snapshot_at = $1::timestamptz + c.snapshot_interval_sec * interval '1 second' FROM cameras c
        WHERE c.camera_id = s.camera_id AND s.camera_id IN (
          SELECT d.camera_id FROM camera_states d JOIN cameras e USING (camera_id)
           WHERE d.next_snapshot_at <= $1 AND e.snapshot_interval_sec IS NOT NULL AND e.is_active AND e.enable_snapshots AND e.deleted_at IS NULL
           ORDER BY d.next_snapshot_at LIMIT $2 FOR UPDATE OF d SKIP LOCKED)
        RETURNING s.camera_id`,
      [now, Math.max(0, limit)],
    );
  }

  private async take(cameraId: string): Promise<void> {
    try {
      await this.taker.capture(cameraId, this.ids.next(), captureSnapshotBody.parse({}), 'interval');
    } catch (error) {
      this.logger.log(`A snapshot was left out: ${AppError.from(error).code}`, { camera_id: cameraId });
    }
  }
}
