import { AppError } from '@capstan/kernel';
import type { CliReading } from './cli-reading';

/** Limits of waiting, in milliseconds. */
export interface CliLimits {
  /** From the first moment of waiting to the end. */
  readonly timeoutMs: number;
  /** Without a single byte. */
  readonly idleMs: number;
}

/** What is waited for besides the prompt. */
export interface CliPattern {
  readonly name: string;
  readonly pattern: RegExp;
  /** Where it stands: in the line that is not over, as questions do (default), or in a line that is. */
  readonly where?: 'open' | 'line';
  /** Milliseconds of silence behind it before it counts: the beginning of a longer line may read the same. Default 0. */
  readonly quietMs?: number;
}

/** What came. */
export interface CliHit {
  /** Name of the pattern, or `prompt`. */
  readonly name: string;
  /** The line in which it stood. */
  readonly line: string;
}

/** A question on the way to the prompt. */
export interface CliQuestion {
  /** For messages. */
  readonly name: string;
  /** Tested against the line that is not over. */
  readonly pattern: RegExp;
  /** Sent with a newline. */
  readonly answer: string;
  /** Milliseconds of silence behind it before it is answered. Default 0. */
  readonly quietMs?: number;
  /** Asked more often, it means that the answer was refused. Default 3. */
  readonly atMost?: number;
}

/** A complete answer. */
export interface CliAnswer {
  /** Without echo, prompts, pager marks and log messages. */
  readonly lines: readonly string[];
  /** The lines as one text. */
  readonly text: string;
  /** Log messages that came meanwhile. */
  readonly messages: readonly string[];
  /** The prompt that ended it, without blanks at its end. */
  readonly prompt: string;
}

/** What an exchange needs of its session. */
export interface ExchangePorts {
  readonly now: () => number;
  readonly lastDataAt: () => number;
  readonly change: (ms: number, signal: AbortSignal) => Promise<void>;
  readonly write: (text: string) => void;
  readonly throwIfLost: () => void;
  readonly answerPager: () => boolean;
  /** Milliseconds until a pager's mark in the open line is answered; undefined when there is none. */
  readonly pagerDueIn: () => number | undefined;
  readonly promptLost: (what: string, ms: number, tail: string) => AppError;
  /** The prompt is back. */
  readonly over: () => void;
}

/** Something could still follow a prompt that is not shown to the letter as before. */
const SETTLE_MS = 30;
/** A line that reads like the prompt was the end only when nothing follows for so long. */
const DOUBT_MS = 1_000;
/** A prompt before the echo may be an older one; without an echo for so long the device has none. */
const NO_ECHO_MS = 400;
const CTRL_C = '\u0003';

/** One command and everything that follows until the prompt. */
export class CliExchange {
  private examined = 0;
  private answer: CliAnswer | undefined;

  constructor(
    private readonly reading: CliReading,
    private readonly command: string,
    private readonly ports: ExchangePorts,
  ) {}

  /** What has been said until now, without echo. */
  get textSoFar(): string {
    return this.reading.text;
  }

  /** Log messages until now. */
  get messagesSoFar(): readonly string[] {
    return this.reading.messages;
  }

  /** Whether the prompt has come back. */
  get over(): boolean {
    return this.answer !== undefined;
  }

  /** The complete answer; undefined before the prompt. */
  get result(): CliAnswer | undefined {
    return this.answer;
  }

  /**
   * Waits for one of the patterns or the prompt. A line that is not over stays until it is answered.
   * @throws AppError `PROMPT_LOST` when neither comes in time, `DEVICE_LOST`, `OUTPUT_TOO_LARGE`; the signal's reason
   */
  async until(patterns: readonly CliPattern[], limits: CliLimits, signal: AbortSignal): Promise<CliHit> {
    const { ports } = this;
    const deadline = ports.now() + limits.timeoutMs;
    const begun = ports.now();
    for (;;) {
      if (ports.answerPager()) {
        continue;
      }
      if (this.reading.overflow !== undefined) {
        throw this.reading.overflow;
      }
      const hit = this.look(patterns);
      if (hit !== undefined) {
        return hit;
      }
      const now = ports.now();
      const quiet = now - ports.lastDataAt();
      const settled = this.settledAfter();
      const due = this.quietUntil(patterns);
      const pager = ports.pagerDueIn();
      if (settled !== undefined && quiet >= settled) {
        return this.complete();
      }
      // A device that goes away behind its last word has said that word.
      ports.throwIfLost();
      if (now >= deadline) {
        throw ports.promptLost(`did not finish "${this.command}"`, limits.timeoutMs, this.reading.open);
      }
      const idleFor = now - Math.max(begun, ports.lastDataAt());
      if (idleFor >= limits.idleMs) {
        throw ports.promptLost(`said nothing to "${this.command}"`, limits.idleMs, this.reading.open);
      }
      const waits = [deadline - now, limits.idleMs - idleFor, ...(settled === undefined ? [] : [settled - quiet]), ...(due === undefined ? [] : [due - quiet]), ...(pager === undefined ? [] : [pager])];
      await ports.change(Math.max(1, Math.min(...waits)), signal);
    }
  }

