import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import path from 'node:path';
import { AppError } from '@capstan/kernel';
import { clearOccupancy, storedSecret, tailOf, vacate, writeOccupancy } from './data-folder';
import { type Log, silent } from './log';
import { freePorts } from './ports';
import { poll, run, type ServerProcess, spawnServer, stopProcess } from './processes';
import { proxyConfig, RINGS_SCRIPT, SERVE_SCRIPT, STORAGE_SERVERS, storageConfig, type SwiftPorts, swiftConfig } from './swift-config';

/** Options of {@link startSwiftS3}. */
export interface SwiftOptions {
  /** Holds objects, rings and settings; created when absent. Its file system must know extended attributes. */
  dir: string;
  /** The kernel kills the servers when this process dies. Default false. */
  dieWithParent?: boolean;
  log?: Log;
}

/** An S3 server on this machine, for tests: OpenStack Swift with one device and one replica. Path-style addresses only. */
export interface RunningS3 {
  /** `http://127.0.0.1:port` */
  endpoint: string;
  port: number;
  accessKey: string;
  secretKey: string;
  region: string;
  stop(): Promise<void>;
}

/** Debian's own: its packages are not seen by another Python that may come first in PATH. */
const PYTHON = '/usr/bin/python3';
const READY_TIMEOUT_MS = 60_000;

function environment(): NodeJS.ProcessEnv {
  return { PATH: process.env['PATH'], HOME: process.env['HOME'], LANG: 'C.UTF-8', PYTHONUNBUFFERED: '1', PYTHONWARNINGS: 'ignore' };
}

async function makeRings(dir: string, ports: SwiftPorts): Promise<void> {
  const { code, stderr } = await run(PYTHON, ['-c', RINGS_SCRIPT, dir, ...STORAGE_SERVERS.map((server) => String(ports[server]))], { env: environment() });
  if (code !== 0) {
    throw new AppError('S3_START_FAILED', 'The rings of the S3 server could not be made', { details: { output: stderr.trim().split('\n').slice(-4).join('\n') } });
  }
}

async function answersHttp(port: number): Promise<boolean> {
  try {
    await fetch(`http://127.0.0.1:${port}/`, { signal: AbortSignal.timeout(2_000) });
    return true;
  } catch {
    return false;
  }
}

/**
 * Starts the S3 server from Debian's `swift-proxy`, `swift-account`, `swift-container` and `swift-object`.
 * @throws AppError `S3_SERVER_MISSING`, `S3_START_FAILED`
 */
export async function startSwiftS3(options: SwiftOptions): Promise<RunningS3> {
  if (['proxy', ...STORAGE_SERVERS].some((name) => !existsSync(`/usr/bin/swift-${name}-server`))) {
    throw new AppError('S3_SERVER_MISSING', 'The S3 server for tests is not installed: run apt-get install swift-proxy swift-account swift-container swift-object, or set CAPSTAN_TEST_S3_ENDPOINT');
  }
  const dir = path.resolve(options.dir);
  const user = userInfo().username;
  mkdirSync(path.join(dir, 'devices', 'd1'), { recursive: true });
  await vacate(dir, 'the S3 server', 'SIGTERM', options.log ?? silent);

  const [proxy, account, container, object] = (await freePorts(4)) as [number, number, number, number];
  const ports: SwiftPorts = { proxy, account, container, object };
  const secretKey = storedSecret(path.join(dir, 'secret-key'));
  const swiftConf = path.join(dir, 'swift.conf');
  if (!existsSync(swiftConf)) {
    // Fixed for the life of the data: objects are found by this hash.
    writeFileSync(swiftConf, swiftConfig(randomBytes(8).toString('hex')), { mode: 0o600 });
  }
  for (const server of STORAGE_SERVERS) {
    writeFileSync(path.join(dir, `${server}.conf`), storageConfig(server, dir, ports[server], user));
  }
  writeFileSync(path.join(dir, 'proxy.conf'), proxyConfig(dir, proxy, user, secretKey), { mode: 0o600 });
  await makeRings(dir, ports);

  const logFile = path.join(dir, 'swift.log');
  const servers: ServerProcess[] = await Promise.all(
    (['proxy', ...STORAGE_SERVERS] as const).map((name) =>
      spawnServer(PYTHON, ['-c', SERVE_SCRIPT, dir, path.join(dir, `${name}.conf`), `${name}-server`], {
        env: environment(),
        cwd: '/',
        logFile,
        dieWithParent: options.dieWithParent,
      }),
    ),
  );
  writeOccupancy(dir, servers, { port: proxy });
  let stopping: Promise<void> | undefined;
  const stop = async (): Promise<void> => {
    await Promise.all(servers.map((server) => stopProcess(server, [{ signal: 'SIGTERM', waitMs: 5_000 }])));
    clearOccupancy(dir);
  };
  const ended = (): boolean => servers.some((server) => server.exit !== undefined);
  const ready = await poll(async () => ended() || (await Promise.all(Object.values(ports).map(answersHttp))).every(Boolean), READY_TIMEOUT_MS, 50);
  if (!ready || ended()) {
    await stop();
    throw new AppError('S3_START_FAILED', `The S3 server did not come up; its log is ${logFile}`, { details: { log: tailOf(logFile) } });
  }
  return {
    endpoint: `http://127.0.0.1:${proxy}`,
    port: proxy,
    accessKey: 'test:tester',
    secretKey,
    region: 'us-east-1',
    stop: () => (stopping ??= stop()),
  };
}
