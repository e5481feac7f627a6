import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import {
  assertDiskSpace,
  assertPortFree,
  type BrokerUser,
  freePorts,
  installPackages,
  missingTools,
  type RunningPostgres,
  type RunningRabbitmq,
  storedSecret,
  type ToolName,
} from '@capstan/backing-services';
import { SERVICES, type ServiceName } from '@capstan/contracts';
import { type BrokerAccess, publisherPermissions, servicePermissions } from '@capstan/messaging';
import { markSchemas, provisionSchema, schemaMarks, schemaOf } from '@capstan/persistence';
import { type KeptAlive, keepPostgres, keepRabbitmq } from './backing';
import { occupy, release } from './data-folder-lock';
import { migrationsMark } from './migrations-mark';
import { processName, ServiceProcess } from './service-process';
import { type LauncherSettings } from './settings';

/** Room that must be free before anything is started. */
const MIN_FREE_BYTES = 512 * 1024 * 1024;

/** Broker user for programs outside of Capstan that start sessions; see `examples/publish-job`. */
const PUBLISHER = 'publisher';

/** Services that keep secrets. */
const NEEDS_VAULT: readonly ServiceName[] = ['device-collector', 'camera-service', 'sdr-acquirer', 'notifier'];

/** Cameras of a stack on one machine may also be on that machine: the lab's are. */
const CAMERA_NETWORKS = '10.0.0.0/8,172.16.0.0/12,192.168.0.0/16,100.64.0.0/10,fc00::/7,127.0.0.0/8,::1/128';

/** Options of {@link LocalStack.start}. */
export interface LocalStackOptions {
  readonly settings: LauncherSettings;
  /** Programs needed beside those of the stack itself, e.g. by the lab. */
  readonly tools?: readonly ToolName[];
  readonly log: (line: string) => void;
  /**
   * Puts something between a set of replicas and an engine, for faults of their network: takes the engine's port on this machine and
   * gives the one these replicas are to use. Replicas count from 0.
   */
  readonly between?: (engine: 'database' | 'broker', replica: number, port: number) => Promise<number>;
  /** Root of the checkout whose build a set of replicas runs, for stacks of several versions; this one by default. The first set's migrations are run. */
  readonly rootOf?: (replica: number) => string;
}

/**
 * Capstan on one machine: PostgreSQL, RabbitMQ, the migrations, then the services, each waiting for what it needs.
 * Stopped in the reverse order, so that what is being done can be finished.
 */
export class LocalStack {
  private constructor(
    /** Addresses of all gateways; any of them serves everybody. */
    readonly addresses: readonly string[],
    /** Of the first administrator; undefined once it was changed, or when it was chosen by the person. */
    readonly oneTimePassword: string | undefined,
    private readonly services: readonly ServiceProcess[],
    private readonly postgres: KeptAlive<RunningPostgres> | undefined,
    private readonly rabbitmq: KeptAlive<RunningRabbitmq> | undefined,
    private readonly dataDir: string,
  ) {}

  /** Of the first gateway. */
  get address(): string {
    return this.addresses[0] ?? '';
  }

