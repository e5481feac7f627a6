import type { Duplex, Readable } from 'node:stream';
import { AppError, Deferred } from '@capstan/kernel';
import type { Client, SFTPWrapper } from 'ssh2';
import { ShellChannel, TERMINAL } from './cli/shell-channel.client';
import { ExecChannel, readToEnd } from './exec-channel.client';
import { type SshEndpoint, sshError } from './ssh-error';

/** What a command left behind. */
export interface ExecResult {
  readonly stdout: string;
  readonly stderr: string;
  /** null when a signal ended it. */
  readonly code: number | null;
}

/** Options of {@link SshConnection.exec}. */
export interface ExecOptions {
  /** Written to the command's standard input, which is closed then. Without it the input is empty. */
  readonly stdin?: string;
  /** Bytes of output after which the command is given up. Default 1 MiB. */
  readonly maxOutput?: number;
}

const MAX_OUTPUT = 1_048_576;

/** A logged-in connection. Commands run on channels of their own, without a terminal, side by side. */
export class SshConnection {
  private readonly ended = new Deferred<AppError>();
  private gone = false;

  constructor(
    private readonly client: Client,
    readonly endpoint: SshEndpoint,
  ) {}

  /** Resolves once, with what ended the connection. */
  get closed(): Promise<AppError> {
    return this.ended.promise;
  }

  /** Whether the connection was still there when last heard of. */
  get alive(): boolean {
    return !this.gone;
  }

  /** Called by whoever listens to the transport. */
  onClosed(error: AppError): void {
    this.gone = true;
    this.ended.resolve(error);
  }

  /**
   * Starts a command and hands over its channel.
   * @throws AppError `DEVICE_LOST`, `CHANNEL_REFUSED` (the server opens no more channels); the signal's reason
   */
  open(command: string, signal: AbortSignal): Promise<ExecChannel> {
    return this.request<ExecChannel>(signal, (finish) => {
      this.client.exec(command, (error, channel) => {
        if (error) {
          finish(error);
          return;
        }
        // Here and not a turn later: the command's exit may stand in the packet that is being read, and is told once.
        const opened = new ExecChannel(channel, this.closed);
        if (signal.aborted) {
          opened.close();
        }
        finish(undefined, opened);
      });
    });
  }

  /**
   * Runs a command to its end.
   * @throws as {@link open}; AppError `OUTPUT_TOO_LARGE`
   */
  async exec(command: string, signal: AbortSignal, options: ExecOptions = {}): Promise<ExecResult> {
    const channel = await this.open(command, signal);
    const stop = (): void => channel.close();
    signal.addEventListener('abort', stop, { once: true });
    try {
      channel.end(options.stdin ?? '');
      const limit = options.maxOutput ?? MAX_OUTPUT;
      const [stdout, stderr, exit] = await Promise.all([
        text(channel.stdout, limit),
        text(channel.stderr, limit),
        channel.exit,
      ]);
      signal.throwIfAborted();
      return { stdout, stderr, code: exit.code };
    } catch (error) {
      channel.close();
      signal.throwIfAborted();
      throw error;
    } finally {
      signal.removeEventListener('abort', stop);
    }
  }

  /**
   * Opens the login shell with a terminal, as a person would.
   * @throws AppError `DEVICE_LOST`, `CHANNEL_REFUSED`; the signal's reason
   */
  shell(signal: AbortSignal): Promise<ShellChannel> {
    return this.request<ShellChannel>(signal, (finish) => {
      this.client.shell({ ...TERMINAL }, (error, channel) => {
        if (error) {
          finish(error);
          return;
        }
        const opened = new ShellChannel(channel, this.closed, this.endpoint);
        if (signal.aborted) {
          opened.close();
        }
        finish(undefined, opened);
      });
    });
  }