  /**
   * Answers what comes on the way and waits for the prompt.
   * @throws as {@link until}; AppError `CLI_QUESTION_REPEATED` with the question's name in `details.question`
   */
  async finish(limits: CliLimits, signal: AbortSignal, questions: readonly CliQuestion[]): Promise<CliAnswer> {
    const asked = new Map<string, number>();
    while (this.answer === undefined) {
      const { name } = await this.until(questions, limits, signal);
      const question = questions.find((candidate) => candidate.name === name);
      if (question !== undefined) {
        const times = (asked.get(name) ?? 0) + 1;
        asked.set(name, times);
        if (times > (question.atMost ?? 3)) {
          throw new AppError('CLI_QUESTION_REPEATED', `The device asks for ${name} again and again`, { details: { question: name } });
        }
        this.reply(question.answer);
      }
    }
    return this.answer;
  }

  /** Answers the question in the line that is not over, which becomes part of the answer; what is replied does not. */
  reply(text: string): void {
    this.reading.takeOpen(true);
    this.ports.write(`${text}\n`);
  }

  /** Nobody wants the answer any more; only its end matters. */
  discard(): void {
    this.reading.discard();
    this.examined = 0;
  }

  /** Ctrl-C. */
  interrupt(): void {
    this.ports.write(CTRL_C);
  }

  /** Writes as it is. */
  write(text: string): void {
    this.ports.write(text);
  }

  private look(patterns: readonly CliPattern[]): CliHit | undefined {
    if (this.answer !== undefined) {
      return { name: 'prompt', line: this.answer.prompt };
    }
    for (; this.examined < this.reading.lines.length; this.examined += 1) {
      const line = this.reading.lines[this.examined] ?? '';
      const found = patterns.find(({ where, pattern }) => where === 'line' && pattern.test(line));
      if (found !== undefined) {
        this.examined += 1;
        return { name: found.name, line };
      }
    }
    const { open } = this.reading;
    const quiet = this.ports.now() - this.ports.lastDataAt();
    const found = open === '' ? undefined : patterns.find(({ where, pattern, quietMs = 0 }) => where !== 'line' && quiet >= quietMs && pattern.test(open));
    if (found !== undefined) {
      return { name: found.name, line: open };
    }
    return this.reading.completion() === 'complete' ? this.complete() : undefined;
  }

  /** Milliseconds of silence after which a question in the open line counts; undefined when there is none. */
  private quietUntil(patterns: readonly CliPattern[]): number | undefined {
    const { open } = this.reading;
    return open === '' ? undefined : patterns.find(({ where, pattern, quietMs }) => where !== 'line' && quietMs !== undefined && pattern.test(open))?.quietMs;
  }

  /** Milliseconds of silence after which what is shown counts as the end; undefined while it does not. */
  private settledAfter(): number | undefined {
    const completion = this.reading.completion();
    if (completion === 'doubtful') {
      return DOUBT_MS;
    }
    if (completion !== 'settling') {
      return undefined;
    }
    return this.reading.echoSeen ? SETTLE_MS : NO_ECHO_MS;
  }

  private complete(): CliHit {
    const prompt = this.reading.promptShown ?? '';
    const { messages } = this.reading;
    this.ports.over();
    const lines = [...this.reading.lines];
    this.answer = { lines, text: lines.join('\n'), messages: [...messages], prompt };
    return { name: 'prompt', line: prompt };
  }
}