  static async start(options: LocalStackOptions): Promise<LocalStack> {
    const { settings, log } = options;
    const dataDir = settings.CAPSTAN_DATA_DIR;
    occupy(dataDir);
    const started: { stop(): Promise<void> }[] = [];
    try {
      const ports = await gatewayPorts(settings);
      await assertDiskSpace(dataDir, MIN_FREE_BYTES);
      await installPackages(missingTools(['tshark', 'ffmpeg', ...(settings.RABBITMQ_URL === undefined ? (['rabbitmq'] as const) : []), ...(options.tools ?? [])]), { log });

      const brokerUsers = SERVICES.map((name): BrokerUser => ({ name: `capstan-${name}`, password: storedSecret(path.join(dataDir, 'secrets', `broker-${name}`)), ...mutable(servicePermissions(name)) }));
      const publisher: BrokerUser = { name: PUBLISHER, password: storedSecret(path.join(dataDir, 'secrets', 'broker-publisher')), ...mutable(publisherPermissions(PUBLISHER)) };
      const broker = settings.RABBITMQ_URL === undefined ? keepRabbitmq(dataDir, [...brokerUsers, publisher], settings.CAPSTAN_RESTART_DELAY_MS, log) : undefined;
      broker?.then((server) => started.push(server)).catch(() => undefined);
      const postgres = settings.DATABASE_URL === undefined ? await keepPostgres(dataDir, settings.CAPSTAN_RESTART_DELAY_MS, log) : undefined;
      if (postgres) {
        started.push(postgres);
      }
      const adminUrl = settings.DATABASE_URL ?? postgres?.now.url ?? '';
      const databaseUrls = await provision(adminUrl, dataDir);

      const opsPorts = await freePorts(SERVICES.length * ports.length);
      const between = options.between ?? (async (_engine, _replica, port) => port);
      const processes = (replica: number, rabbitmqUrl: (name: ServiceName) => string, databases: ReadonlyMap<ServiceName, string> = databaseUrls): ServiceProcess[] =>
        SERVICES.map((service, index) => {
          const opsPort = opsPorts[replica * SERVICES.length + index] ?? 0;
          const plan = { settings, dataDir, port: ports[replica] ?? 0, publicPort: ports[0] ?? 0, databaseUrls: databases };
          return new ServiceProcess({
            service,
            name: processName(service, replica),
            ...(options.rootOf === undefined ? {} : { root: options.rootOf(replica) }),
            environment: environmentOf(service, opsPort, rabbitmqUrl(service), plan),
            logDir: path.join(dataDir, 'logs'),
            restartDelayMs: settings.CAPSTAN_RESTART_DELAY_MS,
            readyUrl: `http://127.0.0.1:${opsPort}/ready`,
            log,
          });
        });
      // The migrations need no broker: they run while it boots, which takes longest of all.
      await migrate(adminUrl, processes(0, () => settings.RABBITMQ_URL ?? 'amqp://127.0.0.1'));
      const rabbitmq = await broker;
      const services: ServiceProcess[] = [];
      for (let replica = 0; replica < ports.length; replica += 1) {
        // One after the other: the first of each makes what all of them share, such as the first administrator.
        const brokerPort = rabbitmq === undefined ? 0 : await between('broker', replica, rabbitmq.now.port);
        const databases = postgres === undefined ? databaseUrls : atPort(databaseUrls, await between('database', replica, postgres.now.port));
        const next = processes(replica, (name) => settings.RABBITMQ_URL ?? brokerUrl(brokerPort, brokerUsers.find((user) => user.name === `capstan-${name}`)), databases);
        services.push(...next);
        started.push(...next);
        await Promise.all(next.map((service) => service.start()));
      }

      const stack = new LocalStack(ports.map((port) => `http://${settings.CAPSTAN_HOST === '0.0.0.0' ? '127.0.0.1' : settings.CAPSTAN_HOST}:${port}`), readOneTimePassword(dataDir), services, postgres, rabbitmq, dataDir);
      stack.writeState();
      return stack;
    } catch (error) {
      for (const server of started.reverse()) {
        await server.stop().catch(() => undefined);
      }
      release(dataDir);
      throw error;
    }
  }

  /**
   * Makes a data folder with all tables and nothing in them, and leaves it: what a start in a copy of it finds done. For tests,
   * which start many.
   */
  static async prepare({ settings, log }: LocalStackOptions): Promise<void> {
    const dataDir = settings.CAPSTAN_DATA_DIR;
    occupy(dataDir);
    try {
      const postgres = await keepPostgres(dataDir, settings.CAPSTAN_RESTART_DELAY_MS, log);
      try {
        const databaseUrls = await provision(postgres.now.url, dataDir);
        const plan = { settings, dataDir, port: 0, publicPort: 0, databaseUrls };
        const services = SERVICES.map((service) => new ServiceProcess({ service, name: service, environment: environmentOf(service, 0, 'amqp://127.0.0.1', plan), logDir: path.join(dataDir, 'logs'), restartDelayMs: 0, readyUrl: '', log }));
        await migrate(postgres.now.url, services);
      } finally {
        await postgres.stop();
      }
    } finally {
      release(dataDir);
    }
  }

