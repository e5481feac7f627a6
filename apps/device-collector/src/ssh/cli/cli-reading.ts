import { AppError } from '@capstan/kernel';
import type { CliPrompt } from './cli-prompt';
import { EchoRemover } from './echo-remover';
import { isSyslogLine } from './syslog-line';
import { TerminalText } from './terminal-text';

/** What a reading needs to know of its command. */
export interface ReadingOptions {
  /** Characters of answer that are kept; more is `OUTPUT_TOO_LARGE`. Default 1 Mi. With `onLine` nothing is kept. */
  readonly maxOutput?: number;
  /** Takes each line of the answer as it comes, instead of keeping it. */
  readonly onLine?: (line: string) => void;
  /** Log messages inside the answer: taken out (default), or left where they are, as for `show logging`. */
  readonly logMessages?: 'apart' | 'inside';
}

/** How far an answer has come. */
export type Completion =
  /** The prompt is there, exactly as known: nothing more can come. */
  | 'complete'
  /** It looks over; whoever reads waits a moment whether something follows. */
  | 'settling'
  /** A line that is over reads like the prompt: a configuration may quote it, so that only a long silence makes it the end. */
  | 'doubtful'
  | 'open';

const MAX_OUTPUT = 1_048_576;
const MAX_MESSAGES = 200;

/** The answer to one command, made of the bytes of a terminal. Pure; time is somebody else's. */
export class CliReading {
  readonly lines: string[] = [];
  /** Log messages that came meanwhile; the newest 200. */
  readonly messages: string[] = [];
  private readonly echo: EchoRemover;
  private readonly terminal: TerminalText;
  private size = 0;
  private discarding = false;
  /** Set when more came than is kept. */
  overflow: AppError | undefined;
  /** The prompt stood in a line that is over; whether it was the end shows in what follows. */
  private promptPassed = false;
  private shownPrompt: string | undefined;
  /** Whether a message of the log stands behind it, which is what makes a device end the line of its prompt. */
  private messageBehindPrompt = false;
  /** Lines that read like the prompt, and blank ones behind them: they belong to the answer when it goes on. */
  private held: string[] = [];

  constructor(
    command: string,
    private readonly prompt: CliPrompt | undefined,
    private readonly options: ReadingOptions = {},
  ) {
    this.echo = new EchoRemover(command, prompt);
    this.terminal = new TerminalText((line) => this.endOfLine(line));
  }

  /** The line that is not over: a prompt, a question, a pager's mark, or the beginning of a line. */
  get open(): string {
    return this.terminal.line;
  }

  /** The last prompt that was shown, e.g. `R1(config)#`. */
  get promptShown(): string | undefined {
    return this.prompt?.is(this.open) === true ? this.open.trimEnd() : this.shownPrompt;
  }

  /** The answer, also what is not over yet. */
  get text(): string {
    return [...this.lines, ...(this.open === '' || this.prompt?.is(this.open) === true ? [] : [this.open])].join('\n');
  }

  /** Takes the next bytes. */
  push(chunk: Buffer): void {
    this.terminal.push(chunk);
  }

  /** Whether the prompt has come back. */
  completion(): Completion {
    const { prompt, open } = this;
    if (prompt === undefined) {
      return 'open';
    }
    if (prompt.is(open)) {
      // A device that has quoted its prompt before may be doing it again.
      return this.echo.done && prompt.isKnown(open) && this.held.length === 0 ? 'complete' : 'settling';
    }
    if (!this.promptPassed || !(open.trim() === '' || isSyslogLine(open) || prompt.messageBehind(open) !== undefined)) {
      return 'open';
    }
    return this.messageBehindPrompt || open.trim() !== '' ? 'settling' : 'doubtful';
  }

  /** Whether the echo was seen; a prompt before it may be an older one. */
  get echoSeen(): boolean {
    return this.echo.done;
  }

  /** The answer is over: what was held back for an echo belongs to it. */
  finish(): void {
    for (const line of this.echo.giveUp()) {
      this.keepUnlessPrompt(line);
    }
  }

  /** Nobody wants the answer any more; only its end matters. */
  discard(): void {
    this.discarding = true;
    this.overflow = undefined;
    this.lines.length = 0;
  }

  /** Takes the open line, because it has been answered. @param keep whether it belongs to the answer */
  takeOpen(keep: boolean): string {
    const line = this.open;
    this.terminal.clearLine();
    if (keep) {
      this.keep(line);
    }
    return line;
  }

  private endOfLine(line: string): void {
    if (this.options.logMessages !== 'inside') {
      const behind = this.prompt?.messageBehind(line);
      if (behind !== undefined) {
        this.passPrompt(line.slice(0, line.length - behind.length));
        this.messageBehindPrompt = true;
        this.note(behind);
        return;
      }
      if (isSyslogLine(line)) {
        this.messageBehindPrompt ||= this.promptPassed;
        this.note(line);
        return;
      }
    }
    if (this.prompt?.is(line) === true) {
      this.passPrompt(line);
      if (this.echo.done) {
        this.held.push(line);
      }
      return;
    }
    if (line === '' && this.held.length > 0) {
      this.held.push(line);
      return;
    }
    if (line !== '') {
      this.promptPassed = false;
      this.messageBehindPrompt = false;
      this.held.splice(0).forEach((mine) => this.keep(mine));
    }
    for (const mine of this.echo.line(line)) {
      this.keepUnlessPrompt(mine);
    }
  }

  private passPrompt(line: string): void {
    this.promptPassed = true;
    this.shownPrompt = line.trimEnd();
  }

  private note(message: string): void {
    this.messages.push(message);
    if (this.messages.length > MAX_MESSAGES) {
      this.messages.shift();
    }
  }

  private keepUnlessPrompt(line: string): void {
    if (this.prompt?.is(line) !== true) {
      this.keep(line);
    }
  }

  private keep(line: string): void {
    if (this.discarding || this.overflow !== undefined) {
      return;
    }
    if (this.options.onLine !== undefined) {
      this.options.onLine(line);
      return;
    }
    const limit = this.options.maxOutput ?? MAX_OUTPUT;
    this.size += line.length + 1;
    if (this.size > limit) {
      this.overflow = new AppError('OUTPUT_TOO_LARGE', `A command on the device printed more than ${limit} characters`);
      return;
    }
    this.lines.push(line);
  }
}
