import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Envelope, sessionRpc, type SessionSummary, type SessionView } from '@capstan/contracts';
import { systemClock, systemIds } from '@capstan/kernel';
import { EXCHANGES } from '@capstan/messaging';
import { createObjectStore, type ObjectStore } from '@capstan/object-store';
import { migrate, type RunningService, startService } from '@capstan/service-kit';
import { TEST_ROLE_PASSWORD, eventually, TcpProxy, testDatabase, type TestDatabase, testVhost, type TestVhost, Participant } from '@capstan/testing';
import { provisionSchema } from '@capstan/persistence';
import { Client } from 'pg';
import { orchestratorConfig } from '../src/config';
import { captureOrchestrator } from '../src/service';
import { FakeWorker } from './fake-worker';

/** The whole service on a real database, a real broker and a real object store, with a scripted worker and somebody who asks. */
export class Stage {
  readonly facts: Envelope[] = [];
  readonly running: RunningService[] = [];

  private constructor(
    readonly database: TestDatabase,
    readonly vhost: TestVhost,
    readonly folder: string,
    readonly store: ObjectStore,
    readonly databaseUrl: string,
    readonly worker: FakeWorker,
    readonly gateway: Participant,
    /** Between the service and the broker; the worker and the gateway go without. */
    readonly brokerLine: TcpProxy,
    private readonly settings: Record<string, string>,
  ) {}

  /** Starts one instance of the service and everything around it. @param settings environment on top of the needed one */
  static async set(settings: Record<string, string> = {}): Promise<Stage> {
    const [database, vhost, folder] = await Promise.all([testDatabase(), testVhost(), mkdtemp(join(tmpdir(), 'capstan-orchestrator-'))]);
    const { hostname: host, port } = new URL(vhost.url);
    const brokerLine = await TcpProxy.start({ host, port: Number(port) });
    const { url } = await provisionSchema({ adminUrl: database.url, service: 'capture-orchestrator', password: TEST_ROLE_PASSWORD });
    const all = { DATABASE_URL: url, RABBITMQ_URL: brokerLine.through(vhost.url), OBJECT_STORE_DIR: folder, LOG_LEVEL: 'fatal', CAPSTAN_SETTLE_SEC: '0', ...settings };
    await migrate(captureOrchestrator(orchestratorConfig(all)));
    const first = await startService(captureOrchestrator(orchestratorConfig({ ...all, CAPSTAN_INSTANCE: 'first' })));
    const store = createObjectStore({ kind: 'local', dir: folder });
    const worker = await FakeWorker.join(vhost.url);
    const gateway = await Participant.join(vhost.url, 'capstan/gateway');
    const stage = new Stage(database, vhost, folder, store, url, worker, gateway, brokerLine, all);
    stage.running.push(first);
    await gateway.listen(EXCHANGES.events, (envelope) => stage.facts.push(envelope));
    return stage;
  }

  /** One more instance. */
  async start(instance: string, settings: Record<string, string> = {}): Promise<RunningService> {
    const service = await startService(captureOrchestrator(orchestratorConfig({ ...this.settings, CAPSTAN_INSTANCE: instance, ...settings })));
    this.running.push(service);
    return service;
  }

  async stop(service: RunningService): Promise<void> {
    this.running.splice(this.running.indexOf(service), 1);
    await service.stop();
  }

  async strike(): Promise<void> {
    for (const service of [...this.running]) {
      await this.stop(service);
    }
    await Promise.all([this.worker.leave(), this.gateway.leave(), this.store.close()]);
    await this.brokerLine.close();
    await this.database.drop();
    await this.vhost.remove();
    await rm(this.folder, { recursive: true, force: true });
  }

  /** Creates a session of so many Linux targets. */
  async create(targets: number, overrides: Record<string, unknown> = {}): Promise<SessionView> {
    const { session } = await this.gateway.ask(sessionRpc.create, { session_id: systemIds.next(), requested_by: operator, ...body(targets, overrides) });
    return session;
  }

  async get(sessionId: string): Promise<SessionView> {
    return (await this.gateway.ask(sessionRpc.get, { session_id: sessionId })).session;
  }

  /** Waits for a state of a session. */
  async until(sessionId: string, state: SessionView['state'], timeoutMs = 10_000): Promise<SessionView> {
    return eventually(
      async () => {
        const session = await this.get(sessionId);
        if (session.state !== state) {
          throw new Error(`${session.state}: ${session.targets.map((target) => `${target.state}/${target.attempt}${target.error === null ? '' : ` ${target.error.code}`}`).join(', ')}`);
        }
        return session;
      },
      { timeoutMs, description: `session to be ${state}` },
    );
  }

  factsOf(sessionId: string, type: string): Envelope[] {
    return this.facts.filter((fact) => fact.type === type && subjectOf(fact) === sessionId);
  }

  /** Waits until that many facts of a type were told. */
  async told(sessionId: string, type: string, count = 1): Promise<Envelope[]> {
    return eventually(
      () => {
        const found = this.factsOf(sessionId, type);
        if (found.length < count) {
          throw new Error(`${found.length} of ${count}`);
        }
        return found;
      },
      { description: `${count} × ${type}` },
    );
  }

  /** Asks the database itself. */
  async query<Row extends object>(sql: string, parameters: unknown[] = []): Promise<Row[]> {
    const client = new Client({ connectionString: this.databaseUrl, options: '-c search_path=capture_orchestrator' });
    await client.connect();
    try {
      return (await client.query(sql, parameters)).rows as Row[];
    } finally {
      await client.end();
    }
  }
}

export const operator = { type: 'user', id: 'u1', name: 'Operator' } as const;

/** Body of a session of so many Linux targets. */
export function body(targets: number, overrides: Record<string, unknown> = {}) {
  return {
    name: `edge ${systemClock.now()}`,
    duration_sec: 10,
    targets: Array.from({ length: targets }, (_, index) => ({
      kind: 'packet-capture' as const,
      device_type: 'linux' as const,
      host: `10.0.0.${index + 1}`,
      credential_id: '00000000-0000-4000-8000-000000000001',
    })),
    ...overrides,
  };
}

function subjectOf(fact: Envelope): string | undefined {
  const data = fact.data as { session_id?: string; session?: SessionSummary };
  return data.session_id ?? data.session?.session_id;
}