  /** @throws AppError `SFTP_UNAVAILABLE` when the server has no such subsystem, `DEVICE_LOST` */
  async sftp(signal: AbortSignal): Promise<SFTPWrapper> {
    try {
      return await this.request<SFTPWrapper>(signal, (finish) => {
        this.client.sftp((error, sftp) => finish(error, sftp));
      });
    } catch (error) {
      if (error instanceof AppError && error.code === 'CHANNEL_REFUSED') {
        throw new AppError('SFTP_UNAVAILABLE', `${this.endpoint.host} has no SFTP`, { cause: error });
      }
      throw error;
    }
  }

  /**
   * A byte stream to another host, as seen from this one.
   * @throws AppError `JUMP_REFUSED` when this host forwards nothing, `CONN_REFUSED` when it cannot reach the other; `DEVICE_LOST`; the signal's reason
   */
  forward(to: SshEndpoint, signal: AbortSignal): Promise<Duplex> {
    return this.request<Duplex>(signal, (finish) => {
      this.client.forwardOut('127.0.0.1', 0, to.host, to.port, (error, channel) => {
        if (error) {
          finish(forwardError(error, this.endpoint, to));
          return;
        }
        if (signal.aborted) {
          channel.destroy();
        }
        finish(undefined, channel);
      });
    });
  }

  /** Says goodbye and waits until the connection is closed; the transport is cut when the host does not answer. */
  async end(signal: AbortSignal): Promise<void> {
    if (this.gone) {
      return;
    }
    const cut = (): void => void this.client.destroy();
    signal.addEventListener('abort', cut, { once: true });
    try {
      if (signal.aborted) {
        cut();
      } else {
        this.client.end();
      }
      await this.closed;
    } finally {
      signal.removeEventListener('abort', cut);
    }
  }

  /** Cuts the transport at once. */
  destroy(): void {
    this.client.destroy();
  }

  private request<T>(signal: AbortSignal, start: (finish: (error: Error | undefined, value?: T) => void) => void): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      signal.throwIfAborted();
      const onAbort = (): void => reject(signal.reason as Error);
      signal.addEventListener('abort', onAbort, { once: true });
      const settle = (error: unknown, value?: T): void => {
        signal.removeEventListener('abort', onAbort);
        if (error) {
          reject(this.channelError(error));
        } else {
          resolve(value as T);
        }
      };
      void this.closed.then((error) => settle(error));
      if (this.gone) {
        return;
      }
      try {
        start(settle);
      } catch (error) {
        settle(error);
      }
    });
  }

  private channelError(error: unknown): AppError {
    if (error instanceof AppError) {
      return error;
    }
    const refused = error instanceof Error && /Channel open failure|Unable to (?:exec|start subsystem)/i.test(error.message);
    return refused
      ? new AppError('CHANNEL_REFUSED', `${this.endpoint.host} opens no channel for this`, { retryable: true, cause: error })
      : sshError(error, 'open', this.endpoint);
  }
}

/** Reason codes of a refused channel: RFC 4254 §5.1. */
const ADMINISTRATIVELY_PROHIBITED = 1;

function forwardError(error: Error, jump: SshEndpoint, to: SshEndpoint): AppError {
  const reason = (error as { reason?: unknown }).reason;
  const details = { host: to.host, port: to.port, jump: `${jump.host}:${jump.port}` };
  return reason === ADMINISTRATIVELY_PROHIBITED
    ? new AppError('JUMP_REFUSED', `The jump host ${jump.host}:${jump.port} does not forward connections to ${to.host}:${to.port}`, { details, cause: error })
    : new AppError('CONN_REFUSED', `${to.host}:${to.port} cannot be reached from the jump host ${jump.host}:${jump.port}`, { retryable: true, details, cause: error });
}

async function text(stream: Readable, limit: number): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of readToEnd(stream)) {
    size += chunk.length;
    if (size > limit) {
      throw new AppError('OUTPUT_TOO_LARGE', `A command on the device printed more than ${limit} bytes`);
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
