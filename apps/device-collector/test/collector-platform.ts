import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checkTargets, credentialRpc, type DataOf, type RunTask, taskCommands, taskControls, taskEvents } from '@capstan/contracts';
import { isoTime, systemClock, systemIds } from '@capstan/kernel';
import { createObjectStore, type ObjectStore } from '@capstan/object-store';
import { provisionSchema } from '@capstan/persistence';
import { migrate, type RunningService, startService } from '@capstan/service-kit';
import { TEST_ROLE_PASSWORD, type TestDatabase, testDatabase, type TestVhost, testVhost } from '@capstan/testing';
import { Client } from 'pg';
import { type PublicSealingKey, sealFor, Secret } from '@capstan/vault';
import { readCollectorConfig } from '../src/config';
import { collectorDefinition } from '../src/device-collector.definition';
import { FakeOrchestrator } from './fake-orchestrator';
import { ACCOUNTS, type AccountName, eventually } from './ssh-server';

const orders = taskCommands['device-collector'];
const actor = { type: 'user', id: 'u-1', name: 'tester' } as const;
type Finished = DataOf<typeof taskEvents.finished>;
type Advanced = DataOf<typeof taskEvents.advanced>;
type Stored = DataOf<typeof taskEvents.artifactStored>;

export interface RunWish {
  account?: AccountName;
  password?: string;
  credentialId?: string;
  spec?: Record<string, unknown>;
  durationSec?: number | null;
  deadlines?: Partial<RunTask['deadlines']>;
}

/** The device-collector with a real database, a real broker, a folder as object store, and a partner that gives orders. */
export class CollectorPlatform {
  readonly instances: RunningService[] = [];

  private constructor(
    readonly database: TestDatabase,
    readonly vhost: TestVhost,
    readonly folder: string,
    readonly databaseUrl: string,
    readonly orchestrator: FakeOrchestrator,
    readonly store: ObjectStore,
  ) {}

  static async open(): Promise<CollectorPlatform> {
    const [database, vhost] = await Promise.all([testDatabase(), testVhost()]);
    const folder = mkdtempSync(join(tmpdir(), 'capstan-collector-'));
    const { url } = await provisionSchema({ adminUrl: database.url, service: 'device-collector', password: TEST_ROLE_PASSWORD });
    const store = createObjectStore({ kind: 'local', dir: join(folder, 'objects') });
    const orchestrator = await FakeOrchestrator.start(database.url, vhost.url);
    const platform = new CollectorPlatform(database, vhost, folder, url, orchestrator, store);
    await migrate(platform.definition('migration'));
    return platform;
  }

  definition(instance: string, settings: Record<string, string> = {}) {
    return collectorDefinition(
      readCollectorConfig({
        DATABASE_URL: this.databaseUrl,
        RABBITMQ_URL: this.vhost.url,
        CAPSTAN_INSTANCE: instance,
        LOG_LEVEL: process.env['CAPSTAN_TEST_LOG'] ?? 'fatal',
        OBJECT_STORE_DIR: join(this.folder, 'objects'),
        CAPSTAN_VAULT_KEY_FILE: join(this.folder, 'vault-keys'),
        ...settings,
      }),
    );
  }

  async startCollector(instance = 'collector-1', settings: Record<string, string> = {}): Promise<RunningService> {
    const service = await startService(this.definition(instance, settings));
    this.instances.push(service);
    return service;
  }

  createCredential(username: string, password: string, sessionId?: string): Promise<string> {
    return this.sealCredential(username, 'password', { password }, sessionId);
  }

  createKeyCredential(username: string, keyFile: string, passphrase: string, allow: (publicKey: string) => void): Promise<string> {
    allow(readFileSync(`${keyFile}.pub`, 'utf8').trim());
    return this.sealCredential(username, 'ssh_key', { private_key: readFileSync(keyFile, 'utf8'), passphrase });
  }

  async sealCredential(username: string, kind: 'password' | 'ssh_key', secrets: object, sessionId?: string, name?: string): Promise<string> {
    const { jwk } = await this.orchestrator.rpc.call(credentialRpc.sealingKey, {});
    const credentialId = systemIds.next();
    await this.orchestrator.rpc.call(credentialRpc.create, {
      credential_id: credentialId,
      name: name ?? `${username} ${credentialId}`,
      kind,
      username,
      sealed: await sealFor(jwk as unknown as PublicSealingKey, new Secret(JSON.stringify(secrets)), { purpose: credentialRpc.create.type, clock: systemClock }),
      ...(sessionId === undefined ? {} : { session_id: sessionId }),
      requested_by: actor,
    });
    return credentialId;
  }

  /** `removed`, or the code with which it is refused. */
  removalOf(credentialId: string): Promise<string> {
    return this.orchestrator.rpc.call(credentialRpc.remove, { credential_id: credentialId, requested_by: actor }).then(
      () => 'removed',
      (error: unknown) => (error as { code: string }).code,
    );
  }

  /** What the collector finds wrong with a task's target. */
  async check({ kind, spec }: Pick<RunTask, 'kind' | 'spec'>): Promise<unknown> {
    return (await this.orchestrator.rpc.call(checkTargets['device-collector'], { targets: [{ kind, spec }] })).errors;
  }

  /** Rows in a table of the collector. */
  async tableCount(table: string): Promise<number> {
    const [row] = await this.sql<{ count: string }>(`SELECT count(*) FROM device_collector.${table}`);
    return Number(row?.count);
  }

  async hasCredential(credentialId: string): Promise<boolean> {
    return (await this.sql(`SELECT 1 AS one FROM device_collector.credentials WHERE credential_id = $1`, [credentialId])).length === 1;
  }

