import { AppError, type Clock } from '@capstan/kernel';
import type { ObjectStore } from '@capstan/object-store';
import { rows, underLock } from '@capstan/persistence';
import { CLOCK, OBJECT_STORE } from '@capstan/service-kit';
import { type BeforeApplicationShutdown, Inject, Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { CAMERA_CONFIG, type CameraConfig } from '../config';
import { filmKey, FilmRecords } from '../films/films.repository';
import { FrameCalls } from '../sessions/frame-calls.service';
import { PassingObjects } from '../storage/passing-objects.client';
import { Snapshots, thumbnailKey } from './snapshots.repository';

const EVERY_MS = 60_000;
const DAY_MS = 86_400_000;
/** A snapshot that was announced but never stored: its writer has died. */
const UNSETTLED_MS = 600_000;
const BATCH = 500;
/** PostgreSQL advisory lock: one replica tidies at a time. */
const LOCK = 'camera-service retention';

/** What one round of tidying did. */
export interface TidyReport {
  readonly doomed: number;
  readonly removed: number;
  readonly samples: number;
}

/**
 * Forgets what nobody needs any more: marks rows first, removes objects, then the rows. A crash anywhere in between leaves
 * marks that the next round finds. One replica at a time.
 */
@Injectable()
export class Retention implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger(Retention.name);
  private readonly stopping = new AbortController();
  private loop: Promise<void> = Promise.resolve();

  constructor(
    private readonly dataSource: DataSource,
    private readonly snapshots: Snapshots,
    private readonly calls: FrameCalls,
    private readonly films: FilmRecords,
    private readonly passing: PassingObjects,
    @Inject(OBJECT_STORE) private readonly store: ObjectStore,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(CAMERA_CONFIG) private readonly config: CameraConfig,
  ) {}

  onApplicationBootstrap(): void {
    this.loop = this.run(this.stopping.signal);
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.stopping.abort();
    await this.loop;
  }

  /** One round; undefined when another replica is at it. */
  async tidy(): Promise<TidyReport | undefined> {
    return underLock(this.dataSource, LOCK, async () => {
      const doomed = await this.doom();
      const removed = await this.removeDoomed();
      await this.removeFilms();
      await this.removeCameras();
      const samples = await this.pruneHealth();
      await this.calls.tidy();
      return { doomed, removed, samples };
    });
  }

  /** Removes the objects of one doomed snapshot, then its row. */
  async removeNow(row: { snapshot_id: string; key: string }): Promise<void> {
    await this.store.remove([row.key, thumbnailKey(row.key)]);
    await this.snapshots.forget([row.snapshot_id]);
  }

  private async doom(): Promise<number> {
    const now = new Date(this.clock.now());
    const visible = `stored AND doomed_at IS NULL AND NOT legal_hold`;
    const byAge = await rows(this.dataSource, `UPDATE snapshots SET doomed_at = $1 WHERE ${visible} AND captured_at < $2 RETURNING 1 AS one`, [now, new Date(now.getTime() - this.config.CAPSTAN_SNAPSHOT_DAYS * DAY_MS)]);
    const byCount = await rows(
      this.dataSource,
      `UPDATE snapshots SET doomed_at = $1 WHERE snapshot_id IN (
         SELECT snapshot_id FROM (SELECT snapshot_id, row_number() OVER (PARTITION BY camera_id ORDER BY captured_at DESC, snapshot_id DESC) AS place FROM snapshots WHERE ${visible}) ranked WHERE place > $2) RETURNING 1 AS one`,
      [now, this.config.CAPSTAN_SNAPSHOTS_PER_CAMERA],
    );
    const byBytes = await rows(
      this.dataSource,
      `UPDATE snapshots SET doomed_at = $1 WHERE snapshot_id IN (
         SELECT snapshot_id FROM (SELECT snapshot_id, sum(size) OVER (ORDER BY captured_at DESC, snapshot_id DESC) AS bytes FROM snapshots WHERE ${visible}) summed WHERE bytes > $2) RETURNING 1 AS one`,
      [now, Math.round(this.config.CAPSTAN_SNAPSHOT_GB * 1e9)],
    );
    const orphaned = await rows(
      this.dataSource,
      `UPDATE snapshots s SET doomed_at = $1 FROM cameras c WHERE c.camera_id = s.camera_id AND c.deleted_at IS NOT NULL AND s.doomed_at IS NULL AND NOT s.legal_hold AND s.stored RETURNING 1 AS one`,
      [now],
    );
    const unsettled = await rows(this.dataSource, `UPDATE snapshots SET doomed_at = $1 WHERE NOT stored AND doomed_at IS NULL AND created_at < $2 RETURNING 1 AS one`, [now, new Date(now.getTime() - UNSETTLED_MS)]);
    return byAge.length + byCount.length + byBytes.length + orphaned.length + unsettled.length;
  }

  private async removeDoomed(): Promise<number> {
    let removed = 0;
    for (;;) {
      const batch = await rows<{ snapshot_id: string; key: string }>(this.dataSource, `SELECT snapshot_id, key FROM snapshots WHERE doomed_at IS NOT NULL LIMIT ${BATCH}`);
      if (batch.length === 0) {
        return removed;
      }
      await this.store.remove(batch.flatMap((row) => [row.key, thumbnailKey(row.key)]));
      await this.snapshots.forget(batch.map((row) => row.snapshot_id));
      removed += batch.length;
    }
  }

  /** Films are kept as long as the snapshots they show: the object first, then the row that names it. */
  private async removeFilms(): Promise<void> {
    const old = await this.films.olderThan(new Date(this.clock.now() - this.config.CAPSTAN_SNAPSHOT_DAYS * DAY_MS));
    if (old.length > 0) {
      await this.store.remove(old.map(filmKey));
      await this.films.remove(old.map(({ film_id: id }) => id));
    }
  }

  /** Cameras that were deleted go with their last snapshot; what is on legal hold keeps them. */
  private async removeCameras(): Promise<void> {
    const gone = await rows<{ camera_id: string }>(this.dataSource, `SELECT camera_id FROM cameras c WHERE deleted_at IS NOT NULL AND NOT EXISTS (SELECT 1 FROM snapshots s WHERE s.camera_id = c.camera_id)`);
    for (const { camera_id: cameraId } of gone) {
      await this.store.removePrefix(`cameras/${cameraId}/`);
      await rows(this.dataSource, `DELETE FROM cameras WHERE camera_id = $1`, [cameraId]);
    }
  }

  private async pruneHealth(): Promise<number> {
    const before = (days: number): Date => new Date(this.clock.now() - days * DAY_MS);
    const samples = await rows(this.dataSource, `DELETE FROM health_samples WHERE at < $1 RETURNING 1 AS one`, [before(this.config.CAPSTAN_HEALTH_DAYS)]);
    await rows(this.dataSource, `DELETE FROM health_rollups WHERE from_at < $1`, [before(this.config.CAPSTAN_HEALTH_DAYS * 10)]);
    await rows(this.dataSource, `DELETE FROM health_events WHERE closed_at < $1`, [before(this.config.CAPSTAN_HEALTH_DAYS * 10)]);
    return samples.length;
  }

  private async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await this.clock.sleep(EVERY_MS, signal).catch(() => undefined);
      if (!signal.aborted) {
        await Promise.all([this.passing.tidy(), this.tidy()]).catch((error: unknown) => this.logger.warn(`Tidying failed (${AppError.from(error).code}); it will be tried again`, error));
      }
    }
  }
}
