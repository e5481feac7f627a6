import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { isRunning, spawnServer, stopProcess, type ServerProcess } from '@capstan/backing-services';
import type { ServiceName } from '@capstan/contracts';
import { systemClock } from '@capstan/kernel';
import { ROOT } from './settings';

/** One of Capstan's own services as a process that is kept alive. */
export interface ServiceProcessOptions {
  readonly service: ServiceName;
  /** Of this process; names its log. */
  readonly name: string;
  /** Of the checkout whose build is run; this one by default. */
  readonly root?: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly logDir: string;
  readonly restartDelayMs: number;
  /** URL that answers 200 when the service is ready. */
  readonly readyUrl: string;
  readonly log: (line: string) => void;
}

const READY_TIMEOUT_MS = 60_000;
/** Of the log of a service that did not start: its error and where it came from. */
const LAST_LINES = 12;
/** A little more than the services' own CAPSTAN_SHUTDOWN_SEC: their second deadline comes first. */
const STOP_TIMEOUT_MS = 30_000;

/** What a process of a service is called, in logs and among pids. @param replica from 0 */
export function processName(service: string, replica: number): string {
  return replica === 0 ? service : `${service}-${replica + 1}`;
}

/** Starts a service, starts it again when it dies, and stops it in order. */
export class ServiceProcess {
  private current: ServerProcess | undefined;
  private stopping = false;
  private loop: Promise<void> | undefined;

  constructor(private readonly options: ServiceProcessOptions) {
    mkdirSync(options.logDir, { recursive: true, mode: 0o700 });
  }

  /** Process id of the running incarnation; undefined between two of them. */
  get pid(): number | undefined {
    return this.current !== undefined && isRunning(this.current) ? this.current.pid : undefined;
  }

  get name(): string {
    return this.options.name;
  }

  get service(): ServiceName {
    return this.options.service;
  }

  get readyUrl(): string {
    return this.options.readyUrl;
  }

  get logFile(): string {
    return path.join(this.options.logDir, `${this.options.name}.log`);
  }

  /** Resolves when the service has been ready once. @throws Error with the log's place when it is not within a minute */
  async start(): Promise<void> {
    await this.spawn();
    this.loop = this.keepAlive();
    await this.waitReady();
  }

  /** SIGTERM, then SIGKILL after 30 s. Idempotent. */
  async stop(): Promise<void> {
    this.stopping = true;
    if (this.current) {
      await stopProcess(this.current, [{ signal: 'SIGTERM', waitMs: STOP_TIMEOUT_MS }]);
    }
    await this.loop;
  }

  /** Runs the service's one-shot migration. @throws Error when it fails */
  async migrate(): Promise<void> {
    const migration = await this.launch(['migrate']);
    const { code, signal } = await migration.exited;
    if (code !== 0) {
      throw new Error(`The database migration of ${this.options.name} failed (${signal ?? `exit code ${code}`}); see ${this.logFile}`);
    }
  }

  private async launch(args: readonly string[]): Promise<ServerProcess> {
    const { root = ROOT } = this.options;
    const main = path.join(root, 'apps', this.options.service, 'dist', 'main.js');
    return spawnServer(process.execPath, ['--enable-source-maps', main, ...args], {
      cwd: root,
      env: { PATH: process.env['PATH'], HOME: process.env['HOME'], TZ: process.env['TZ'], ...this.options.environment },
      logFile: this.logFile,
      dieWithParent: true,
    });
  }

  private async spawn(): Promise<void> {
    this.current = await this.launch([]);
  }

  private async keepAlive(): Promise<void> {
    while (!this.stopping && this.current) {
      const { code, signal } = await this.current.exited;
      if (this.stopping) {
        return;
      }
      this.options.log(`${this.options.name} ended (${signal ?? `exit code ${code}`}); starting it again in ${this.options.restartDelayMs} ms. Its log: ${this.logFile}`);
      await systemClock.sleep(this.options.restartDelayMs);
      if (!this.stopping) {
        await this.spawn();
      }
    }
  }

  private async waitReady(): Promise<void> {
    const deadline = systemClock.monotonic() + READY_TIMEOUT_MS;
    let last = 'no answer yet';
    while (systemClock.monotonic() < deadline) {
      try {
        const response = await fetch(this.options.readyUrl, { signal: AbortSignal.timeout(2_000) });
        if (response.ok) {
          return;
        }
        last = await response.text();
      } catch (error) {
        last = (error as Error).message;
      }
      await systemClock.sleep(50);
    }
    throw new Error(`${this.options.name} did not become ready within ${READY_TIMEOUT_MS / 1_000} s (${last}); the end of ${this.logFile}:\n${this.lastLines()}`);
  }

  private lastLines(): string {
    return existsSync(this.logFile) ? readFileSync(this.logFile, 'utf8').trimEnd().split('\n').slice(-LAST_LINES).join('\n') : '';
  }
}
