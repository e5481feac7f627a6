import { AppError, type Clock, Deferred } from '@capstan/kernel';
import type { CliChannel } from './cli-channel';
import { type CliAnswer, CliExchange, type CliLimits, type CliQuestion } from './cli-exchange';
import { CliPrompt, mayBePrompt } from './cli-prompt';
import { CliReading, type ReadingOptions } from './cli-reading';

/** What a pager shows while it waits. A blank makes it go on. */
export const PAGERS: readonly RegExp[] = [/^\s*(?:--+ ?more ?--+|<-+ ?more ?-+>)\s*$/i, /press <enter> for .*<space> .*<q> to quit/i];

/** Settings of {@link CliSession}. */
export interface CliSessionOptions {
  /** For messages. */
  readonly host: string;
  readonly pagers?: readonly RegExp[];
  /** Milliseconds of silence behind a pager's mark before it is answered: a line may begin like one. Default 0. */
  readonly pagerQuietMs?: number;
}

/** Something a device may say or ask before its first prompt. */
export interface CliGreeting {
  readonly pattern: RegExp;
  /** Written as it is, once; absent where the session is to end. */
  readonly answer?: string;
  /** What it means. */
  readonly refuse?: (line: string) => AppError;
}

/** Options of {@link CliSession.sync}. */
export interface CliSyncOptions {
  /** A line that may be the prompt at once, without a moment of silence behind it: it has to come twice anyway. */
  readonly expected?: RegExp;
  readonly greetings?: readonly CliGreeting[];
}

/** Options of {@link CliSession.run}. Times in milliseconds. */
export interface CliRunOptions extends ReadingOptions, Partial<CliLimits> {
  /** Questions that may be asked on the way to the prompt, and what is answered. */
  readonly questions?: readonly CliQuestion[];
}

/** How long the last line must stand still to be taken for a prompt, while none is known yet. */
const QUIET_MS = 150;
/** A device that shows nothing for so long may be waiting for a first key. */
const NUDGE_MS = 3_000;
/** A device that never falls silent, because its log is written to the terminal, may have shown its prompt before that. */
const RESTLESS_MS = 1_000;
const MOST_NUDGES = 3;
const MOST_CANDIDATES = 8;
const RESYNC_MS = 3_000;
const RESYNC_TRIES = 2;
/** Default limits of a command. */
export const COMMAND_LIMITS: CliLimits = { timeoutMs: 60_000, idleMs: 20_000 };
const MOST_PAGES = 20_000;
const CTRL_C = '\u0003';
/** Without a reason of its own every timer that is stopped would make an exception with a stack: one for each piece of every answer. */
const STOPPED = new AppError('CANCELLED', 'The timer is not needed any more');

/**
 * A conversation with a command line: one command at a time, each answer complete when the prompt is back, and never
 * because it was silent for a while.
 */
export class CliSession {
  private known: CliPrompt | undefined;
  /** While no prompt is known: a line that is over and may have been one, with something written behind it. */
  private passed = '';
  private greetings: readonly CliGreeting[] = [];
  private readonly greeted = new Set<CliGreeting>();
  private reading = new CliReading('', undefined, { onLine: (line) => this.beforePrompt(line) });
  private exchange: CliExchange | undefined;
  private problem: AppError | undefined;
  private wake: () => void = () => undefined;
  private shown = '';
  private pages = 0;
  private lastDataAt: number;

  constructor(
    private readonly channel: CliChannel,
    private readonly clock: Clock,
    private readonly options: CliSessionOptions,
  ) {
    this.lastDataAt = clock.monotonic();
    channel.onData((chunk) => this.take(chunk));
    void channel.closed.then((error) => {
      this.problem ??= error;
      this.wake();
    });
  }

  /** Resolves once, with what ended the session. */
  get closed(): Promise<AppError> {
    return this.channel.closed;
  }

  /** The prompt as it was shown last, without blanks at its end; empty before {@link sync}. */
  get prompt(): string {
    return this.shown;
  }

