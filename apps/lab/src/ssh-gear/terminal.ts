import type { ServerChannel } from 'ssh2';
import type { Clock, Random } from '@capstan/kernel';
import type { FaultBoard } from './faults';

/** What is shown of a typed line. */
export type Echo = 'line' | 'none' | 'stars';

/** Ctrl-C was typed where a line was expected. */
export class Interrupted extends Error {}
/** The channel is gone. */
export class TerminalClosed extends Error {}

const CTRL_C = '\x03';
const PIECE_PAUSE_MS = 2;

/**
 * The device's end of a channel: lines are read and echoed as a terminal in cooked mode does it, when they are read and
 * not when they arrive. What is typed ahead waits. Enter is `\r`, `\n` or both.
 */
export class Terminal {
  private readonly gone = new AbortController();
  private typed = '';
  private afterReturn = false;
  private wake: () => void = () => undefined;
  private interrupt: (() => void) | undefined;

  constructor(
    readonly channel: ServerChannel,
    private readonly tty: boolean,
    private readonly faults: FaultBoard,
    private readonly clock: Clock,
    private readonly random: Random,
  ) {
    channel.on('data', (chunk: Buffer) => tty && this.take(chunk.toString('latin1')));
    const end = (): void => this.gone.abort(new TerminalClosed());
    channel.on('close', end).on('error', end);
    if (tty) {
      channel.on('end', end);
    }
  }

  /** Aborts when the channel is gone. */
  get closed(): AbortSignal {
    return this.gone.signal;
  }

  /** Says something; `\n` becomes `\r\n` on a terminal. @throws TerminalClosed */
  async say(text: string): Promise<void> {
    const bytes = Buffer.from(this.tty ? text.replace(/\r?\n/g, '\r\n') : text, 'utf8');
    const split = this.faults.get('split-echo');
    if (split === undefined) {
      await this.write(bytes);
      return;
    }
    for (let from = 0; from < bytes.length; ) {
      const to = from + 1 + Math.floor(this.random() * split.bytes);
      await this.write(bytes.subarray(from, to));
      await this.clock.sleep(PIECE_PAUSE_MS, this.closed);
      from = to;
    }
  }

  /** Says bytes as they are. @throws TerminalClosed */
  sayExactly(text: string): Promise<void> {
    return this.write(Buffer.from(text, 'utf8'));
  }

  /** Says something in between, without waiting for a turn. */
  interject(text: string): void {
    // A log is written to terminals, never into a file that is being sent.
    if (this.tty && !this.closed.aborted) {
      this.channel.write(text.replace(/\r?\n/g, '\r\n'));
    }
  }

  /** Reads up to Enter. @throws Interrupted, TerminalClosed */
  async readLine(echo: Echo = 'line'): Promise<string> {
    let line = '';
    for (;;) {
      const key = await this.readKey();
      if (key === CTRL_C) {
        await this.say('^C\n');
        throw new Interrupted();
      }
      if (key === '\r' || key === '\n') {
        await this.say('\n');
        return line;
      }
      if (key === '\x7f' || key === '\b') {
        if (line !== '') {
          line = line.slice(0, -1);
          await this.show(echo, '\b \b', '\b \b');
        }
        continue;
      }
      // What came together is echoed together, as far as it is plain text.
      const more = /^[^\x00-\x1f\x7f]*/.exec(this.typed)?.[0] ?? '';
      this.typed = this.typed.slice(more.length);
      line += key + more;
      await this.show(echo, key + more, '*'.repeat(1 + more.length));
    }
  }

  /** Reads one key. @throws TerminalClosed */
  async readKey(): Promise<string> {
    while (this.typed === '') {
      await new Promise<void>((resolve, reject) => {
        const end = (): void => reject(new TerminalClosed());
        this.wake = () => {
          this.closed.removeEventListener('abort', end);
          resolve();
        };
        if (this.closed.aborted) {
          end();
        }
        this.closed.addEventListener('abort', end, { once: true });
      });
    }
    const [key = ''] = this.typed;
    this.typed = this.typed.slice(1);
    return key;
  }

  /** Lets Ctrl-C call `interrupt` while `work` runs; without it Ctrl-C waits its turn like any key. */
  async interruptible<T>(interrupt: () => void, work: () => Promise<T>): Promise<T> {
    this.interrupt = interrupt;
    try {
      if (this.typed.includes(CTRL_C)) {
        this.dropTypedToInterrupt();
        interrupt();
      }
      return await work();
    } finally {
      this.interrupt = undefined;
    }
  }

  private take(text: string): void {
    for (const key of text) {
      const second = key === '\n' && this.afterReturn;
      this.afterReturn = key === '\r';
      if (second) {
        continue;
      }
      if (key === CTRL_C && this.interrupt !== undefined) {
        this.typed = '';
        this.interrupt();
      } else {
        this.typed += key;
      }
    }
    if (this.typed !== '') {
      this.wake();
    }
  }

  private dropTypedToInterrupt(): void {
    this.typed = this.typed.slice(this.typed.indexOf(CTRL_C) + 1);
  }

  private async show(echo: Echo, plain: string, stars: string): Promise<void> {
    if (echo === 'none') {
      return;
    }
    const shown = echo === 'line' ? plain : stars;
    for (const piece of this.faults.get('echo-apart') === undefined ? [shown] : shown) {
      await this.say(piece);
    }
  }

  private async write(bytes: Buffer): Promise<void> {
    if (this.closed.aborted) {
      throw new TerminalClosed();
    }
    if (!this.channel.write(bytes)) {
      await new Promise<void>((resolve, reject) => {
        this.channel.once('drain', resolve);
        this.closed.addEventListener('abort', () => reject(new TerminalClosed()), { once: true });
      });
    }
  }
}
