import { createHash } from 'node:crypto';
import { Client, type ConnectConfig } from 'ssh2';
import type { InventoryTarget } from '../src/inventory';

/** What a command on a target did. */
export interface RemoteResult {
  readonly code: number;
  readonly stdout: Buffer;
  readonly stderr: string;
  readonly hostKey: string;
}

/** Runs one command over a connection of its own, as the target's first account or as `username`. */
export function ssh(target: InventoryTarget, command: string, username = target.username): Promise<RemoteResult> {
  const password = target.accounts.find((account) => account.username === username)?.password;
  return run(target, command, password === undefined ? { username, privateKey: target.private_key } : { username, password });
}

/** As {@link ssh}, with credentials of the caller's choice. */
export function run(target: InventoryTarget, command: string, login: ConnectConfig): Promise<RemoteResult> {
  return new Promise((resolve, reject) => {
    const client = new Client();
    let hostKey = '';
    client.on('error', (error) => {
      client.destroy();
      reject(error);
    });
    client.on('ready', () => client.exec(command, (error, stream) => {
      if (error) {
        reject(error);
        return;
      }
      const stdout: Buffer[] = [];
      const stderr: Buffer[] = [];
      stream.on('data', (data: Buffer) => stdout.push(data));
      stream.stderr.on('data', (data: Buffer) => stderr.push(data));
      stream.on('close', (code: number | null) => {
        client.end();
        resolve({ code: code ?? -1, stdout: Buffer.concat(stdout), stderr: Buffer.concat(stderr).toString(), hostKey });
      });
    }));
    client.connect({
      host: target.host,
      port: target.port,
      readyTimeout: 5000,
      hostVerifier: (key: Buffer) => {
        hostKey = `SHA256:${createHash('sha256').update(key).digest('base64').replace(/=+$/, '')}`;
        return true;
      },
      ...login,
    });
  });
}

/** Asks until the answer is accepted; fails with the last one after `withinMs`. */
export async function eventually<T>(ask: () => Promise<T> | T, accept: (answer: T) => boolean, withinMs = 10_000): Promise<T> {
  const deadline = Date.now() + withinMs;
  for (;;) {
    const answer = await ask();
    if (accept(answer)) {
      return answer;
    }
    if (Date.now() > deadline) {
      throw new Error(`not within ${withinMs} ms; last answer: ${JSON.stringify(answer)}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