  /** Process ids by name, `postgres` and `rabbitmq` among them; what faults are injected into. The second gateway is `gateway-2`. */
  pids(): Record<string, number | undefined> {
    return {
      ...Object.fromEntries(this.services.map(({ name, pid }) => [name, pid])),
      postgres: this.postgres?.now.pid,
      rabbitmq: this.rabbitmq?.now.pid,
    };
  }

  /** URLs that answer 200 when a process is ready, by the names of {@link pids}. */
  readyUrls(): Record<string, string> {
    return Object.fromEntries(this.services.map(({ name, readyUrl }) => [name, readyUrl]));
  }

  /** URL of the broker for programs outside of Capstan that start sessions; undefined with a broker of somebody else's. Holds the password. */
  get publisherUrl(): string | undefined {
    return this.rabbitmq === undefined ? undefined : brokerUrl(this.rabbitmq.now.port, { name: PUBLISHER, password: storedSecret(path.join(this.dataDir, 'secrets', 'broker-publisher')) });
  }

  /** URL of the broker's administrator; undefined with a broker of somebody else's. Holds the password. */
  get brokerAdminUrl(): string | undefined {
    return this.rabbitmq?.now.url;
  }

  /** URL of the database's administrator; undefined with a database of somebody else's. Holds the password. */
  get databaseAdminUrl(): string | undefined {
    return this.postgres?.now.url;
  }

  async stop(): Promise<void> {
    // The gateways first: no new orders; then the workers and the orchestrator together, as they talk to each other while draining.
    const gateways = this.services.filter(({ service }) => service === 'gateway');
    await Promise.all(gateways.map((gateway) => gateway.stop()));
    await Promise.all(this.services.filter((service) => !gateways.includes(service)).map((service) => service.stop()));
    await Promise.all([this.rabbitmq?.stop(), this.postgres?.stop()]);
    release(this.dataDir);
  }

  private writeState(): void {
    writeFileSync(path.join(this.dataDir, 'run.json'), JSON.stringify({ address: this.address, addresses: this.addresses, launcher: process.pid, publisher_url: this.publisherUrl, broker_url: this.brokerAdminUrl }, null, 2), { mode: 0o600 });
  }
}

interface Plan {
  readonly settings: LauncherSettings;
  readonly dataDir: string;
  readonly port: number;
  /** Of the first gateway: what links in messages name. */
  readonly publicPort: number;
  readonly databaseUrls: ReadonlyMap<ServiceName, string>;
}

function environmentOf(name: ServiceName, opsPort: number, rabbitmqUrl: string, { settings, dataDir, port, publicPort, databaseUrls }: Plan): Record<string, string> {
  const given = (key: keyof LauncherSettings): Record<string, string> => {
    const value = settings[key];
    return value === undefined ? {} : { [key]: String(value) };
  };
  const store: Record<string, string> = settings.S3_ENDPOINT === undefined ? { OBJECT_STORE_DIR: path.join(dataDir, 'objects') } : { ...given('S3_ENDPOINT'), ...given('S3_ACCESS_KEY'), ...given('S3_SECRET_KEY'), ...given('S3_REGION'), ...given('S3_BUCKET') };
  return {
    DATABASE_URL: databaseUrls.get(name) ?? '',
    RABBITMQ_URL: rabbitmqUrl,
    CAPSTAN_OPS_PORT: String(opsPort),
    // All of them share one server and its connections.
    CAPSTAN_DATABASE_POOL: String(Math.max(3, Math.min(10, Math.floor(15 / settings.CAPSTAN_REPLICAS)))),
    ...given('LOG_LEVEL'),
    ...given('OTEL_EXPORTER_OTLP_ENDPOINT'),
    ...given('OTEL_EXPORTER_OTLP_PROTOCOL'),
    OTEL_SERVICE_NAME: `capstan-${name}`,
    ...store,
    ...(NEEDS_VAULT.includes(name) ? { CAPSTAN_VAULT_KEY_FILE: path.join(dataDir, 'secrets', `vault-${name}`) } : {}),
    ...(name === 'camera-service' ? { CAPSTAN_CAMERA_NETWORKS: settings.CAPSTAN_CAMERA_NETWORKS ?? CAMERA_NETWORKS, ...given('CAPSTAN_CAMERA_HEALTH_SEC') } : {}),
    ...(name === 'notifier' ? { CAPSTAN_PUBLIC_URL: settings.CAPSTAN_PUBLIC_URL ?? `http://${settings.CAPSTAN_HOST}:${publicPort}`, ...given('CAPSTAN_WEBHOOK_NETWORKS') } : {}),
    ...(name === 'device-collector'
      ? { CAPSTAN_ANALYSIS_DIR: path.join(dataDir, 'scratch'), ...given('CAPSTAN_COLLECTION_RAMP_PER_SEC'), ...given('CAPSTAN_SFTP_SINK_PORT'), ...given('CAPSTAN_SFTP_SINK_ADDRESS'), ...given('CAPSTAN_SFTP_SINK_ADVERTISED_PORT') }
      : {}),
    ...(name === 'gateway'
      ? {
          CAPSTAN_HOST: settings.CAPSTAN_HOST,
          CAPSTAN_PORT: String(port),
          CAPSTAN_DATA_DIR: dataDir,
          CAPSTAN_TOKEN_KEY: tokenKey(dataDir),
          ...given('CAPSTAN_ADMIN_PASSWORD'),
          ...given('CAPSTAN_REQUESTS_PER_SEC'),
        }
      : {}),
  };
}