  /**
   * Learns the prompt: sends empty lines until two answers in a row are the same. A banner's last line, however much it
   * looks like a prompt, does not come twice.
   * @throws AppError `PROMPT_LOST`, `DEVICE_LOST`, what a greeting means; the signal's reason
   */
  async sync(timeoutMs: number, signal: AbortSignal, { expected, greetings = [] }: CliSyncOptions = {}): Promise<string> {
    this.greetings = greetings;
    const deadline = this.clock.monotonic() + timeoutMs;
    let candidate: string | undefined;
    let candidates = 0;
    let nudges = 0;
    let askedAt = this.clock.monotonic();
    for (;;) {
      this.throwIfLost();
      const now = this.clock.monotonic();
      const quiet = now - this.lastDataAt;
      const { open } = this.reading;
      if (this.answerPager(this.reading) || this.answerGreeting(open)) {
        continue;
      }
      const shown = mayBePrompt(open) && (quiet >= QUIET_MS || open.trimEnd() === candidate || expected?.test(open) === true) ? open : now - askedAt >= RESTLESS_MS || this.passed.trimEnd() === candidate ? this.passed : '';
      if (shown !== '') {
        if (shown.trimEnd() === candidate) {
          this.known = new CliPrompt(candidate);
          this.shown = candidate;
          return candidate;
        }
        candidate = shown.trimEnd();
        candidates += 1;
        askedAt = now;
        this.passed = '';
        this.reading.takeOpen(false);
        this.write('\n');
      } else if (quiet >= NUDGE_MS && nudges < MOST_NUDGES) {
        nudges += 1;
        this.lastDataAt = now;
        this.write('\n');
      }
      if (now >= deadline || candidates > MOST_CANDIDATES) {
        throw this.promptLost('showed no prompt that it repeated', timeoutMs, open);
      }
      const pause = mayBePrompt(this.reading.open) ? QUIET_MS - quiet : NUDGE_MS - quiet;
      await this.change(Math.max(1, Math.min(pause, deadline - now, this.pagerDueIn(this.reading) ?? pause)), signal);
    }
  }

  /**
   * Writes a command and hands over what follows; nothing else is written before. The caller leads it to its end.
   * @throws AppError `INTERNAL_ERROR` while another command is under way
   */
  begin(command: string, options: ReadingOptions = {}): CliExchange {
    if (this.known === undefined) {
      throw new AppError('INTERNAL_ERROR', 'A command was sent before the prompt was known');
    }
    if (this.exchange !== undefined) {
      throw new AppError('INTERNAL_ERROR', 'A command was sent while another one was under way');
    }
    if (/[\p{Cc}]/u.test(command)) {
      throw new AppError('UNSAFE_ARGUMENT', 'A command for a device contains a control character');
    }
    this.reading = new CliReading(command, this.known, options);
    this.exchange = this.exchangeOver(this.reading, command);
    this.lastDataAt = this.clock.monotonic();
    this.write(`${command}\n`);
    return this.exchange;
  }

  /**
   * Runs a command until its prompt. A command that was given up before is waited for, or interrupted.
   * @throws AppError `PROMPT_LOST`, `DEVICE_LOST`, `OUTPUT_TOO_LARGE`, `CLI_QUESTION_REPEATED`; the signal's reason
   */
  async run(command: string, signal: AbortSignal, options: CliRunOptions = {}): Promise<CliAnswer> {
    await this.ready(signal);
    const exchange = this.begin(command, options);
    return exchange.finish({ ...COMMAND_LIMITS, ...limitsOf(options) }, signal, options.questions ?? []);
  }

  /**
   * Brings the session to a prompt: waits for a command that was given up, and interrupts it when it does not end.
   * @throws AppError `PROMPT_LOST`, `DEVICE_LOST`; the signal's reason
   */
  async ready(signal: AbortSignal): Promise<void> {
    const { exchange } = this;
    if (exchange === undefined) {
      this.throwIfLost();
      return;
    }
    exchange.discard();
    for (let tries = 0; ; tries += 1) {
      try {
        await exchange.finish({ timeoutMs: RESYNC_MS, idleMs: RESYNC_MS }, signal, []);
        return;
      } catch (error) {
        if (!(error instanceof AppError) || error.code !== 'PROMPT_LOST' || tries >= RESYNC_TRIES) {
          throw error;
        }
        this.write(`${CTRL_C}\n`);
      }
    }
  }

  /** Writes as it is, without waiting for anything. */
  write(text: string): void {
    this.channel.write(text);
  }

