import { AppError, type Clock } from '@capstan/kernel';
import type { CommandLimits, SessionProfile } from '../../platforms';
import type { SshLogin } from '../../ssh/auth-plan';
import { type CliGreeting, CliSession } from '../../ssh/cli/cli-session.client';
import type { CliQuestion } from '../../ssh/cli/cli-exchange';
import type { SshConnection } from '../../ssh/ssh-connection.client';
import type { DeviceAnswer, DeviceSession } from './device-session';

/** What a shell is opened for. */
export interface ShellWish {
  /** For messages. */
  readonly host: string;
  readonly profile: SessionProfile;
  readonly login: SshLogin;
  readonly clock: Clock;
  readonly promptMs: number;
  /** Whether a command will be sent that needs the privileged mode. */
  readonly privileged: boolean;
  /** Characters of one answer that are kept. */
  readonly maxOutput: number;
  /** Told of each command, for the audit log. */
  readonly onCommand: (command: string) => void;
}

/** Settings of the terminal and the way to the privileged mode must not take the time of a capture. */
const PREPARING = { timeoutMs: 20_000, idleMs: 15_000 } as const;
/** A pager's mark or a question counts when nothing follows it: a line of an answer may begin the same. */
const PAGER_QUIET_MS = 10;
const QUESTION_QUIET_MS = 250;
const GOODBYE_MS = 500;
const HANG_UP_MS = 1_500;
const CTRL_C = '\u0003';

/** A terminal on a device, at its prompt. */
export class ShellSession implements DeviceSession {
  private refusal: DeviceSession['unprivileged'];

  private constructor(
    private readonly session: CliSession,
    private readonly connection: SshConnection,
    private readonly wish: ShellWish,
  ) {}

  /**
   * Comes to the prompt, turns pages off and, where it is needed and possible, enters the privileged mode.
   * @throws AppError `PROMPT_TIMEOUT`, `VTY_BUSY`, `AUTH_FAILED` (a new password is wanted), `CHANNEL_REFUSED`, `DEVICE_LOST`; the signal's reason
   */
  static async open(connection: SshConnection, wish: ShellWish, signal: AbortSignal): Promise<ShellSession> {
    const { host, profile, clock } = wish;
    const cli = new CliSession(await connection.shell(signal), clock, { host, pagers: profile.pagers, pagerQuietMs: PAGER_QUIET_MS });
    const opened = new ShellSession(cli, connection, wish);
    await opened.comeToPrompt(signal);
    await opened.prepare(signal);
    return opened;
  }

  get unprivileged(): DeviceSession['unprivileged'] {
    return this.refusal;
  }

  async ask(command: string, limits: CommandLimits, signal: AbortSignal): Promise<DeviceAnswer> {
    this.wish.onCommand(command);
    try {
      const { text } = await this.session.run(command, signal, {
        timeoutMs: limits.absoluteMs,
        idleMs: limits.idleMs,
        maxOutput: this.wish.maxOutput,
        questions: this.questions(),
      });
      return { text, evidence: { endedBy: 'prompt' } };
    } catch (error) {
      throw timedOut(error, 'CMD_TIMEOUT');
    }
  }

  async leave(): Promise<void> {
    await this.session.leave(this.wish.profile.exit[0] ?? 'exit', GOODBYE_MS);
    await this.connection.end(AbortSignal.timeout(HANG_UP_MS)).catch(() => undefined);
  }

  abandon(): void {
    this.connection.destroy();
  }

  private async comeToPrompt(signal: AbortSignal): Promise<void> {
    const { profile, promptMs } = this.wish;
    const options = { expected: profile.prompt, greetings: this.greetings() };
    try {
      await this.session.sync(promptMs, signal, options);
      if (profile.wayIn?.prompt.test(this.session.prompt) === true) {
        this.session.write(`${profile.wayIn.command}\n`);
        await this.session.sync(promptMs, signal, { expected: profile.prompt });
      }
    } catch (error) {
      throw timedOut(error, 'PROMPT_TIMEOUT');
    }
  }

  private async prepare(signal: AbortSignal): Promise<void> {
    const { profile, onCommand, privileged } = this.wish;
    if (privileged && profile.enable?.needed.test(this.session.prompt) === true) {
      await this.enable(signal);
    }
    for (const command of profile.setup) {
      onCommand(command);
      try {
        // A refusal is nothing: pages are turned anyway, and the width is only comfort.
        await this.session.run(command, signal, { ...PREPARING, questions: this.questions() });
      } catch (error) {
        throw timedOut(error, 'CMD_TIMEOUT');
      }
    }
  }

  /** The secret is written to the question for it and to nothing else, once. */
  private async enable(signal: AbortSignal): Promise<void> {
    const { profile, login, host, onCommand } = this.wish;
    const enable = profile.enable;
    if (enable === undefined) {
      return;
    }
    onCommand(enable.command);
    const secret = { name: 'secret', pattern: enable.askSecret };
    const user = { name: 'user', pattern: enable.askUser };
    try {
      const exchange = this.session.begin(enable.command);
      let asked = await exchange.until([secret, user], PREPARING, signal);
      if (asked.name === 'user') {
        exchange.reply(login.username);
        asked = await exchange.until([secret], PREPARING, signal);
      }
      if (asked.name === 'secret' && login.enableSecret === undefined) {
        this.refusal = { code: 'ENABLE_REQUIRED', message: `${host} asks for an enable secret, and the credential has none` };
        await this.giveUp(signal);
        return;
      }
      if (asked.name === 'secret') {
        exchange.reply(login.enableSecret ?? '');
        // Asked again, it was wrong: there is no second guess.
        const again = await exchange.until([secret, user], PREPARING, signal);
        if (again.name !== 'prompt') {
          this.refusal = { code: 'ENABLE_FAILED', message: `${host} did not accept the enable secret` };
          await this.giveUp(signal);
          return;
        }
      }
    } catch (error) {
      throw timedOut(error, 'CMD_TIMEOUT');
    }
    if (enable.needed.test(this.session.prompt)) {
      this.refusal = { code: 'ENABLE_FAILED', message: `${host} stays at ${this.session.prompt}` };
    }
  }

  /** Back to the prompt without answering. */
  private async giveUp(signal: AbortSignal): Promise<void> {
    this.session.write(CTRL_C);
    await this.session.ready(signal);
  }

  private greetings(): CliGreeting[] {
    const { host, profile } = this.wish;
    return profile.interrupters.flatMap(({ pattern, answer, error }): CliGreeting[] => {
      if (error !== undefined) {
        return [{ pattern, refuse: (line) => new AppError(error, `${host} says: ${line.trim().slice(0, 200)}`, { retryable: error === 'VTY_BUSY' }) }];
      }
      return answer === undefined ? [] : [{ pattern, answer: answer === ' ' ? ' ' : `${answer}\n` }];
    });
  }

  private questions(): CliQuestion[] {
    return this.wish.profile.interrupters.flatMap(({ name, pattern, answer }) => (answer === undefined ? [] : [{ name, pattern, answer: answer.trim(), quietMs: QUESTION_QUIET_MS }]));
  }
}

/** A prompt that did not come, as what was waited for. */
function timedOut(error: unknown, code: 'CMD_TIMEOUT' | 'PROMPT_TIMEOUT'): unknown {
  return error instanceof AppError && error.code === 'PROMPT_LOST' ? new AppError(code, error.message, { retryable: true, cause: error }) : error;
}
