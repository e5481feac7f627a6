import 'reflect-metadata';
import { hostname } from 'node:os';
import { setFlagsFromString } from 'node:v8';
import { AppError, systemClock } from '@capstan/kernel';
import { currentMessageContext, MessagingModule, MessagingStrategy } from '@capstan/messaging';
import type { ObjectStore } from '@capstan/object-store';
import { runMigrations } from '@capstan/persistence';
import type { INestApplication } from '@nestjs/common';
import { type DynamicModule, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { DataSource } from 'typeorm';
import { ConfigurationError } from '../config/config';
import { HealthService } from '../health/health.service';
import { OperationsServer } from '../health/operations.server';
import { createLogger, NestLogger } from '../logging/logger';
import { Metrics } from '../metrics/metrics';
import { dataSourceOf, PlatformModule } from '../platform.module';
import { healthController } from '../health/health.rpc.controller';
import { InstanceReporter } from '../health/instance-reporter';
import { MessagingHealth } from '../health/messaging-health';
import { parkingController } from '../parking/parking.rpc.controller';
import type { ServiceDefinition } from '../service-definition';
import { OBJECT_STORE, type ServiceIdentity } from '../tokens';
import { VERSION } from '../version';
import { shutDown } from './shutdown';

/**
 * By how much the heap may grow, in percent of what survived, before V8 collects again. Its own choice depends on the memory of
 * the machine, which is shared with all the others here, and lets a busy service take nearly three times what it needs.
 */
const HEAP_GROWING_PERCENT = 50;

/** Root of a service's modules. */
@Module({})
class ServiceRoot {}

/** A service that runs. */
export interface RunningService {
  readonly app: INestApplication;
  readonly opsPort: number;
  /** Not ready → consumers stopped and drained → features closed → pools closed. @returns whether all of it worked in time */
  stop(): Promise<boolean>;
}

function identityOf({ name, config }: ServiceDefinition): ServiceIdentity {
  return { name, instance: config.CAPSTAN_INSTANCE ?? `${name}@${hostname()}:${process.pid}`, version: VERSION };
}

function rootModule(definition: ServiceDefinition, identity: ServiceIdentity): DynamicModule {
  return {
    module: ServiceRoot,
    controllers: [...healthController(definition.name), ...parkingController(definition.name)],
    providers: [MessagingHealth, InstanceReporter],
    imports: [
      PlatformModule.forService(definition, identity),
      MessagingModule.forService({
        name: definition.name,
        instance: identity.instance,
        url: definition.config.RABBITMQ_URL,
        databaseUrl: definition.config.DATABASE_URL,
        prefetch: definition.prefetch,
        eventsTogether: definition.eventsTogether,
      }),
      definition.module,
    ],
  };
}

/** Builds and starts a service inside this process. Tests use it directly; a `main.ts` uses {@link bootstrap}. */
export async function startService(definition: ServiceDefinition): Promise<RunningService> {
  const identity = identityOf(definition);
  const logger = new NestLogger(createLogger(identity, definition.config.LOG_LEVEL, currentMessageContext));
  const app = await NestFactory.create(rootModule(definition, identity), { logger, bodyParser: false, abortOnError: false });
  const health = app.get(HealthService);
  const operations = new OperationsServer(health, app.get(Metrics).registry);
  app.connectMicroservice({ strategy: app.get(MessagingStrategy) }, { inheritAppConfig: true });
  try {
    await app.startAllMicroservices();
    if (definition.http) {
      await app.listen(definition.http.port, definition.http.host);
    } else {
      await app.init();
    }
  } catch (error) {
    await app.close().catch(() => undefined);
    throw error;
  }
  const opsPort = await operations.listen(definition.config.CAPSTAN_OPS_HOST, definition.config.CAPSTAN_OPS_PORT);
  health.setServing(true);
  logger.log(`${definition.name} ${VERSION} is ready`, { ops_port: opsPort });
  const dataSource = app.get(DataSource);
  const store = definition.objectStore === true ? app.get<ObjectStore>(OBJECT_STORE) : undefined;
  const stop = (): Promise<boolean> => {
    health.setServing(false);
    return shutDown(
      [
        // Before the features' own hooks: they end their work with no more of it coming in, and can still send.
        { name: 'consumers', run: () => app.get(MessagingStrategy).drain() },
        // Nest closes the message strategy and runs the features' own shutdown hooks.
        { name: 'application', run: () => app.close() },
        { name: 'object store', run: async () => store?.close() },
        { name: 'database', run: async () => (dataSource.isInitialized ? dataSource.destroy() : undefined) },
        { name: 'operations port', run: () => operations.close() },
      ],
      definition.config.CAPSTAN_SHUTDOWN_SEC * 1_000,
      systemClock,
      logger,
    );
  };
  return { app, opsPort, stop };
}

/** Runs a service's migrations and nothing else: the one-shot step of a deployment. */
export async function migrate(definition: ServiceDefinition): Promise<string[]> {
  const dataSource = dataSourceOf(definition, `${definition.name}-migration`);
  await dataSource.initialize();
  try {
    return await runMigrations(dataSource);
  } finally {
    await dataSource.destroy();
  }
}

/**
 * The whole of a `main.ts`: `bootstrap(() => definition)`. With the argument `migrate` it brings the tables up to date
 * and ends; otherwise it serves until SIGTERM or SIGINT.
 *
 * The definition comes from a function so that a wrong environment is reported in the same way as every other failure.
 */
export async function bootstrap(define: () => ServiceDefinition): Promise<void> {
  setFlagsFromString(`--heap-growing-percent=${HEAP_GROWING_PERCENT}`);
  try {
    const definition = define();
    if (process.argv[2] === 'migrate') {
      const names = await migrate(definition);
      process.stdout.write(`${JSON.stringify({ service: definition.name, migrations: names })}\n`);
      return;
    }
    const service = await startService(definition);
    let stopping = false;
    const onSignal = (): void => {
      if (!stopping) {
        stopping = true;
        void service.stop().then((orderly) => process.exit(orderly ? 0 : 1));
      }
    };
    process.on('SIGTERM', onSignal);
    process.on('SIGINT', onSignal);
  } catch (error) {
    const foreseen = error instanceof ConfigurationError || error instanceof AppError;
    process.stderr.write(`${foreseen ? `${(error as Error).message}${error instanceof AppError && error.details ? ` ${JSON.stringify(error.details)}` : ''}` : ((error as Error).stack ?? String(error))}\n`);
    process.exit(1);
  }
}
