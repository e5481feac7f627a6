import { createHash } from 'node:crypto';
import { posix } from 'node:path';
import { Client, type ConnectConfig, type SFTPWrapper } from 'ssh2';
import { LEGACY_ALGORITHMS } from '../ssh-gear/algorithms';
import type { StoredFile } from './node-captures';

/** Where a node pushes to. */
export interface PushTarget {
  readonly host: string;
  readonly port: number;
  readonly username: string;
  readonly password: string;
  readonly folder: string;
}

/** How a push ended. */
export type PushResult = 'ok' | 'auth' | 'refused' | 'denied' | 'broken';

const READY_MS = 8_000;

/** The SFTP client of a node. */
export class PushClient {
  /** @param legacy whether it knows SHA-1 groups, CBC and `ssh-rsa` only */
  constructor(private readonly legacy: boolean) {}

  /** Looks at a server's host key. @returns its fingerprint; undefined when nobody answers */
  probe({ host, port }: Pick<PushTarget, 'host' | 'port'>): Promise<string | undefined> {
    return new Promise((resolve) => {
      const client = new Client();
      client.on('error', () => resolve(undefined));
      client.on('close', () => resolve(undefined));
      client.connect({
        ...this.config({ host, port }),
        username: 'probe',
        hostVerifier: (key: Buffer) => {
          resolve(`SHA256:${createHash('sha256').update(key).digest('base64').replace(/=+$/, '')}`);
          return false;
        },
      });
    });
  }

  /** Pushes files into `folder/<below>`, making folders on the way. */
  async push(target: PushTarget, below: string, files: readonly StoredFile[]): Promise<PushResult> {
    const client = new Client();
    const lost = new Promise<'auth' | 'refused' | 'broken'>((resolve) => {
      client.on('error', (error: Error & { level?: string; code?: string }) => resolve(error.level === 'client-authentication' ? 'auth' : error.code === 'ECONNREFUSED' ? 'refused' : 'broken'));
      client.on('close', () => resolve('broken'));
    });
    const ready = new Promise<'ready'>((resolve) => client.on('ready', () => resolve('ready')));
    client.connect({ ...this.config(target), username: target.username, password: target.password });
    try {
      const opened = await Promise.race([ready, lost]);
      return opened === 'ready' ? await Promise.race([this.send(client, target.folder, below, files), lost]) : opened;
    } finally {
      client.end();
    }
  }

  private async send(client: Client, folder: string, below: string, files: readonly StoredFile[]): Promise<PushResult> {
    try {
      const sftp = await call<SFTPWrapper>((done) => client.sftp(done));
      let path = folder;
      for (const part of below.split('/')) {
        path = posix.join(path, part);
        await call((done) => sftp.mkdir(path, (error) => done(error ?? undefined))).catch(() => undefined);
      }
      for (const file of files) {
        await write(sftp, posix.join(path, file.name), file.bytes);
      }
      return 'ok';
    } catch {
      return 'denied';
    }
  }

  private config({ host, port }: Pick<PushTarget, 'host' | 'port'>): ConnectConfig {
    return { host, port, readyTimeout: READY_MS, ...(this.legacy ? { algorithms: LEGACY_ALGORITHMS as ConnectConfig['algorithms'] } : {}) };
  }
}

function write(sftp: SFTPWrapper, path: string, bytes: Buffer): Promise<void> {
  return new Promise((resolve, reject) => {
    const stream = sftp.createWriteStream(path);
    stream.on('close', () => resolve()).on('error', reject);
    stream.end(bytes);
  });
}

function call<T>(start: (done: (error: Error | undefined, value?: T) => void) => void): Promise<T> {
  return new Promise((resolve, reject) => start((error, value) => (error ? reject(error) : resolve(value as T))));
}
