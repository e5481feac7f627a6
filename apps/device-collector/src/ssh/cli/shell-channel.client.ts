import { AppError } from '@capstan/kernel';
import type { ClientChannel } from 'ssh2';
import type { SshEndpoint } from '../ssh-error';
import type { CliChannel } from './cli-channel';

/**
 * Size of the terminal we say we have. A narrow one makes IOS repaint long commands, and then the echo cannot be told
 * from the answer; a low one makes it stop after every page.
 */
export const TERMINAL = { term: 'vt100', cols: 512, rows: 1_000, width: 4_096, height: 16_000 } as const;

/** A login shell with a terminal. */
export class ShellChannel implements CliChannel {
  readonly closed: Promise<AppError>;
  private over = false;

  constructor(
    private readonly channel: ClientChannel,
    connectionClosed: Promise<AppError>,
    endpoint: SshEndpoint,
  ) {
    // What belongs to the connection is told by its end.
    channel.on('error', () => undefined);
    channel.stderr.on('error', () => undefined);
    channel.stderr.resume();
    this.closed = new Promise((resolve) => {
      void connectionClosed.then((error) => {
        this.over = true;
        resolve(error);
      });
      channel.on('close', () => {
        this.over = true;
        resolve(new AppError('DEVICE_LOST', `${endpoint.host}:${endpoint.port} ended the session`, { retryable: true }));
      });
    });
  }

  write(text: string): void {
    if (!this.over) {
      this.channel.write(text);
    }
  }

  onData(listener: (chunk: Buffer) => void): void {
    this.channel.removeAllListeners('data');
    this.channel.on('data', listener);
  }

  close(): void {
    if (!this.over) {
      this.channel.removeAllListeners('data');
      this.channel.resume();
      this.channel.close();
    }
  }
}
