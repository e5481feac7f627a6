import { chmodSync, chownSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, unlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { AppError } from '@capstan/kernel';
import { Client, escapeIdentifier } from 'pg';
import { clearOccupancy, tailOf, trimLog, vacate, writeOccupancy } from './data-folder';
import { type Log, silent } from './log';
import { assertPortFree, freePort } from './ports';
import { postgresBinaries, type PostgresBinaries } from './postgres-binaries';
import { postgresIdentity } from './postgres-user';
import { identify, poll, type ProcessExit, privilegeArguments, run, type ServerProcess, spawnServer, stopProcess, type UserIdentity } from './processes';

/** Options of {@link startPostgres}. */
export interface PostgresOptions {
  /** Holds the data and the log; created when absent. */
  dataDir: string;
  /** Default: any free one. */
  port?: number;
  /** Of the superuser; what it was at the first start is what it stays. */
  password: string;
  /** The superuser. Default `capstan_admin`. */
  user?: string;
  /** The database made for Capstan. Default `capstan`. */
  database?: string;
  /** False gives durability away for speed; for throwaway servers. Default true. */
  fsync?: boolean;
  /** The kernel kills the server when this process dies. For throwaway servers. Default false. */
  dieWithParent?: boolean;
  log?: Log;
}

/** A PostgreSQL server on this machine, reachable on loopback only. */
export interface RunningPostgres {
  /** Of the superuser, to the database. Holds the password: never log it. */
  url: string;
  port: number;
  /** Of the postmaster. */
  pid: number;
  dataDir: string;
  /** Resolves when the server has ended, for whatever reason. */
  exited: Promise<ProcessExit>;
  /** Fast shutdown: open transactions are rolled back, the data is written out. Idempotent. */
  stop(): Promise<void>;
}

const READY_TIMEOUT_MS = 60_000;

function clusterVersion(cluster: string): string | undefined {
  const file = path.join(cluster, 'PG_VERSION');
  return existsSync(file) ? readFileSync(file, 'utf8').trim() : undefined;
}

async function initialise(cluster: string, binaries: PostgresBinaries, user: string, password: string, log: Log): Promise<void> {
  log(`Creating a PostgreSQL data folder in ${cluster}`);
  // Built beside its place and moved there when whole: a start that is killed half way leaves nothing that looks initialised.
  const draft = `${cluster}.new`;
  rmSync(draft, { recursive: true, force: true });
  mkdirSync(draft, { mode: 0o700 });
  const identity = await postgresIdentity(draft, [binaries.root, draft], log);
  // A file for its eyes only: a command line is public. It lives as long as initdb runs.
  const passwordFile = `${cluster}.password`;
  writeFileSync(passwordFile, `${password}\n`, { mode: 0o600 });
  if (identity !== undefined) {
    chownSync(passwordFile, identity.uid, identity.gid);
  }
  const result = await run(
    'setpriv',
    privilegeArguments(
      binaries.initdb,
      [
        `--pgdata=${draft}`,
        `--username=${user}`,
        `--pwfile=${passwordFile}`,
        '--auth=scram-sha-256',
        '--encoding=UTF8',
        // Built into PostgreSQL: the order of text does not change with the machine's libraries.
        '--locale-provider=builtin',
        '--builtin-locale=C.UTF-8',
        '--locale=C',
        '--no-instructions',
      ],
      { identity },
    ),
    { cwd: '/', env: { PATH: process.env['PATH'], LC_ALL: 'C' } },
  ).finally(() => unlinkSync(passwordFile));
  if (result.code !== 0) {
    throw new AppError('POSTGRES_INIT_FAILED', `PostgreSQL could not create its data folder ${cluster}`, {
      details: { code: result.code, output: `${result.stdout}${result.stderr}`.trim().split('\n').slice(-6).join('\n') },
    });
  }
  renameSync(draft, cluster);
}

/**
 * PostgreSQL judges a postmaster.pid by whether a process of that number lives. After a reboot it may be an unrelated one,
 * and the server would refuse to start for ever.
 */
function dropForeignPidFile(cluster: string): void {
  const file = path.join(cluster, 'postmaster.pid');
  if (!existsSync(file)) {
    return;
  }
  const pid = Number(readFileSync(file, 'utf8').split('\n', 1)[0]);
  if (identify(pid) === undefined) {
    return;
  }
  const commandLine = readFileSync(`/proc/${pid}/cmdline`, 'latin1').split('\0');
  if (commandLine.includes(cluster)) {
    throw new AppError('ALREADY_RUNNING', `PostgreSQL in ${cluster} is already run as process ${pid}: stop it, or choose another data folder`, { details: { pid } });
  }
  unlinkSync(file);
}

function serverArguments(cluster: string, port: number, fsync: boolean): string[] {
  const settings: Record<string, string | number> = {
    listen_addresses: '127.0.0.1',
    port,
    // No socket file: its folder would have to be one that both users may write to.
    unix_socket_directories: '',
    max_connections: 200,
    password_encryption: 'scram-sha-256',
    log_line_prefix: '%m [%p] %q%a ',
    ...(fsync ? {} : { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' }),
  };
  return ['-D', cluster, ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])];
}

async function connectOnce(url: string): Promise<Client> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 5_000, application_name: 'capstan-launcher' });
  client.on('error', () => undefined);
  try {
    await client.connect();
    return client;
  } catch (error) {
    await client.end().catch(() => undefined);
    throw error;
  }
}

function startFailed(logFile: string, why: string): AppError {
  return new AppError('POSTGRES_START_FAILED', `PostgreSQL ${why}; its log is ${logFile}`, { details: { log: tailOf(logFile) } });
}