  /** Every row of every table of every schema, as text. */
  async dump(): Promise<string> {
    const tables = await this.sql<{ name: string }>(
      `SELECT quote_ident(schemaname) || '.' || quote_ident(tablename) AS name FROM pg_tables WHERE schemaname IN ('device_collector', 'capture_orchestrator')`,
    );
    const texts = await Promise.all(tables.map(async ({ name }) => (await this.sql<{ row: string }>(`SELECT t::text AS row FROM ${name} t`)).map(({ row }) => row).join('\n')));
    return texts.join('\n');
  }

  private async sql<Row extends object>(statement: string, values: unknown[] = []): Promise<Row[]> {
    const client = new Client({ connectionString: this.database.url });
    await client.connect();
    try {
      return (await client.query<Row>(statement, values)).rows;
    } finally {
      await client.end();
    }
  }

  async task(server: { readonly host: string; readonly port: number }, wish: RunWish = {}): Promise<RunTask> {
    const account = wish.account ?? 'root';
    const sessionId = systemIds.next();
    const credentialId = wish.credentialId ?? (await this.createCredential(account, wish.password ?? ACCOUNTS[account].password));
    const soon = (sec: number): string => isoTime(systemClock.now() + sec * 1_000);
    return {
      task_id: systemIds.next(),
      session_id: sessionId,
      target_id: systemIds.next(),
      attempt: 1,
      kind: 'packet-capture',
      spec: { kind: 'packet-capture', device_type: 'linux', host: server.host, port: server.port, interface: 'lo', credential_id: credentialId, ...wish.spec },
      duration_sec: wish.durationSec === undefined ? 60 : wish.durationSec,
      deadlines: { start_by: soon(30), ready_by: soon(60), close_within_sec: 600, close_by: soon(600), heartbeat_sec: 45, ...wish.deadlines },
      key_prefix: `sessions/${sessionId}/01-host/a1/`,
    };
  }

  async run(server: { readonly host: string; readonly port: number }, wish: RunWish = {}): Promise<RunTask> {
    const task = await this.task(server, wish);
    await this.orchestrator.send(orders.run, task);
    return task;
  }

  /** Both the durable order and the hint, as the orchestrator does. */
  async start(tasks: readonly RunTask[], leadMs = 300): Promise<number> {
    const t0 = systemClock.now() + leadMs;
    const [first] = tasks;
    await this.orchestrator.send(taskControls.go, { session_id: first?.session_id ?? '', t0: isoTime(t0), task_ids: tasks.map((task) => task.task_id) });
    for (const task of tasks) {
      await this.orchestrator.send(orders.start, { ...ref(task), t0: isoTime(t0) });
    }
    return t0;
  }

  async stop(task: RunTask): Promise<void> {
    await this.orchestrator.send(orders.stop, ref(task));
    await this.orchestrator.send(taskControls.stop, { session_id: task.session_id, task_ids: [task.task_id] });
  }

  async cancel(task: RunTask): Promise<void> {
    await this.orchestrator.send(orders.cancel, ref(task));
    await this.orchestrator.send(taskControls.cancel, { session_id: task.session_id, task_ids: [task.task_id] });
  }

  facts<T>(task: RunTask, type: string): T[] {
    return this.orchestrator.heard.facts
      .filter((fact) => fact.type === type && fact.data['task_id'] === task.task_id)
      .sort((a, b) => Number(a.data['sequence']) - Number(b.data['sequence']))
      .map((fact) => fact.data as T);
  }

  states(task: RunTask): string[] {
    return this.facts<Advanced>(task, taskEvents.advanced.type).map((fact) => fact.state);
  }

  advanced(task: RunTask, state: string): Advanced | undefined {
    return this.facts<Advanced>(task, taskEvents.advanced.type).find((fact) => fact.state === state);
  }

  artifacts(task: RunTask): Stored['artifact'][] {
    return this.facts<Stored>(task, taskEvents.artifactStored.type).map((fact) => fact.artifact);
  }

  async reaches(task: RunTask, state: string, ms = 40_000): Promise<void> {
    await eventually(() => this.states(task).includes(state) || this.finished(task) !== undefined, () => this.describe(task), ms);
    if (!this.states(task).includes(state)) {
      throw new Error(`${state} was never reached: ${this.describe(task)}`);
    }
  }

  /** Waits until the live numbers show so many packets. */
  async counts(task: RunTask, packets: number): Promise<void> {
    const samples = () => this.orchestrator.heard.progress.filter((sample) => sample.target_id === task.target_id);
    await eventually(() => samples().some((sample) => sample.metrics['packets_captured'] === packets), () => JSON.stringify(samples().at(-1)));
  }

  finished(task: RunTask): Finished | undefined {
    return this.facts<Finished>(task, taskEvents.finished.type)[0];
  }

  async ends(task: RunTask, ms = 45_000): Promise<Finished> {
    await eventually(() => this.finished(task) !== undefined, () => this.describe(task), ms);
    return this.finished(task)!;
  }

  async read(key: string): Promise<Buffer> {
    return Buffer.concat((await (await this.store.get(key)).toArray()) as Buffer[]);
  }

  async close(): Promise<void> {
    for (const instance of this.instances) {
      await instance.stop();
    }
    await this.orchestrator.stop();
    await this.store.close();
    await this.vhost.remove();
    await this.database.drop();
    rmSync(this.folder, { recursive: true, force: true });
  }

  private describe(task: RunTask): string {
    return JSON.stringify({ states: this.states(task), finished: this.finished(task) });
  }
}

function ref({ task_id, session_id, target_id, attempt }: RunTask) {
  return { task_id, session_id, target_id, attempt };
}
