import { TEST_ROLE_PASSWORD } from '@capstan/testing';
import 'reflect-metadata';
import {
  auditRecorded,
  type DataOf,
  deviceEvents,
  type Envelope,
  type InputOf,
  sessionProgress,
  type CommandDefinition,
  type ControlDefinition,
  type EventDefinition,
  taskEvents,
} from '@capstan/contracts';
import { type DeliveryContext, LiveFeed, type MessagingCatalogue, messagingEntities, messagingMigrations, MessagingModule, MessagingStrategy, OnEvent, Outbox, platformCatalogue, RpcClient } from '@capstan/messaging';
import { createDataSource, provisionSchema, runMigrations } from '@capstan/persistence';
import { Controller, type DynamicModule, type INestApplication, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { DataSource } from 'typeorm';

/** Everything the collector says, in the order of arrival. */
class Heard {
  readonly facts: { type: string; data: Record<string, unknown> }[] = [];
  readonly progress: DataOf<typeof sessionProgress>[] = [];
}

@Controller()
class Listener {
  constructor(private readonly heard: Heard) {}

  @OnEvent(taskEvents.advanced)
  async advanced(data: DataOf<typeof taskEvents.advanced>, context: DeliveryContext): Promise<void> {
    this.keep(data, context);
  }
  @OnEvent(taskEvents.artifactStored)
  async artifact(data: DataOf<typeof taskEvents.artifactStored>, context: DeliveryContext): Promise<void> {
    this.keep(data, context);
  }
  @OnEvent(taskEvents.heartbeat)
  async heartbeat(data: DataOf<typeof taskEvents.heartbeat>, context: DeliveryContext): Promise<void> {
    this.keep(data, context);
  }
  @OnEvent(taskEvents.finished)
  async finished(data: DataOf<typeof taskEvents.finished>, context: DeliveryContext): Promise<void> {
    this.keep(data, context);
  }
  @OnEvent(deviceEvents.hostKeyChanged)
  async hostKey(data: DataOf<typeof deviceEvents.hostKeyChanged>, context: DeliveryContext): Promise<void> {
    this.keep(data, context);
  }
  @OnEvent(auditRecorded)
  async audit(data: DataOf<typeof auditRecorded>, context: DeliveryContext): Promise<void> {
    this.keep(data, context);
  }

  private keep(data: object, { envelope }: DeliveryContext): void {
    this.heard.facts.push({ type: envelope.type, data: data as Record<string, unknown> });
  }
}

@Module({})
class Root {}

/** Orders in, facts out: what the collector needs for a partner. It stores every fact there is. */
const facts = [...Object.values(taskEvents), deviceEvents.hostKeyChanged, auditRecorded];
const catalogue: MessagingCatalogue = {
  ...platformCatalogue,
  commands: platformCatalogue.commands.filter(({ owner }) => owner === 'device-collector'),
  rpcs: platformCatalogue.rpcs.filter(({ owner }) => owner === 'device-collector'),
  controls: platformCatalogue.controls,
  subscriptions: { 'capture-orchestrator': facts.map(({ type }) => type) },
};

export class FakeOrchestrator {
  private constructor(
    private readonly app: INestApplication,
    private readonly dataSource: DataSource,
    readonly heard: Heard,
  ) {}

  static async start(adminDatabaseUrl: string, amqpUrl: string): Promise<FakeOrchestrator> {
    const { url } = await provisionSchema({ adminUrl: adminDatabaseUrl, service: 'capture-orchestrator', password: TEST_ROLE_PASSWORD });
    const dataSource = createDataSource({ url, service: 'capture-orchestrator', entities: [...messagingEntities], migrations: [...messagingMigrations] });
    await dataSource.initialize();
    await runMigrations(dataSource);
    const heard = new Heard();
    const database: DynamicModule = { module: class TestDatabaseModule {}, global: true, providers: [{ provide: DataSource, useValue: dataSource }], exports: [DataSource] };
    const root: DynamicModule = {
      module: Root,
      imports: [database, MessagingModule.forService({ name: 'capture-orchestrator', instance: 'fake-orchestrator', url: amqpUrl, databaseUrl: url, catalogue })],
      controllers: [Listener],
      providers: [{ provide: Heard, useValue: heard }],
    };
    const app = await NestFactory.create(root, { logger: ['error', 'warn'], abortOnError: false });
    app.connectMicroservice({ strategy: app.get(MessagingStrategy) }, { inheritAppConfig: true });
    await app.startAllMicroservices();
    await app.init();
    await app.get(LiveFeed).start({ events: [], progress: true }, (message: Envelope) => {
      heard.progress.push(message.data as DataOf<typeof sessionProgress>);
    });
    return new FakeOrchestrator(app, dataSource, heard);
  }

  get rpc(): RpcClient {
    return this.app.get(RpcClient);
  }

  async send<Definition extends CommandDefinition | EventDefinition | ControlDefinition>(definition: Definition, data: InputOf<Definition>, id?: string): Promise<void> {
    await this.dataSource.transaction((manager) => this.app.get(Outbox).add(manager, definition, data, id === undefined ? {} : { id }));
  }

  async stop(): Promise<void> {
    await this.app.close();
    await this.dataSource.destroy();
  }
}
