import { AppError, type Clock } from '@capstan/kernel';
import { builtInPlatforms, type CommandOutput, type Platform, type PlatformCatalogue } from '../platforms';
import { PAGERS } from '../platforms/session/session-profile';
import { CliSession } from '../ssh/cli/cli-session.client';
import type { SshConnection } from '../ssh/ssh-connection.client';
import type { ObservedIdentity } from './device-directory.repository';
import { FINGERPRINT_QUESTIONS, identityOf, recognisePlatform } from './fingerprint';

/** What was found out about a device. */
export interface Fingerprint {
  /** Null when its answers tell nothing. */
  readonly detected: string | null;
  /** Null on a channel without a terminal. */
  readonly prompt: string | null;
  readonly identity: ObservedIdentity | null;
  /** Whether the question for the version, as the platform asks it, was answered. */
  readonly answered: boolean;
}

/** Seconds to wait for. */
export interface FingerprintLimits {
  readonly promptSec: number;
  readonly commandSec: number;
  readonly idleSec: number;
}

/** What a device said to a command. */
interface Answer {
  readonly text: string;
  readonly exitStatus?: number;
}

/** One way to ask a device. */
interface Asker {
  readonly prompt: string | null;
  ask(command: string, signal: AbortSignal): Promise<Answer>;
  leave(command: string): Promise<void>;
}

const LEAVE_MS = 1_000;

/** Finds out what a device is: by its own words, never by the look of its prompt alone. */
export class Fingerprinter {
  constructor(
    private readonly clock: Clock,
    private readonly platforms: PlatformCatalogue,
    private readonly onCommand: (command: string) => void = () => undefined,
  ) {}

  /**
   * @param configured what it is said to be; null when nobody knows
   * @throws AppError `PROMPT_LOST`, `DEVICE_LOST`, `CHANNEL_REFUSED`; the signal's reason
   */
  async identify(connection: SshConnection, configured: string | null, limits: FingerprintLimits, signal: AbortSignal): Promise<Fingerprint> {
    const known = configured === null ? undefined : this.platforms.find(configured);
    const asker = known?.session.channel === 'exec' ? this.byChannel(connection) : await this.byShell(connection, known, limits, signal);
    let platform = known;
    try {
      if (known === undefined) {
        platform = await this.recognise(asker, signal);
      }
      const outputs = platform === undefined ? [] : await this.version(platform, platform.session.channel === 'exec' ? this.byChannel(connection) : asker, signal);
      const told = outputs.map(({ text }) => text).join('\n');
      const answered = outputs.some(({ error }) => error === undefined);
      const detected = recognisePlatform(told) ?? (known === undefined ? platform?.name : undefined) ?? null;
      // What was configured wrong is still read as what it is.
      const reader = (detected === null ? undefined : this.platforms.find(detected)) ?? platform;
      return { detected, prompt: asker.prompt, identity: answered && reader !== undefined ? (identityOf(reader, outputs) ?? null) : null, answered };
    } finally {
      await asker.leave(platform?.session.exit[0] ?? 'exit');
    }
  }

  private async recognise(asker: Asker, signal: AbortSignal): Promise<Platform | undefined> {
    for (const question of FINGERPRINT_QUESTIONS) {
      const { text } = await this.ask(asker, question, signal);
      const name = recognisePlatform(text);
      if (name !== undefined) {
        return this.platforms.find(name) ?? builtInPlatforms.find(name);
      }
    }
    return undefined;
  }

  /** The answers to the platform's own question for the version. */
  private async version(platform: Platform, asker: Asker, signal: AbortSignal): Promise<readonly CommandOutput[]> {
    const run = platform.run('version');
    for (let next = run?.next(); next !== undefined; next = run?.next()) {
      const { text, exitStatus } = await this.ask(asker, next.text, signal);
      run?.take(text, exitStatus);
    }
    return run?.outputs ?? [];
  }

  private ask(asker: Asker, command: string, signal: AbortSignal): Promise<Answer> {
    this.onCommand(command);
    return asker.ask(command, signal);
  }

  private byChannel(connection: SshConnection): Asker {
    return {
      prompt: null,
      ask: async (command, signal) => {
        const { stdout, stderr, code } = await connection.exec(command, signal);
        return { text: stdout === '' ? stderr : stdout, ...(code === null ? {} : { exitStatus: code }) };
      },
      leave: () => Promise.resolve(),
    };
  }

  private async byShell(connection: SshConnection, known: Platform | undefined, limits: FingerprintLimits, signal: AbortSignal): Promise<Asker> {
    let session: CliSession;
    try {
      session = new CliSession(await connection.shell(signal), this.clock, { host: connection.endpoint.host, pagers: known?.session.pagers ?? PAGERS });
    } catch (error) {
      if (error instanceof AppError && error.code === 'CHANNEL_REFUSED') {
        // No terminal for this account; commands may still be welcome.
        return this.byChannel(connection);
      }
      throw error;
    }
    const prompt = await session.sync(limits.promptSec * 1_000, signal);
    return {
      prompt,
      ask: async (command, until) => ({ text: (await session.run(command, until, { timeoutMs: limits.commandSec * 1_000, idleMs: limits.idleSec * 1_000 })).text }),
      leave: (command) => session.leave(command, LEAVE_MS),
    };
  }
}
