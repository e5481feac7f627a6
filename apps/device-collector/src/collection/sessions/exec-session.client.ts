import { AppError, type Clock } from '@capstan/kernel';
import type { Readable } from 'node:stream';
import type { CommandLimits } from '../../platforms';
import { readToEnd } from '../../ssh/exec-channel.client';
import type { SshConnection } from '../../ssh/ssh-connection.client';
import type { DeviceAnswer, DeviceSession } from './device-session';

/** What a session of single commands is opened for. */
export interface ExecWish {
  /** For messages. */
  readonly host: string;
  readonly clock: Clock;
  /** Bytes of one answer that are kept. */
  readonly maxOutput: number;
  readonly onCommand: (command: string) => void;
}

const HANG_UP_MS = 2_000;

/** A device that runs each command on a channel of its own and tells its exit status: no prompt can be mistaken. */
export class ExecSession implements DeviceSession {
  readonly unprivileged = undefined;

  constructor(
    private readonly connection: SshConnection,
    private readonly wish: ExecWish,
  ) {}

  async ask(command: string, limits: CommandLimits, signal: AbortSignal): Promise<DeviceAnswer> {
    const { host, clock, onCommand } = this.wish;
    onCommand(command);
    const patience = new Patience(clock, limits, signal, `${host} did not finish "${command}"`);
    try {
      const channel = await this.connection.open(command, patience.signal);
      const stop = (): void => channel.close();
      patience.signal.addEventListener('abort', stop, { once: true });
      channel.end('');
      const [stdout, stderr, exit] = await Promise.all([this.read(channel.stdout, patience), this.read(channel.stderr, patience), channel.exit]);
      patience.signal.throwIfAborted();
      // What a shell says of a command it does not know stands there.
      const text = stdout === '' && exit.code !== 0 ? stderr : stdout;
      return { text: text.replaceAll('\r\n', '\n').replace(/\n$/, ''), evidence: exit.code === null ? { endedBy: 'closed' } : { endedBy: 'exit', exitStatus: exit.code } };
    } catch (error) {
      patience.signal.throwIfAborted();
      throw error;
    } finally {
      patience.end();
    }
  }

  async leave(): Promise<void> {
    await this.connection.end(AbortSignal.timeout(HANG_UP_MS)).catch(() => undefined);
  }

  abandon(): void {
    this.connection.destroy();
  }

  private async read(stream: Readable, patience: Patience): Promise<string> {
    const chunks: Buffer[] = [];
    let size = 0;
    for await (const chunk of readToEnd(stream)) {
      patience.heard();
      size += chunk.length;
      if (size > this.wish.maxOutput) {
        throw new AppError('OUTPUT_TOO_LARGE', `A command on the device printed more than ${this.wish.maxOutput} bytes`);
      }
      chunks.push(chunk);
    }
    return Buffer.concat(chunks).toString('utf8');
  }
}

/** The two limits of a command: altogether, and without a byte. */
class Patience {
  private readonly limit = new AbortController();
  private readonly over = new AbortController();
  private readonly onParentAbort: () => void;
  private lastByteAt: number;

  constructor(
    private readonly clock: Clock,
    private readonly limits: CommandLimits,
    private readonly parent: AbortSignal,
    private readonly what: string,
  ) {
    this.lastByteAt = clock.monotonic();
    this.onParentAbort = () => this.limit.abort(parent.reason);
    parent.throwIfAborted();
    parent.addEventListener('abort', this.onParentAbort, { once: true });
    this.watch(clock.monotonic() + limits.absoluteMs).catch(() => undefined);
  }

  get signal(): AbortSignal {
    return this.limit.signal;
  }

  heard(): void {
    this.lastByteAt = this.clock.monotonic();
  }

  end(): void {
    this.over.abort();
    this.parent.removeEventListener('abort', this.onParentAbort);
  }

  private async watch(deadline: number): Promise<void> {
    for (;;) {
      const now = this.clock.monotonic();
      const left = Math.min(deadline - now, this.lastByteAt + this.limits.idleMs - now);
      if (left <= 0) {
        const seconds = (now >= deadline ? this.limits.absoluteMs : this.limits.idleMs) / 1_000;
        this.limit.abort(new AppError('CMD_TIMEOUT', `${this.what} within ${seconds} s`, { retryable: true }));
        return;
      }
      await this.clock.sleep(left, this.over.signal);
    }
  }
}