  /** Says goodbye in the device's words, and lets go after `graceMs`. Always succeeds. */
  async leave(command: string, graceMs: number): Promise<void> {
    if (this.problem === undefined) {
      this.write(`${command}\n`);
      const timer = new AbortController();
      await Promise.race([this.channel.closed, this.clock.sleep(graceMs, timer.signal).catch(() => undefined)]);
      timer.abort(STOPPED);
    }
    this.channel.close();
  }

  private exchangeOver(reading: CliReading, command: string): CliExchange {
    return new CliExchange(reading, command, {
      now: () => this.clock.monotonic(),
      lastDataAt: () => this.lastDataAt,
      change: (ms, signal) => this.change(ms, signal),
      write: (text) => this.write(text),
      throwIfLost: () => this.throwIfLost(),
      answerPager: () => this.answerPager(reading),
      pagerDueIn: () => this.pagerDueIn(reading),
      promptLost: (what, ms, tail) => this.promptLost(what, ms, tail),
      over: () => this.end(reading),
    });
  }

  private end(reading: CliReading): void {
    reading.finish();
    const shown = reading.promptShown;
    if (shown !== undefined) {
      this.shown = shown;
      this.known?.remember(shown);
    }
    this.exchange = undefined;
    // What comes before the next command is nobody's answer.
    this.reading = new CliReading('', undefined, { onLine: () => undefined });
  }

  private take(chunk: Buffer): void {
    this.lastDataAt = this.clock.monotonic();
    this.reading.push(chunk);
    this.wake();
  }

  private pagerDueIn({ open }: CliReading): number | undefined {
    const { pagers = PAGERS, pagerQuietMs = 0 } = this.options;
    if (open === '' || !pagers.some((pager) => pager.test(open))) {
      return undefined;
    }
    return Math.max(0, Math.ceil(pagerQuietMs - (this.clock.monotonic() - this.lastDataAt)));
  }

  /** A line that is over, while no prompt is known. */
  private beforePrompt(line: string): void {
    this.passed = mayBePrompt(line) ? line : this.passed;
    const refusal = this.known === undefined ? this.greetings.find(({ pattern, refuse }) => refuse !== undefined && pattern.test(line)) : undefined;
    this.problem ??= refusal?.refuse?.(line);
  }

  private answerGreeting(open: string): boolean {
    const greeting = open === '' ? undefined : this.greetings.find((candidate) => candidate.pattern.test(open) && !this.greeted.has(candidate));
    if (greeting === undefined) {
      return false;
    }
    if (greeting.refuse !== undefined) {
      throw greeting.refuse(open);
    }
    this.greeted.add(greeting);
    this.reading.takeOpen(false);
    this.write(greeting.answer ?? '');
    return true;
  }

  private answerPager(reading: CliReading): boolean {
    if (this.pagerDueIn(reading) !== 0) {
      return false;
    }
    this.pages += 1;
    if (this.pages > MOST_PAGES) {
      throw new AppError('OUTPUT_TOO_LARGE', `${this.options.host} has more than ${MOST_PAGES} pages to show`);
    }
    reading.takeOpen(false);
    this.write(' ');
    return true;
  }

  private throwIfLost(): void {
    if (this.problem !== undefined) {
      throw this.problem;
    }
  }

  private promptLost(what: string, ms: number, tail: string): AppError {
    const said = tail.trim() === '' ? '' : `; its last line was "${tail.trim().slice(-120)}"`;
    return new AppError('PROMPT_LOST', `${this.options.host} ${what} within ${ms / 1_000} s${said}`, { retryable: true });
  }

  /** Waits until something has come, or `ms` have passed. */
  private async change(ms: number, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    const woken = new Deferred<void>();
    const timer = new AbortController();
    const onAbort = (): void => woken.reject(signal.reason);
    this.wake = () => woken.resolve();
    signal.addEventListener('abort', onAbort, { once: true });
    this.clock.sleep(ms, timer.signal).then(
      () => woken.resolve(),
      () => undefined,
    );
    try {
      await woken.promise;
    } finally {
      timer.abort(STOPPED);
      signal.removeEventListener('abort', onAbort);
    }
  }
}

function limitsOf({ timeoutMs, idleMs }: Partial<CliLimits>): Partial<CliLimits> {
  return { ...(timeoutMs === undefined ? {} : { timeoutMs }), ...(idleMs === undefined ? {} : { idleMs }) };
}
