import { TRACKED_TYPES } from '@capstan/contracts';
import { AppError, type Clock } from '@capstan/kernel';
import type { ObjectStore } from '@capstan/object-store';
import { rows, underLock } from '@capstan/persistence';
import { CLOCK, OBJECT_STORE } from '@capstan/service-kit';
import { type BeforeApplicationShutdown, Inject, Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { COLLECTOR_CONFIG, type CollectorConfig } from '../config';
import { CaptureBlobs } from './captures/capture-blobs.repository';
import { VIEW_PREFIX } from './captures/capture-texts.service';

const EVERY_MS = 900_000;
const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
const BATCH = 500;
/** Distinct texts of a tracked type that stay whatever their age. */
const KEEP_LAST = 20;
/** PostgreSQL advisory lock: one replica tidies at a time. */
const LOCK = 'device-collector catalogue retention';

/** What one round of tidying removed. */
export interface CatalogueTidyReport {
  /** Captures that have no text any more. */
  readonly stripped: number;
  /** Rows of what is too old. */
  readonly forgotten: number;
  /** Texts nobody refers to. */
  readonly swept: number;
}

/**
 * Forgets what nobody needs any more, in batches, so that no statement holds locks for long: texts of tables first, then
 * rows, then the texts nobody refers to. What is current or approved stays.
 */
@Injectable()
export class CatalogueHousekeeping implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger(CatalogueHousekeeping.name);
  private readonly stopping = new AbortController();
  private loop: Promise<void> = Promise.resolve();

  constructor(
    private readonly dataSource: DataSource,
    private readonly blobs: CaptureBlobs,
    @Inject(OBJECT_STORE) private readonly store: ObjectStore,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(COLLECTOR_CONFIG) private readonly config: CollectorConfig,
  ) {}

  onApplicationBootstrap(): void {
    this.loop = this.run(this.stopping.signal);
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.stopping.abort();
    await this.loop;
  }

  /** One round; undefined when another replica is at it. */
  async tidy(): Promise<CatalogueTidyReport | undefined> {
    return underLock(this.dataSource, LOCK, async () => {
      const stripped = (await this.stripTables()) + (await this.stripTracked());
      const forgotten = await this.forget();
      const swept = await this.inBatches(() => this.blobs.sweep(BATCH));
      await this.removeViews();
      await this.inBatches(() => this.blobs.rewrap(BATCH));
      return { stripped, forgotten, swept };
    });
  }

  /** Texts of tables: what they say stays as intervals. */
  private stripTables(): Promise<number> {
    return this.strip(`c.capture_type <> ALL ($2::text[])`, this.before(this.config.CAPSTAN_CAPTURE_RAW_DAYS));
  }

  /** Texts of configurations, versions and inventories, but never the last distinct ones, nor one a change that is kept refers to. */
  private stripTracked(): Promise<number> {
    return this.strip(
      `c.capture_type = ANY ($2::text[])
       AND (SELECT count(*) FROM device_captures later WHERE later.device_id = c.device_id AND later.capture_type = c.capture_type AND later.captured_at > c.captured_at AND later.text_of = later.capture_id) >= ${KEEP_LAST}`,
      this.before(this.config.CAPSTAN_CAPTURE_DAYS),
    );
  }

  private strip(condition: string, before: Date): Promise<number> {
    return this.inBatches(async () => {
      const stripped = await rows(
        this.dataSource,
        `UPDATE device_captures SET blob_sha256 = NULL WHERE capture_id IN (
           SELECT c.capture_id FROM device_captures c LEFT JOIN capture_heads h ON h.device_id = c.device_id AND h.capture_type = c.capture_type
            WHERE c.captured_at < $1 AND c.blob_sha256 IS NOT NULL AND ${condition}
              AND h.capture_id IS DISTINCT FROM c.capture_id AND h.baseline_id IS DISTINCT FROM c.capture_id
            LIMIT ${BATCH}) RETURNING 1 AS one`,
        [before, TRACKED_TYPES],
      );
      return stripped.length;
    });
  }

  private async forget(): Promise<number> {
    const before = this.before(this.config.CAPSTAN_CAPTURE_DAYS);
    const of = (table: string, key: string, condition: string): Promise<number> =>
      this.inBatches(async () => (await rows(this.dataSource, `DELETE FROM ${table} WHERE ${key} IN (SELECT ${key} FROM ${table} WHERE ${condition} LIMIT ${BATCH}) RETURNING 1 AS one`, [before])).length);
    let forgotten = await of('device_captures', 'capture_id', `captured_at < $1 AND blob_sha256 IS NULL`);
    for (const table of ['arp_bindings', 'mac_locations', 'lldp_neighbors', 'device_routes']) {
      forgotten += await of(table, 'interval_id', `ended_at < $1`);
    }
    forgotten += await of('arp_events', 'event_id', `at < $1`);
    return forgotten + (await of('device_changes', 'change_id', `detected_at < $1`));
  }

  private async removeViews(): Promise<void> {
    const before = this.clock.now() - HOUR_MS;
    const stale: string[] = [];
    for await (const { key, lastModified } of this.store.list(VIEW_PREFIX)) {
      if (lastModified.getTime() < before) {
        stale.push(key);
      }
    }
    if (stale.length > 0) {
      await this.store.remove(stale);
    }
  }

  private before(days: number): Date {
    return new Date(this.clock.now() - days * DAY_MS);
  }

  private async inBatches(work: () => Promise<number>): Promise<number> {
    let all = 0;
    for (;;) {
      const done = await work();
      all += done;
      if (done < BATCH || this.stopping.signal.aborted) {
        return all;
      }
    }
  }

  private async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await this.clock.sleep(EVERY_MS, signal).catch(() => undefined);
      if (!signal.aborted) {
        await this.tidy().catch((error: unknown) => this.logger.warn(`Tidying failed (${AppError.from(error).code}); it will be tried again`, error));
      }
    }
  }
}
