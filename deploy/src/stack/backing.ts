import path from 'node:path';
import { type BrokerUser, type RunningPostgres, type RunningRabbitmq, startPostgres, startRabbitmq, storedSecret } from '@capstan/backing-services';
import { systemClock } from '@capstan/kernel';

/** Starts one server again whenever it ends by itself, at the same port and folder, so that its clients find it. */
export class KeptAlive<Server extends { port: number; pid: number; exited: Promise<unknown>; stop(): Promise<void> }> {
  private stopping = false;
  private loop: Promise<void> | undefined;

  private constructor(
    private server: Server,
    private readonly again: (port: number) => Promise<Server>,
    private readonly options: { name: string; restartDelayMs: number; log: (line: string) => void },
  ) {}

  static async start<S extends { port: number; pid: number; exited: Promise<unknown>; stop(): Promise<void> }>(
    start: (port: number | undefined) => Promise<S>,
    options: { name: string; restartDelayMs: number; log: (line: string) => void },
  ): Promise<KeptAlive<S>> {
    const kept = new KeptAlive(await start(undefined), start, options);
    kept.loop = kept.keepAlive();
    return kept;
  }

  /** The running incarnation, or the last one. */
  get now(): Server {
    return this.server;
  }

  async stop(): Promise<void> {
    this.stopping = true;
    await this.server.stop();
    await this.loop;
  }

  private async keepAlive(): Promise<void> {
    while (!this.stopping) {
      await this.server.exited;
      while (!this.stopping) {
        this.options.log(`${this.options.name} ended; starting it again in ${this.options.restartDelayMs} ms`);
        await systemClock.sleep(this.options.restartDelayMs);
        if (this.stopping) {
          return;
        }
        try {
          this.server = await this.again(this.server.port);
          break;
        } catch (error) {
          this.options.log(`${this.options.name} did not start: ${(error as Error).message}`);
        }
      }
    }
  }
}

/** The built-in PostgreSQL, kept alive. */
export async function keepPostgres(dataDir: string, restartDelayMs: number, log: (line: string) => void): Promise<KeptAlive<RunningPostgres>> {
  const password = storedSecret(path.join(dataDir, 'secrets', 'postgres-admin'));
  return KeptAlive.start((port) => startPostgres({ dataDir: path.join(dataDir, 'postgres'), port, password, dieWithParent: true, log }), { name: 'PostgreSQL', restartDelayMs, log });
}

/** The built-in RabbitMQ, kept alive. */
export async function keepRabbitmq(dataDir: string, users: readonly BrokerUser[], restartDelayMs: number, log: (line: string) => void): Promise<KeptAlive<RunningRabbitmq>> {
  return KeptAlive.start((port) => startRabbitmq({ dataDir: path.join(dataDir, 'rabbitmq'), port, users: [...users], dieWithParent: true, log }), { name: 'RabbitMQ', restartDelayMs, log });
}
