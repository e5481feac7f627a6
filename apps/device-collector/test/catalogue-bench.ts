import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock, systemIds } from '@capstan/kernel';
import { messagingEntities, messagingMigrations, Outbox } from '@capstan/messaging';
import { createObjectStore, type ObjectStore } from '@capstan/object-store';
import { createDataSource, provisionSchema, rows, runMigrations } from '@capstan/persistence';
import { StorageSweeper } from '@capstan/service-kit';
import { TEST_ROLE_PASSWORD, type TestDatabase, testDatabase } from '@capstan/testing';
import { Keyring, Vault } from '@capstan/vault';
import type { DataSource } from 'typeorm';
import { CaptureBlobs } from '../src/catalogue/captures/capture-blobs.repository';
import { CaptureLoader } from '../src/catalogue/captures/capture-loader.repository';
import { Captures } from '../src/catalogue/captures/captures.repository';
import { CaptureTexts } from '../src/catalogue/captures/capture-texts.service';
import { SecretMasks } from '../src/catalogue/captures/secret-masks.repository';
import { WaitingCaptures } from '../src/catalogue/captures/waiting-captures.repository';
import type { NewCapture, RecordedCapture } from '../src/catalogue/capture-catalogue';
import { CatalogueExports } from '../src/catalogue/catalogue-exports.service';
import { CatalogueHousekeeping } from '../src/catalogue/catalogue-housekeeping.service';
import { ChangeWriter } from '../src/catalogue/changes/change-writer.repository';
import { Changes } from '../src/catalogue/changes/changes.repository';
import { ConfigHistory } from '../src/catalogue/history/config-history.service';
import { Intervals } from '../src/catalogue/observations/intervals.repository';
import { Observations } from '../src/catalogue/observations/observations.repository';
import { Sightings } from '../src/catalogue/observations/sightings.repository';
import { CaptureSearch } from '../src/catalogue/search/capture-search.repository';
import { readCollectorConfig } from '../src/config';
import { entities, migrations } from '../src/database/schema';
import { TextObjects } from '../src/storage/text-objects.repository';
import { builtInPlatforms } from '../src/platforms';

/** A device of the tests. */
export interface BenchDevice {
  readonly id: string;
  readonly name: string;
  readonly platform: string;
  readonly site: string | null;
}

/** The catalogue with a real database and a folder as object store; no broker, for it only fills the outbox. */
export class CatalogueBench {
  now = new Date('2026-11-21T08:00:00Z').getTime();
  /** What the store fails with, when it shall. */
  readonly clock = { ...systemClock, now: () => this.now };
  private database!: TestDatabase;
  private folder!: string;
  dataSource!: DataSource;
  store!: ObjectStore;
  loader!: CaptureLoader;
  blobs!: CaptureBlobs;
  captures!: Captures;
  texts!: CaptureTexts;
  changes!: Changes;
  observations!: Observations;
  search!: CaptureSearch;
  exports!: CatalogueExports;
  history!: ConfigHistory;
  housekeeping!: CatalogueHousekeeping;
  /** A day ahead, so that whatever is stored is old enough to be judged. */
  sweeper!: StorageSweeper;

  static async open(): Promise<CatalogueBench> {
    const bench = new CatalogueBench();
    bench.database = await testDatabase();
    bench.folder = mkdtempSync(join(tmpdir(), 'capstan-catalogue-'));
    const { url } = await provisionSchema({ adminUrl: bench.database.url, service: 'device-collector', password: TEST_ROLE_PASSWORD });
    bench.dataSource = createDataSource({ url, service: 'device-collector', entities: [...entities, ...messagingEntities], migrations: [...messagingMigrations, ...migrations] as never[] });
    await bench.dataSource.initialize();
    await runMigrations(bench.dataSource);
    bench.store = createObjectStore({ kind: 'local', dir: join(bench.folder, 'objects') });
    bench.wire(url);
    return bench;
  }

