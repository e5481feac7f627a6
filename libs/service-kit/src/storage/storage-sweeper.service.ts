import { storageEvents, type StorageOwner, type StorageSweep } from '@capstan/contracts';
import { AppError, type Clock, isoTime } from '@capstan/kernel';
import { Outbox } from '@capstan/messaging';
import { disagreement, type ObjectInfo, type ObjectStore, ownerWindows } from '@capstan/object-store';
import { rows, transaction, underLock } from '@capstan/persistence';
import { type BeforeApplicationShutdown, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import type { DataSource } from 'typeorm';
import type { StorageSweepRow } from './storage-sweep.entity';
import type { StoredObjects } from './stored-objects';

/** Time between two looks at whether a comparison is due: whoever wants one now should not wait for long. */
const TICK_MS = 5_000;
/** Objects whose rows are read together. */
const WINDOW = 1_000;
const REMOVE_AT_ONCE = 500;
/** Orphans that are remembered during one comparison; the next one finds the others. */
const MOST_ORPHANS = 50_000;
/** Of so many objects on, a share of orphans is judged. */
const JUDGED_FROM = 100;
/** A larger share of orphans means that the rows are wrong: a database that was restored from yesterday's copy, or another one. */
const MOST_SHARE = 0.5;
const TOLD_KEYS = 20;
/** Beyond so many missing ones it is the store that is wrong, and looking at each would take hours. */
const SECOND_LOOKS = 1_000;

/** How often, and how young an object may be without a row. */
export interface SweepPolicy {
  readonly everyMs: number;
  readonly graceMs: number;
}

/**
 * Compares objects and rows, both ways. Objects that no row names are removed; rows whose objects are gone are marked and told
 * of. One instance of the service at a time.
 */
export class StorageSweeper implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly log = new Logger(StorageSweeper.name);
  private readonly stopping = new AbortController();
  private running: Promise<void> = Promise.resolve();
  private failing = false;

  constructor(
    private readonly owner: StorageOwner,
    private readonly parts: readonly StoredObjects[],
    private readonly policy: SweepPolicy,
    private readonly dataSource: DataSource,
    private readonly store: ObjectStore,
    private readonly outbox: Outbox,
    private readonly clock: Clock,
  ) {}

  onApplicationBootstrap(): void {
    this.running = this.loop();
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.stopping.abort();
    await this.running;
  }

  /** Makes all comparisons due now. */
  async order(): Promise<void> {
    await this.register();
    await rows(this.dataSource, `UPDATE storage_sweeps SET due_at = $1`, [isoTime(this.clock.now())]);
  }

  /** What the last comparisons found. */
  async reports(): Promise<StorageSweep[]> {
    const found = await rows<StorageSweepRow>(this.dataSource, `SELECT * FROM storage_sweeps ORDER BY prefix`);
    return found.flatMap(({ report }) => report ?? []);
  }

  /** Does the comparisons that are due. @returns their reports; undefined when another instance is at it */
  async sweepDue(): Promise<StorageSweep[] | undefined> {
    return underLock(this.dataSource, `capstan:${this.owner}:storage-sweep`, async () => {
      await this.register();
      const due = await rows<StorageSweepRow>(this.dataSource, `SELECT * FROM storage_sweeps WHERE due_at <= $1 ORDER BY prefix`, [isoTime(this.clock.now())]);
      const reports: StorageSweep[] = [];
      for (const part of this.parts.filter(({ prefix }) => due.some((row) => row.prefix === prefix))) {
        const report = await this.sweep(part);
        await rows(this.dataSource, `UPDATE storage_sweeps SET report = $2, due_at = $3 WHERE prefix = $1`, [part.prefix, JSON.stringify(report), isoTime(this.clock.now() + this.policy.everyMs)]);
        reports.push(report);
      }
      return reports;
    });
  }

  /** The first comparison of a new deployment has nothing to find: it comes after one round. */
  private async register(): Promise<void> {
    const prefixes = this.parts.map(({ prefix }) => prefix);
    await rows(this.dataSource, `INSERT INTO storage_sweeps (prefix, due_at) SELECT prefix, $2 FROM unnest($1::text[]) AS prefix ON CONFLICT (prefix) DO NOTHING`, [prefixes, isoTime(this.clock.now() + this.policy.everyMs)]);
  }

  private async sweep(part: StoredObjects): Promise<StorageSweep> {
    const startedAt = this.clock.now();
    const before = startedAt - this.policy.graceMs;
    const found = { objects: 0, bytes: 0 };
    const orphans: ObjectInfo[] = [];
    const missing: string[] = [];
    let removed: readonly ObjectInfo[] = [];
    let error: string | null = null;
    try {
      for await (const { after, upTo, objects } of ownerWindows(this.store.list(part.prefix), (key) => part.ownerOf(key), WINDOW)) {
        this.stopping.signal.throwIfAborted();
        found.objects += objects.length;
        found.bytes += objects.reduce((sum, { size }) => sum + size, 0);
        const { named, spared } = await part.namedBetween(after, upTo);
        const differs = disagreement(objects, named, before);
        orphans.push(...differs.orphans.filter(({ key }) => !spared.has(part.ownerOf(key))).slice(0, MOST_ORPHANS - orphans.length));
        missing.push(...(missing.length < SECOND_LOOKS ? await this.trulyMissing(differs.missing) : differs.missing));
      }
      await this.markLost(part, missing);
      if (found.objects < JUDGED_FROM || orphans.length <= found.objects * MOST_SHARE) {
        await this.remove(orphans);
        removed = orphans;
      }
    } catch (thrown) {
      if (this.stopping.signal.aborted) {
        // It stays due: the next instance begins anew.
        throw thrown;
      }
      const { code, message } = AppError.from(thrown);
      error = `${message} (${code})`;
      this.log.warn(`Objects below ${part.prefix} could not be compared with their rows: ${error}`);
    }
    const refused = error === null ? orphans.length - removed.length : 0;
    if (removed.length > 0 || missing.length > 0 || refused > 0) {
      this.log.warn(`Below ${part.prefix}: ${removed.length} objects without a row removed, ${refused} left because they are too many to be true, ${missing.length} rows without an object`);
    }
    return {
      prefix: part.prefix,
      started_at: isoTime(startedAt),
      ended_at: isoTime(this.clock.now()),
      ...found,
      orphans: removed.length,
      orphan_bytes: removed.reduce((sum, { size }) => sum + size, 0),
      refused,
      lost: missing.length,
      lost_keys: missing.slice(0, TOLD_KEYS),
      error,
    };
  }

  /** The listing is older than the rows: each is looked for once more before anybody is alarmed. */
  private async trulyMissing(keys: readonly string[]): Promise<string[]> {
    const gone: string[] = [];
    for (const key of keys) {
      if ((await this.store.stat(key)) === undefined) {
        gone.push(key);
      }
    }
    return gone;
  }

  private async markLost(part: StoredObjects, keys: readonly string[]): Promise<void> {
    await transaction(this.dataSource, async (manager) => {
      const news = await part.markLost(manager, keys);
      if (news.length > 0) {
        const data = { owner: this.owner, prefix: part.prefix, count: news.length, keys: news.slice(0, TOLD_KEYS) };
        await this.outbox.add(manager, storageEvents.objectsLost, data, { subject: part.prefix });
      }
    });
  }

  private async remove(orphans: readonly ObjectInfo[]): Promise<void> {
    for (let index = 0; index < orphans.length; index += REMOVE_AT_ONCE) {
      await this.store.remove(orphans.slice(index, index + REMOVE_AT_ONCE).map(({ key }) => key));
    }
  }

  private async loop(): Promise<void> {
    const { signal } = this.stopping;
    while (!signal.aborted) {
      await this.clock.sleep(TICK_MS, signal).catch(() => undefined);
      if (signal.aborted) {
        return;
      }
      try {
        await this.sweepDue();
        this.failing = false;
      } catch (error) {
        if (!this.failing && !signal.aborted) {
          this.failing = true;
          this.log.warn(`No look at what is stored: ${error instanceof Error ? error.message : String(error)}`);
        }
      }
    }
  }
}
