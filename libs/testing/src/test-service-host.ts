import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { startPostgres, startRabbitmq, startSwiftS3 } from '@capstan/backing-services';
import { AppError } from '@capstan/kernel';
import type { TestServiceAnswer, TestServiceName, TestServices } from './test-service-protocol';

interface Started<Name extends TestServiceName> {
  service: TestServices[Name];
  stop: () => Promise<void>;
}

function describeProblem(error: unknown): string {
  if (error instanceof AppError) {
    return `${error.message} (${error.code})${error.details === undefined ? '' : `\n${JSON.stringify(error.details, null, 2)}`}`;
  }
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

/**
 * Starts throwaway servers on request and hands their addresses to the workers of one jest run, so that all workers share one of each.
 * The servers die with its process, however it dies.
 */
export class TestServiceHost {
  private readonly folder = mkdtempSync(path.join(tmpdir(), 'capstan-test-'));
  private readonly started = new Map<TestServiceName, Promise<Started<TestServiceName>>>();
  private readonly sockets = new Set<Socket>();
  private readonly server: Server = createServer((socket) => this.serve(socket));

  /** @returns the path of the socket at which workers ask */
  async open(): Promise<string> {
    // PostgreSQL runs as a user of its own when we are root, and has to get to its folder.
    chmodSync(this.folder, 0o711);
    const file = path.join(this.folder, 'ask.sock');
    await new Promise<void>((resolve, reject) => {
      this.server.once('error', reject);
      this.server.listen(file, resolve);
    });
    chmodSync(file, 0o600);
    return file;
  }

  /** Stops what was started and removes every trace. */
  async close(): Promise<void> {
    const listening = new Promise((resolve) => this.server.close(resolve));
    for (const socket of this.sockets) {
      socket.destroy();
    }
    await listening;
    const started = await Promise.allSettled([...this.started.values()]);
    await Promise.all(started.flatMap((result) => (result.status === 'fulfilled' ? [result.value.stop()] : [])));
    rmSync(this.folder, { recursive: true, force: true });
  }

  private serve(socket: Socket): void {
    this.sockets.add(socket);
    socket.on('close', () => this.sockets.delete(socket));
    socket.on('error', () => undefined);
    createInterface({ input: socket }).on('line', (line) => {
      void this.answer(line as TestServiceName).then((answer) => socket.end(`${JSON.stringify(answer)}\n`));
    });
  }

  private async answer(name: TestServiceName): Promise<TestServiceAnswer<TestServiceName>> {
    let starting = this.started.get(name);
    if (starting === undefined) {
      starting = this.start(name);
      this.started.set(name, starting);
    }
    try {
      return { ok: true, service: (await starting).service };
    } catch (error) {
      return { ok: false, problem: describeProblem(error) };
    }
  }

  private async start(name: TestServiceName): Promise<Started<TestServiceName>> {
    const place = path.join(this.folder, name);
    switch (name) {
      case 'postgres': {
        const { url, stop } = await startPostgres({ dataDir: place, password: 'capstan-test', fsync: false, dieWithParent: true });
        return { service: { url }, stop };
      }
      case 'rabbitmq': {
        const { url, address, stop } = await startRabbitmq({ dataDir: place, dieWithParent: true });
        return { service: { url, control: { kind: 'node', address } }, stop };
      }
      case 's3': {
        const { endpoint, accessKey, secretKey, region, stop } = await startSwiftS3({ dir: place, dieWithParent: true });
        return { service: { endpoint, accessKey, secretKey, region }, stop };
      }
    }
  }
}
