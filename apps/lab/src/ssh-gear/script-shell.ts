import type { Clock } from '@capstan/kernel';
import type { FaultBoard } from './faults';
import { type GearLogic, HOOK_CLOSED, HOOK_INTERRUPTED } from './gear-platform';
import type { GearAction, GearCommand, GearQuestion, GearScript } from './gear-script';
import { page } from './pager';
import { holds, matchLine, render } from './template';
import { Interrupted, type Terminal } from './terminal';

/** Leaves the command. */
class EndOfCommand extends Error {}
/** Leaves the shell. */
class EndOfShell extends Error {}

/** The longest a timer can be set. */
const FOR_EVER_MS = 2 ** 31 - 1;

type Hook = GearLogic['hooks'][string];
type Variables = Map<string, string | number>;

/** What a shell works with. */
export interface ShellPorts {
  readonly script: GearScript;
  readonly logic: GearLogic;
  readonly device: Variables;
  readonly faults: FaultBoard;
  readonly clock: Clock;
  /** Told of every command line. */
  readonly heard: (line: string) => void;
  readonly username: string;
}

/** One session: plays the script on a terminal. */
export class ScriptShell {
  private readonly session: Variables;
  private mode: string;

  constructor(
    private readonly terminal: Terminal,
    private readonly ports: ShellPorts,
  ) {
    this.session = new Map<string, string | number>([...Object.entries(ports.script.session), ['username', ports.username]]);
    this.mode = ports.script.firstMode;
  }

  /** A terminal session, from the greeting to its end. @throws TerminalClosed */
  async interact(): Promise<void> {
    const { script, clock, faults, heard } = this.ports;
    try {
      const slow = faults.get('slow-login');
      if (slow !== undefined) {
        await clock.sleep(slow.ms, this.terminal.closed);
      }
      await this.play(script.greeting);
      for (;;) {
        await this.terminal.say(this.fill(script.prompts[this.mode] ?? ''));
        try {
          const line = await this.terminal.readLine();
          if (line.trim() !== '') {
            heard(line);
            await this.command(line, script.commands, script.unknown);
          }
        } catch (error) {
          if (!(error instanceof Interrupted) && !(error instanceof EndOfCommand)) {
            throw error;
          }
        }
      }
    } catch (error) {
      if (!(error instanceof EndOfShell)) {
        throw error;
      }
    }
  }

  /** One command of an exec channel. @returns its exit status, from the session variable `exit` */
  async execute(line: string): Promise<number> {
    const { script, heard } = this.ports;
    heard(line);
    try {
      await this.command(line, script.exec ?? [], script.unknown);
    } catch (error) {
      if (!(error instanceof EndOfShell) && !(error instanceof EndOfCommand)) {
        throw error;
      }
    }
    return Number(this.session.get('exit') ?? 0);
  }

  private async command(line: string, commands: readonly GearCommand[], unknown: readonly GearAction[]): Promise<void> {
    this.session.set('line', line.trim());
    if (this.ports.faults.all('silence').some(({ command }) => new RegExp(command).test(line))) {
      await this.hang('whatever is typed');
    }
    for (const { modes, match, reply } of commands) {
      const groups = modes === undefined || modes.includes(this.mode) ? matchLine(match, line) : undefined;
      if (groups !== undefined) {
        Object.entries(groups).forEach(([name, value]) => this.session.set(name, value));
        await this.play(reply);
        return;
      }
    }
    await this.play(unknown);
  }

  private async play(actions: readonly GearAction[]): Promise<void> {
    for (const action of actions) {
      await this.act(action);
    }
  }

  private async act(action: GearAction): Promise<void> {
    const { clock } = this.ports;
    if (typeof action === 'string') {
      await this.terminal.say(this.fill(action));
    } else if ('say' in action) {
      await this.sayPaged(this.fill(action.say));
    } else if ('wait' in action) {
      await clock.sleep(action.wait, this.terminal.closed);
    } else if ('set' in action) {
      const variables = action.scope === 'session' ? this.session : this.ports.device;
      Object.entries(action.set).forEach(([name, value]) => variables.set(name, typeof value === 'string' ? this.fill(value) : value));
    } else if ('mode' in action) {
      this.mode = action.mode;
    } else if ('ask' in action) {
      await this.ask(action.ask);
    } else if ('when' in action) {
      await this.play(holds(action.when, this.lookup) ? action.then : action.else ?? []);
    } else if ('run' in action) {
      const word = await this.call(action.run, action.with ?? {});
      await this.play((word === undefined ? undefined : action.on?.[word]) ?? []);
    } else if ('hang' in action) {
      await this.hang('until Ctrl-C');
    } else if ('end' in action) {
      throw new EndOfCommand();
    } else {
      throw new EndOfShell();
    }
  }

  private async ask(question: GearQuestion): Promise<void> {
    for (;;) {
      await this.terminal.say(this.fill(question.prompt));
      const answer = question.key === true ? await this.terminal.readKey() : await this.terminal.readLine(question.echo);
      this.session.set(question.into, answer);
      if (question.accept === undefined || new RegExp(this.fill(question.accept)).test(answer)) {
        return;
      }
      await this.terminal.say(this.fill(question.refused ?? ''));
    }
  }

  private async call(name: string, given: Readonly<Record<string, string>>): Promise<string | undefined> {
    const hook: Hook | undefined = this.ports.logic.hooks[name];
    if (hook === undefined) {
      throw new Error(`the platform has no hook ${name}`);
    }
    const words = Object.fromEntries(Object.entries(given).map(([key, text]) => [key, this.fill(text)]));
    const ended = new AbortController();
    const onClosed = (): void => ended.abort(HOOK_CLOSED);
    this.terminal.closed.addEventListener('abort', onClosed, { once: true });
    try {
      return await this.terminal.interruptible(
        () => ended.abort(HOOK_INTERRUPTED),
        () => hook({ words, session: this.session, signal: ended.signal, say: (text) => this.terminal.say(text), channel: this.terminal.channel }),
      );
    } finally {
      this.terminal.closed.removeEventListener('abort', onClosed);
    }
  }

  private async hang(how: 'until Ctrl-C' | 'whatever is typed'): Promise<never> {
    const woken = new AbortController();
    await this.terminal.interruptible(
      () => how === 'until Ctrl-C' && woken.abort(new EndOfCommand()),
      () => this.ports.clock.sleep(FOR_EVER_MS, AbortSignal.any([this.terminal.closed, woken.signal])),
    );
    throw new EndOfCommand();
  }

  private async sayPaged(text: string): Promise<void> {
    const { script, faults } = this.ports;
    const lines = faults.get('pager')?.lines ?? Number(this.session.get(script.pager.variable) ?? 0);
    await page(text, lines, script.pager, this.terminal);
  }

  private fill(template: string): string {
    return render(template, this.lookup);
  }

  private readonly lookup = (name: string): string | number | undefined =>
    this.session.get(name) ?? this.ports.device.get(name) ?? this.ports.logic.values[name]?.(this.session);
}
