import { TEST_ROLE_PASSWORD } from '@capstan/testing';
import 'reflect-metadata';
import {
  auditBatch,
  auditRecorded,
  type DataOf,
  deviceEvents,
  type Envelope,
  type InputOf,
  type ArtifactView,
  type RequestOf,
  type ResponseOf,
  inventoryEvents,
  sessionArtifactEvents,
  sessionProgress,
  sessionRpc,
  type SessionView,
  type CommandDefinition,
  type ControlDefinition,
  type EventDefinition,
  taskEvents,
} from '@capstan/contracts';
import { type DeliveryContext, LiveFeed, type MessagingCatalogue, messagingEntities, messagingMigrations, MessagingModule, MessagingStrategy, OnEvent, OnRpc, Outbox, platformCatalogue, RpcClient } from '@capstan/messaging';
import { AppError } from '@capstan/kernel';
import { createDataSource, provisionSchema, runMigrations } from '@capstan/persistence';
import { Controller, type DynamicModule, type INestApplication, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { DataSource } from 'typeorm';

/** Everything the collector says, in the order of arrival. */
class Heard {
  readonly facts: { type: string; data: Record<string, unknown> }[] = [];
  readonly progress: DataOf<typeof sessionProgress>[] = [];
}

/** Sessions the partner knows of. */
class Known {
  readonly sessions = new Map<string, { readonly session: SessionView; readonly artifacts: ArtifactView[] }>();

  find(sessionId: string): { readonly session: SessionView; readonly artifacts: ArtifactView[] } {
    const found = this.sessions.get(sessionId);
    if (found === undefined) {
      throw new AppError('SESSION_NOT_FOUND', 'There is no session with this id');
    }
    return found;
  }
}

@Controller()
class Answers {
  constructor(private readonly known: Known) {}

  @OnRpc(sessionRpc.get)
  async session({ session_id: sessionId }: RequestOf<typeof sessionRpc.get>): Promise<ResponseOf<typeof sessionRpc.get>> {
    return { session: this.known.find(sessionId).session };
  }

  @OnRpc(sessionRpc.artifacts)
  async artifacts({ session_id: sessionId }: RequestOf<typeof sessionRpc.artifacts>): Promise<ResponseOf<typeof sessionRpc.artifacts>> {
    return { artifacts: this.known.find(sessionId).artifacts };
  }
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
  @OnEvent(inventoryEvents.identityChanged)
  async identityChanged(data: DataOf<typeof inventoryEvents.identityChanged>, context: DeliveryContext): Promise<void> {
    this.keep(data, context);
  }
  @OnEvent(inventoryEvents.identityAcknowledged)
  async identityAcknowledged(data: DataOf<typeof inventoryEvents.identityAcknowledged>, context: DeliveryContext): Promise<void> {
    this.keep(data, context);
  }
  @OnEvent(sessionArtifactEvents.stored)
  async sessionArtifacts(data: DataOf<typeof sessionArtifactEvents.stored>, context: DeliveryContext): Promise<void> {
    this.keep(data, context);
  }
  @OnEvent(auditRecorded)
  async audit(data: DataOf<typeof auditRecorded>, context: DeliveryContext): Promise<void> {
    this.keep(data, context);
  }

  @OnEvent(auditBatch)
  async audits({ entries }: DataOf<typeof auditBatch>): Promise<void> {
    this.heard.facts.push(...entries.map((data) => ({ type: auditRecorded.type, data })));
  }

  private keep(data: object, { envelope }: DeliveryContext): void {
    this.heard.facts.push({ type: envelope.type, data: data as Record<string, unknown> });
  }
}

@Module({})
class Root {}

/** Orders in, facts out: what the collector needs for a partner. It stores every fact there is. */
const facts = [...Object.values(taskEvents), sessionArtifactEvents.stored, deviceEvents.hostKeyChanged, ...Object.values(inventoryEvents), auditRecorded, auditBatch];
const catalogue: MessagingCatalogue = {
  ...platformCatalogue,
  commands: platformCatalogue.commands.filter(({ owner }) => owner === 'device-collector'),
  rpcs: [...platformCatalogue.rpcs.filter(({ owner }) => owner === 'device-collector'), sessionRpc.get, sessionRpc.artifacts],
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
      controllers: [Listener, Answers],
      providers: [{ provide: Heard, useValue: heard }, Known],
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

  /** Sessions it tells of when it is asked. */
  get sessions(): Known['sessions'] {
    return this.app.get(Known).sessions;
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
