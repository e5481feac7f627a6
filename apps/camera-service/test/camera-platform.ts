import 'reflect-metadata';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CAMERA_SECRET_PURPOSE, cameraEvents, cameraRpc, type CameraView, type CreateCameraBody, createCameraBody, type DataOf, type Envelope } from '@capstan/contracts';
import { AppError, systemClock, systemIds } from '@capstan/kernel';
import { LiveFeed, type MessagingCatalogue, messagingEntities, messagingMigrations, MessagingModule, MessagingStrategy, platformCatalogue, RpcClient } from '@capstan/messaging';
import { createObjectStore, type ObjectStore } from '@capstan/object-store';
import { createDataSource, provisionSchema, runMigrations } from '@capstan/persistence';
import { migrate, type RunningService, startService } from '@capstan/service-kit';
import { TEST_ROLE_PASSWORD, type TestDatabase, testDatabase, type TestVhost, testVhost } from '@capstan/testing';
import { type PublicSealingKey, sealFor, Secret } from '@capstan/vault';
import { type DynamicModule, type INestApplication, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Client } from 'pg';
import { DataSource } from 'typeorm';
import { cameraDefinition } from '../src/camera-service.definition';
import { readCameraConfig } from '../src/config';
import type { LabCamera } from './lab-cameras';

/** Who asks. */
export const actor = { type: 'user', id: 'u-1', name: 'tester' } as const;

type HealthChange = DataOf<typeof cameraEvents.healthChanged>;

@Module({})
class Root {}

const catalogue: MessagingCatalogue = { ...platformCatalogue, commands: [], rpcs: platformCatalogue.rpcs.filter(({ owner }) => owner === 'camera-service'), controls: [], subscriptions: {} };

/** The camera-service with a real database, a real broker and a folder as object store, and somebody who asks. */
export class CameraPlatform {
  readonly instances: RunningService[] = [];
  readonly health: HealthChange[] = [];

  private constructor(
    readonly database: TestDatabase,
    readonly vhost: TestVhost,
    readonly folder: string,
    readonly databaseUrl: string,
    readonly store: ObjectStore,
    private readonly asker: INestApplication,
    private readonly askerData: DataSource,
  ) {}

  static async open(): Promise<CameraPlatform> {
    const [database, vhost] = await Promise.all([testDatabase(), testVhost()]);
    const folder = mkdtempSync(join(tmpdir(), 'capstan-cameras-'));
    const { url } = await provisionSchema({ adminUrl: database.url, service: 'camera-service', password: TEST_ROLE_PASSWORD });
    const gateway = await provisionSchema({ adminUrl: database.url, service: 'gateway', password: TEST_ROLE_PASSWORD });
    const dataSource = createDataSource({ url: gateway.url, service: 'gateway', entities: [...messagingEntities], migrations: [...messagingMigrations] });
    await dataSource.initialize();
    await runMigrations(dataSource);
    const databaseModule: DynamicModule = { module: class TestDatabaseModule {}, global: true, providers: [{ provide: DataSource, useValue: dataSource }], exports: [DataSource] };
    const root: DynamicModule = { module: Root, imports: [databaseModule, MessagingModule.forService({ name: 'gateway', instance: 'asker', url: vhost.url, databaseUrl: gateway.url, catalogue })] };
    const asker = await NestFactory.create(root, { logger: ['error', 'warn'], abortOnError: false });
    asker.connectMicroservice({ strategy: asker.get(MessagingStrategy) }, { inheritAppConfig: true });
    await asker.startAllMicroservices();
    await asker.init();
    const platform = new CameraPlatform(database, vhost, folder, url, createObjectStore({ kind: 'local', dir: join(folder, 'objects') }), asker, dataSource);
    await asker.get(LiveFeed).start({ events: [cameraEvents.healthChanged.type], progress: false }, (message: Envelope) => {
      platform.health.push(message.data as HealthChange);
    });
    await migrate(platform.definition('migration'));
    return platform;
  }

  definition(instance: string, settings: Record<string, string> = {}) {
    return cameraDefinition(
      readCameraConfig({
        DATABASE_URL: this.databaseUrl,
        RABBITMQ_URL: this.vhost.url,
        CAPSTAN_INSTANCE: instance,
        LOG_LEVEL: process.env['CAPSTAN_TEST_LOG'] ?? 'fatal',
        OBJECT_STORE_DIR: join(this.folder, 'objects'),
        CAPSTAN_VAULT_KEY_FILE: join(this.folder, 'vault-keys'),
        CAPSTAN_CAMERA_NETWORKS: '127.0.0.0/8',
        ...settings,
      }),
    );
  }

  async start(instance = 'camera-1', settings: Record<string, string> = {}): Promise<RunningService> {
    const service = await startService(this.definition(instance, settings));
    this.instances.push(service);
    return service;
  }

  get rpc(): RpcClient {
    return this.asker.get(RpcClient);
  }

  async seal(text: string): Promise<string> {
    const { jwk } = await this.rpc.call(cameraRpc.sealingKey, {});
    return sealFor(jwk as unknown as PublicSealingKey, new Secret(text), { purpose: CAMERA_SECRET_PURPOSE, clock: systemClock });
  }

  /** Keeps a camera of the lab. */
  async add(camera: LabCamera, extra: Partial<CreateCameraBody> = {}): Promise<CameraView> {
    const body = createCameraBody.parse({ name: camera.name, rtsp_url: camera.rtsp_url, codec: camera.codec, resolution: camera.resolution, fps: camera.fps, ...(camera.auth === 'none' ? {} : { username: camera.username, password: camera.password }), ...extra });
    const { password, ...fields } = body;
    const { camera: kept } = await this.rpc.call(cameraRpc.create, { camera_id: systemIds.next(), camera: fields, ...((password === null || password === undefined) ? {} : { sealed_password: await this.seal(password) }), requested_by: actor });
    return kept;
  }

  async get(id: string): Promise<CameraView> {
    return (await this.rpc.call(cameraRpc.get, { camera_id: id })).camera;
  }

  async read(key: string): Promise<Buffer> {
    return Buffer.concat((await (await this.store.get(key)).toArray()) as Buffer[]);
  }

  /** Keys of everything in the object store below a prefix. */
  async keys(prefix: string): Promise<string[]> {
    const found: string[] = [];
    for await (const { key } of this.store.list(prefix)) {
      found.push(key);
    }
    return found;
  }

  async sql<Row extends object>(statement: string, values: unknown[] = []): Promise<Row[]> {
    const client = new Client({ connectionString: this.database.url });
    await client.connect();
    try {
      await client.query('SET search_path TO camera_service');
      return (await client.query<Row>(statement, values)).rows;
    } finally {
      await client.end();
    }
  }

  /** Every row of every table of the service, as text. */
  async dump(): Promise<string> {
    const tables = await this.sql<{ name: string }>(`SELECT quote_ident(tablename) AS name FROM pg_tables WHERE schemaname = 'camera_service'`);
    const texts = await Promise.all(tables.map(async ({ name }) => (await this.sql<{ row: string }>(`SELECT t::text AS row FROM ${name} t`)).map(({ row }) => row).join('\n')));
    return texts.join('\n');
  }

  async close(): Promise<void> {
    for (const instance of this.instances) {
      await instance.stop();
    }
    await this.asker.close();
    await this.askerData.destroy();
    await this.store.close();
    await this.vhost.remove();
    await this.database.drop();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** Code of the error a call fails with. */
export async function codeOf(call: Promise<unknown>): Promise<string> {
  try {
    await call;
  } catch (error) {
    return AppError.from(error).code;
  }
  return 'it succeeded';
}