  private wire(url: string): void {
    const { dataSource, store, clock } = this;
    const vault = new Vault(Keyring.parse(`k-test:${Buffer.from(Array.from({ length: 32 }, (_, index) => index)).toString('base64')}`));
    const outbox = new Outbox({ name: 'device-collector', clock, ids: systemIds } as never);
    const masks = new SecretMasks(dataSource, vault, builtInPlatforms);
    this.blobs = new CaptureBlobs(dataSource, vault, store, clock, systemIds);
    const sightings = new Sightings(new Intervals(), outbox, systemIds);
    this.loader = new CaptureLoader(dataSource, this.blobs, masks, new ChangeWriter(this.blobs, masks, outbox), sightings, new WaitingCaptures(this.blobs, store), systemIds);
    this.captures = new Captures(dataSource);
    this.texts = new CaptureTexts(this.captures, this.blobs, masks, store, clock, systemIds);
    this.changes = new Changes(dataSource, clock);
    this.observations = new Observations(dataSource, clock);
    this.search = new CaptureSearch(dataSource, masks);
    const tomorrow = { ...systemClock, now: () => systemClock.now() + 86_400_000 };
    this.sweeper = new StorageSweeper('device-collector', [new TextObjects(dataSource, tomorrow)], { everyMs: 3_600_000, graceMs: 0 }, dataSource, store, outbox, tomorrow);
    this.exports = new CatalogueExports(dataSource, this.changes, this.observations, store, systemIds);
    this.history = new ConfigHistory(dataSource, this.blobs, masks, store, systemIds);
    this.housekeeping = new CatalogueHousekeeping(dataSource, this.blobs, store, clock, readCollectorConfig({ DATABASE_URL: url, RABBITMQ_URL: 'amqp://nobody@127.0.0.1/', OBJECT_STORE_DIR: join(this.folder, 'objects'), CAPSTAN_VAULT_KEY_FILE: join(this.folder, 'keys') }));
  }

  device(name: string, platform = 'cisco_ios', site: string | null = 'north'): BenchDevice {
    return { id: systemIds.next(), name, platform, site };
  }

  /** What the collection would hand over of a device's answer. A minute passes with each. */
  capture(device: BenchDevice, type: string, text: string, more: Partial<NewCapture> = {}): NewCapture {
    this.now += 60_000;
    const platform = builtInPlatforms.find(device.platform);
    return {
      sessionId: systemIds.next(),
      taskId: systemIds.next(),
      device,
      type,
      capturedAt: new Date(this.now),
      commands: [`show ${type}`],
      complete: true,
      errorClass: null,
      text,
      bytes: Buffer.byteLength(text),
      parse: platform?.hasParser(type) === true ? platform.parse(type, text) : null,
      normalised: platform?.normalise(type, text) ?? null,
      actor: platform?.actor(text) ?? null,
      identityChanged: false,
      ...more,
    };
  }

  record(device: BenchDevice, type: string, text: string, more: Partial<NewCapture> = {}): Promise<RecordedCapture> {
    return this.loader.record(this.capture(device, type, text, more));
  }

  count(table: string): Promise<number> {
    return this.sql<{ count: number }>(`SELECT count(*)::int AS count FROM ${table}`).then(([row]) => row?.count ?? 0);
  }

  sql<Row extends object>(statement: string, values: unknown[] = []): Promise<Row[]> {
    return rows<Row>(this.dataSource, statement, values);
  }

  /** Facts in the outbox, oldest first. */
  async facts(): Promise<string[]> {
    return (await this.sql<{ type: string }>(`SELECT type FROM outbox ORDER BY 1`)).map(({ type }) => type);
  }

  async close(): Promise<void> {
    await this.dataSource.destroy();
    await this.store.close();
    await this.database.drop();
    rmSync(this.folder, { recursive: true, force: true });
  }
}
