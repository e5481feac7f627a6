import 'reflect-metadata';
import { Controller, type DynamicModule, type INestApplication, Inject, Module, type Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { DataSource, type EntityManager } from 'typeorm';
import { Client } from 'pg';
import type { DataOf, Envelope, RequestOf, ResponseOf, ServiceName } from '@capstan/contracts';
import type { FieldError } from '@capstan/kernel';
import { createDataSource, runMigrations, schemaOf } from '@capstan/persistence';
import { type TestDatabase, testDatabase, type TestVhost, testVhost } from '@capstan/testing';
import {
  type ControlContext,
  type DeliveryContext,
  LiveFeed,
  messagingEntities,
  messagingMigrations,
  MessagingModule,
  type MessagingOptions,
  MessagingStatus,
  MessagingStrategy,
  OnCommand,
  OnControl,
  OnEvent,
  OnRpc,
  type Outcome,
  Outbox,
  ProgressPublisher,
  type RpcContext,
  RpcClient,
} from '../src';
import { askThing, doThing, hint, refuseThing, testCatalogue, thingDone } from './catalogue';

/** What the handlers of a test service do. */
export interface Script {
  doThing?: (data: DataOf<typeof doThing>, context: DeliveryContext) => Promise<Outcome | void>;
  refuseThing?: (data: DataOf<typeof refuseThing>, context: DeliveryContext) => Promise<Outcome | void>;
  invalidThing?: (envelope: Envelope, errors: FieldError[], context: DeliveryContext) => Promise<Outcome | void>;
  thingDone?: (data: DataOf<typeof thingDone>, context: DeliveryContext) => Promise<Outcome | void>;
  askThing?: (request: RequestOf<typeof askThing>, context: RpcContext) => Promise<ResponseOf<typeof askThing>>;
  hint?: (data: DataOf<typeof hint>, context: ControlContext) => Promise<void>;
}

const SCRIPT = Symbol('SCRIPT');

@Controller()
export class OrchestratorController {
  constructor(@Inject(SCRIPT) private readonly script: Script) {}

  @OnCommand(doThing)
  async onDoThing(data: DataOf<typeof doThing>, context: DeliveryContext): Promise<Outcome | void> {
    return this.script.doThing?.(data, context);
  }

  @OnCommand(refuseThing, {
    onInvalid(this: OrchestratorController, envelope, errors, context) {
      return this.script.invalidThing?.(envelope, errors, context) ?? Promise.resolve();
    },
  })
  async onRefuseThing(data: DataOf<typeof refuseThing>, context: DeliveryContext): Promise<Outcome | void> {
    return this.script.refuseThing?.(data, context);
  }

  @OnRpc(askThing)
  async onAskThing(request: RequestOf<typeof askThing>, context: RpcContext): Promise<ResponseOf<typeof askThing>> {
    return (await this.script.askThing?.(request, context)) ?? { value: request.value };
  }
}

@Controller()
export class CollectorController {
  constructor(@Inject(SCRIPT) private readonly script: Script) {}

  @OnEvent(thingDone)
  async onThingDone(data: DataOf<typeof thingDone>, context: DeliveryContext): Promise<Outcome | void> {
    return this.script.thingDone?.(data, context);
  }

  @OnControl(hint)
  async onHint(data: DataOf<typeof hint>, context: ControlContext): Promise<void> {
    await this.script.hint?.(data, context);
  }
}

@Module({})
class DatabaseModule {
  static of(dataSource: DataSource): DynamicModule {
    return { module: DatabaseModule, global: true, providers: [{ provide: DataSource, useValue: dataSource }], exports: [DataSource] };
  }
}

@Module({})
class RootModule {}

const CONTROLLERS: Record<ServiceName, Type[]> = { gateway: [], 'capture-orchestrator': [OrchestratorController], 'device-collector': [CollectorController], 'camera-service': [], 'sdr-acquirer': [], notifier: [] };

/** A running instance of a test service. */
export class TestService {
  private stopping: Promise<void> | undefined;

  constructor(
    readonly app: INestApplication,
    readonly dataSource: DataSource,
  ) {}

  get outbox(): Outbox {
    return this.app.get(Outbox);
  }
  get rpc(): RpcClient {
    return this.app.get(RpcClient);
  }
  get progress(): ProgressPublisher {
    return this.app.get(ProgressPublisher);
  }
  get feed(): LiveFeed {
    return this.app.get(LiveFeed);
  }
  get strategy(): MessagingStrategy {
    return this.app.get(MessagingStrategy);
  }
  get status(): MessagingStatus {
    return this.app.get(MessagingStatus);
  }

  /** One transaction. */
  commit<T>(work: (manager: EntityManager) => Promise<T>): Promise<T> {
    return this.dataSource.transaction(work);
  }

  async effects(): Promise<number[]> {
    const rows = (await this.dataSource.query('SELECT value FROM effects ORDER BY value')) as { value: number }[];
    return rows.map(({ value }) => value);
  }

  /** Idempotent. */
  stop(): Promise<void> {
    return (this.stopping ??= this.end());
  }

  private async end(): Promise<void> {
    await this.app.close();
    await this.dataSource.destroy();
  }
}

/** Notes an effect in the handler's transaction. */
export async function addEffect(manager: EntityManager, value: number): Promise<void> {
  await manager.query('INSERT INTO effects (value) VALUES ($1)', [value]);
}

/** One virtual host and one database, and the services that live in them. */
export class TestPlatform {
  private readonly services: TestService[] = [];

  private constructor(
    readonly database: TestDatabase,
    readonly vhost: TestVhost | undefined,
    readonly amqpUrl: string,
  ) {}

  /** @param amqpUrl of a broker of the test's own; default: a fresh virtual host of the shared one */
  static async open(amqpUrl?: string): Promise<TestPlatform> {
    const database = await testDatabase();
    const vhost = amqpUrl === undefined ? await testVhost() : undefined;
    const client = new Client({ connectionString: database.url });
    await client.connect();
    for (const service of testCatalogue.services) {
      await client.query(`CREATE SCHEMA ${schemaOf(service)}`);
      await client.query(`CREATE TABLE ${schemaOf(service)}.effects (value int NOT NULL)`);
    }
    await client.end();
    for (const service of testCatalogue.services) {
      const dataSource = dataSourceOf(database, service);
      await dataSource.initialize();
      await runMigrations(dataSource);
      await dataSource.destroy();
    }
    return new TestPlatform(database, vhost, amqpUrl ?? vhost?.url ?? '');
  }

  /** Starts an instance. Stopped at {@link close} unless before. */
  async start(name: ServiceName, script: Script = {}, options: Partial<MessagingOptions> & { controllers?: Type[]; providers?: Type[] } = {}): Promise<TestService> {
    const { controllers = CONTROLLERS[name], providers = [], ...rest } = options;
    const dataSource = dataSourceOf(this.database, name);
    await dataSource.initialize();
    const root: DynamicModule = {
      module: RootModule,
      imports: [
        DatabaseModule.of(dataSource),
        MessagingModule.forService({ name, instance: `${name}-${this.services.length}`, url: this.amqpUrl, databaseUrl: this.database.url, catalogue: testCatalogue, ...rest }),
      ],
      controllers,
      providers: [{ provide: SCRIPT, useValue: script }, ...providers],
    };
    const app = await NestFactory.create(root, { logger: process.env['CAPSTAN_TEST_LOG'] === undefined ? false : ['error', 'warn', 'log'], abortOnError: false });
    const service = new TestService(app, dataSource);
    this.services.push(service);
    app.connectMicroservice({ strategy: app.get(MessagingStrategy) }, { inheritAppConfig: true });
    await app.startAllMicroservices();
    await app.init();
    return service;
  }

  async close(): Promise<void> {
    await Promise.all(this.services.map((service) => service.stop()));
    await this.vhost?.remove();
    await this.database.drop();
  }
}

function dataSourceOf(database: TestDatabase, service: ServiceName): DataSource {
  return createDataSource({ url: database.url, service, entities: [...messagingEntities], migrations: [...messagingMigrations], poolSize: 20 });
}