function mutable({ permissions, topicPermissions }: BrokerAccess): Pick<BrokerUser, 'permissions' | 'topicPermissions'> {
  return { permissions: permissions.map((permission) => ({ ...permission })), topicPermissions: topicPermissions.map((permission) => ({ ...permission })) };
}

/** One port for every gateway. @throws AppError when one of them is taken */
async function gatewayPorts({ CAPSTAN_PORT: first, CAPSTAN_REPLICAS: replicas, CAPSTAN_HOST: host }: LauncherSettings): Promise<number[]> {
  const ports = first === 0 ? await freePorts(replicas) : Array.from({ length: replicas }, (_, replica) => first + replica);
  for (const port of ports) {
    await assertPortFree(port, 'the web app', 'CAPSTAN_PORT', host);
  }
  return ports;
}

function tokenKey(dataDir: string): string {
  return createHash('sha256').update(storedSecret(path.join(dataDir, 'secrets', 'token-key'))).digest('base64');
}

function brokerUrl(port: number, user: BrokerUser | undefined): string {
  return `amqp://${encodeURIComponent(user?.name ?? '')}:${encodeURIComponent(user?.password ?? '')}@127.0.0.1:${port}`;
}

function atPort(urls: ReadonlyMap<ServiceName, string>, port: number): Map<ServiceName, string> {
  return new Map(
    [...urls].map(([service, text]) => {
      const url = new URL(text);
      url.port = String(port);
      return [service, url.toString()];
    }),
  );
}

async function provision(adminUrl: string, dataDir: string): Promise<Map<ServiceName, string>> {
  const urls = new Map<ServiceName, string>();
  for (const service of SERVICES) {
    const password = storedSecret(path.join(dataDir, 'secrets', `database-${service}`));
    const { role } = await provisionSchema({ adminUrl, service, password });
    const url = new URL(adminUrl);
    url.username = role;
    url.password = password;
    urls.set(service, url.toString());
  }
  return urls;
}

/** Brings the tables of those services up to date that have not had all migrations of this build. @throws Error when one fails */
async function migrate(adminUrl: string, services: readonly ServiceProcess[]): Promise<void> {
  const mark = migrationsMark();
  const marks = await schemaMarks(adminUrl);
  const behind = services.filter(({ service }) => marks.get(schemaOf(service)) !== mark);
  await Promise.all(behind.map((service) => service.migrate()));
  await markSchemas(
    adminUrl,
    behind.map(({ service }) => service),
    mark,
  );
}

/** The gateway leaves the first administrator's password in a file that only this user may read, and removes it once it was changed. */
function readOneTimePassword(dataDir: string): string | undefined {
  const file = path.join(dataDir, 'first-password');
  return existsSync(file) ? readFileSync(file, 'utf8').trim() : undefined;
}
