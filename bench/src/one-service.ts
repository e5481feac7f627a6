import { readdirSync, readFileSync } from 'node:fs';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { freePort, installPackages, missingTools, startPostgres, startRabbitmq, storedSecret } from '@capstan/backing-services';
import type { ServiceName } from '@capstan/contracts';
import { ServiceProcess } from '@capstan/deploy';
import { systemClock } from '@capstan/kernel';
import { provisionSchema, schemaOf } from '@capstan/persistence';
import { Client } from 'pg';
import type { Say } from './bench';
import { type ProcessUse, processUse } from './process-use';

/** One service as a process of its own on a real PostgreSQL and a real RabbitMQ; what else there is on the broker, the benchmark is. */
export interface OneService {
  /** Of the broker's administrator. Holds the password. */
  readonly brokerUrl: string;
  /** Of the database's administrator, in the service's schema. */
  readonly database: Client;
  /** What its process has used so far. */
  use(): ProcessUse;
  /** Seconds of processor of all processes of PostgreSQL and of RabbitMQ so far. */
  serversUse(): { readonly postgres: number; readonly rabbitmq: number };
  /** What PostgreSQL has counted so far. */
  databaseLoad(): Promise<DatabaseLoad>;
}

/** Counters of PostgreSQL, see its view `pg_stat_database`. */
export interface DatabaseLoad {
  readonly at: number;
  readonly commits: number;
  readonly written: number;
  readonly read: number;
}

/** Starts a service of this checkout with nothing but what it needs, and takes it away again. @param settings of the service, beside its addresses */
export async function withService<T>(say: Say, name: ServiceName, settings: Readonly<Record<string, string>>, work: (service: OneService) => Promise<T>): Promise<T> {
  const dataDir = mkdtempSync(path.join(process.env['CAPSTAN_BENCH_DIR'] ?? tmpdir(), 'capstan-bench-'));
  const stops: (() => Promise<unknown>)[] = [];
  try {
    await installPackages(missingTools(['rabbitmq']), { log: say });
    const postgres = await startPostgres({ dataDir: path.join(dataDir, 'postgres'), password: storedSecret(path.join(dataDir, 'admin')), dieWithParent: true });
    stops.push(() => postgres.stop());
    const rabbitmq = await startRabbitmq({ dataDir: path.join(dataDir, 'rabbitmq'), users: [], dieWithParent: true });
    stops.push(() => rabbitmq.stop());
    const { url: databaseUrl } = await provisionSchema({ adminUrl: postgres.url, service: name, password: storedSecret(path.join(dataDir, 'role')) });
    const opsPort = await freePort();
    const process_ = new ServiceProcess({
      service: name,
      name,
      environment: { DATABASE_URL: databaseUrl, RABBITMQ_URL: rabbitmq.url, CAPSTAN_OPS_PORT: String(opsPort), LOG_LEVEL: 'warn', OBJECT_STORE_DIR: path.join(dataDir, 'objects'), CAPSTAN_VAULT_KEY_FILE: path.join(dataDir, 'vault'), ...settings },
      logDir: path.join(dataDir, 'logs'),
      restartDelayMs: 1_000,
      readyUrl: `http://127.0.0.1:${opsPort}/ready`,
      log: say,
    });
    await process_.migrate();
    stops.push(() => process_.stop());
    await process_.start();
    const database = new Client({ connectionString: postgres.url, options: `-c search_path=${schemaOf(name)}` });
    await database.connect();
    stops.push(() => database.end());
    return await work({
      brokerUrl: rabbitmq.url,
      database,
      use: () => processUse(process_.pid ?? 0),
      serversUse: () => ({ postgres: treeSeconds(postgres.pid), rabbitmq: treeSeconds(rabbitmq.pid) }),
      databaseLoad: () => databaseLoad(database),
    });
  } finally {
    for (const stop of stops.reverse()) {
      await stop().catch((error: unknown) => say(`could not be stopped: ${String(error)}`));
    }
    rmSync(dataDir, { recursive: true, force: true });
  }
}

/** Asks until the answer is right. @throws Error when it is not in time */
export async function eventually(what: string, withinMs: number, look: () => Promise<boolean>): Promise<void> {
  const deadline = systemClock.monotonic() + withinMs;
  while (!(await look())) {
    if (systemClock.monotonic() > deadline) {
      throw new Error(`${what}: not within ${withinMs / 1_000} s`);
    }
    await systemClock.sleep(100);
  }
}

async function databaseLoad(database: Client): Promise<DatabaseLoad> {
  const { rows } = await database.query<{ commits: string; written: string; read: string }>(
    `SELECT xact_commit AS commits, tup_inserted + tup_updated + tup_deleted AS written, tup_fetched AS read FROM pg_stat_database WHERE datname = current_database()`,
  );
  return { at: systemClock.monotonic(), commits: Number(rows[0]?.commits), written: Number(rows[0]?.written), read: Number(rows[0]?.read) };
}

/** Processor seconds of a process, of those below it, and of those they have waited for. */
function treeSeconds(root: number): number {
  const children = new Map<number, number[]>();
  for (const entry of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      const stat = readFileSync(`/proc/${entry}/stat`, 'utf8');
      const parent = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
      children.set(parent, [...(children.get(parent) ?? []), Number(entry)]);
    } catch {
      // It has ended since it was listed.
    }
  }
  const sum = (pid: number): number => {
    let own = 0;
    try {
      const use = processUse(pid);
      own = use.own + use.children;
    } catch {
      // The same.
    }
    return (children.get(pid) ?? []).reduce((total, child) => total + sum(child), own);
  };
  return sum(root);
}