/** Waits until the server answers a query. @returns false when it ended first. */
async function becomesReady(server: ServerProcess, url: string, logFile: string): Promise<boolean> {
  let fatal: unknown;
  const settled = await poll(async () => {
    if (server.exit !== undefined) {
      return true;
    }
    try {
      await (await connectOnce(url)).end();
      return true;
    } catch (error) {
      const { code } = error as { code?: string };
      // Everything else (refused, 57P03 starting up) is a matter of time.
      if (code === '28P01') {
        fatal = error;
      }
      return fatal !== undefined;
    }
  }, READY_TIMEOUT_MS);
  if (fatal !== undefined) {
    throw new AppError('POSTGRES_PASSWORD_CHANGED', 'PostgreSQL refuses the password of its administrator: the data folder was made with another one', { cause: fatal });
  }
  if (!settled) {
    throw startFailed(logFile, `did not answer within ${READY_TIMEOUT_MS / 1_000} s`);
  }
  return server.exit === undefined;
}

async function launch(binaries: PostgresBinaries, cluster: string, options: PostgresOptions, port: number, identity: UserIdentity | undefined, adminUrl: string): Promise<ServerProcess> {
  const logFile = path.join(options.dataDir, 'postgres.log');
  let server: ServerProcess | undefined;
  // After a kill -9 of the postmaster its backends live for a moment and hold the shared memory; the new one then refuses to start.
  const started = await poll(
    async () => {
      server = await spawnServer(binaries.postgres, serverArguments(cluster, port, options.fsync ?? true), {
        cwd: '/',
        env: { PATH: process.env['PATH'], LC_ALL: 'C', TZ: 'UTC' },
        logFile,
        dieWithParent: options.dieWithParent,
        identity,
      });
      writeOccupancy(options.dataDir, [server], { port });
      try {
        if (await becomesReady(server, adminUrl, logFile)) {
          return true;
        }
      } catch (error) {
        await stopProcess(server, [{ signal: 'SIGINT', waitMs: 10_000 }]);
        throw error;
      }
      if (!/pre-existing shared memory block|lock file .* already exists/.test(tailOf(logFile))) {
        throw startFailed(logFile, 'ended while starting');
      }
      return false;
    },
    15_000,
    200,
  );
  if (!started || server === undefined) {
    throw startFailed(logFile, 'found remains of an earlier server that do not go away');
  }
  return server;
}

async function ensureDatabase(adminUrl: string, database: string): Promise<void> {
  const client = await connectOnce(adminUrl);
  try {
    const { rowCount } = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [database]);
    if (rowCount === 0) {
      await client.query(`CREATE DATABASE ${escapeIdentifier(database)}`);
    }
  } finally {
    await client.end();
  }
}

/**
 * Starts PostgreSQL on this machine: initialises an empty folder, takes over an initialised one, also after a kill -9.
 * @throws AppError `ALREADY_RUNNING`, `PORT_IN_USE`, `POSTGRES_VERSION`, `POSTGRES_INIT_FAILED`, `POSTGRES_START_FAILED`, `POSTGRES_PASSWORD_CHANGED`,
 *   `POSTGRES_BINARIES_MISSING`, `FOLDER_LOCKED`, `FOLDER_NOT_OURS`
 */
export async function startPostgres(options: PostgresOptions): Promise<RunningPostgres> {
  const log = options.log ?? silent;
  const dataDir = path.resolve(options.dataDir);
  const user = options.user ?? 'capstan_admin';
  const database = options.database ?? 'capstan';
  const cluster = path.join(dataDir, 'cluster');
  const logFile = path.join(dataDir, 'postgres.log');
  mkdirSync(dataDir, { recursive: true });
  await vacate(dataDir, 'PostgreSQL', 'SIGINT', log);
  trimLog(logFile);

  const binaries = postgresBinaries();
  const version = clusterVersion(cluster);
  if (version === undefined) {
    await initialise(cluster, binaries, user, options.password, log);
  } else {
    const { stdout } = await run(binaries.postgres, ['--version']);
    const major = /\) (\d+)/.exec(stdout)?.[1];
    if (major !== version) {
      throw new AppError('POSTGRES_VERSION', `${cluster} was made by PostgreSQL ${version}, and this is ${major ?? 'unknown'}: dump it with the old version and restore it, as the operator's guide says`, {
        details: { version, major },
      });
    }
    dropForeignPidFile(cluster);
  }
  chmodSync(cluster, 0o700);
  const identity = await postgresIdentity(cluster, [binaries.root, cluster], log);
  const port = options.port ?? (await freePort());
  await assertPortFree(port, 'PostgreSQL', 'its port setting');
  const login = `postgres://${encodeURIComponent(user)}:${encodeURIComponent(options.password)}@127.0.0.1:${port}`;
  const server = await launch(binaries, cluster, { ...options, dataDir }, port, identity, `${login}/postgres`);
  await ensureDatabase(`${login}/postgres`, database);

  let stopping: Promise<void> | undefined;
  const stop = async (): Promise<void> => {
    await stopProcess(server, [
      { signal: 'SIGINT', waitMs: 30_000 },
      { signal: 'SIGQUIT', waitMs: 5_000 },
    ]);
    clearOccupancy(dataDir);
  };
  return {
    url: `${login}/${encodeURIComponent(database)}`,
    port,
    pid: server.pid,
    dataDir,
    exited: server.exited,
    stop: () => (stopping ??= stop()),
  };
}
