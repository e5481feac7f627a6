import { AppError } from '@capstan/kernel';
import { readJsonDocuments } from '../parsing/json-documents';
import type { CommandError } from '../session/command-error';
import type { CommandOutput } from './command-output';
import type { CommandChoice, CommandPlan, CommandStep, OutputFormat } from './command-table';

/** A command to be sent now. */
export interface NextCommand {
  readonly text: string;
  readonly format: OutputFormat;
  readonly privileged: boolean;
  /** `question` asks for the names of the VRFs; its answer is no part of the capture. */
  readonly purpose: 'capture' | 'question';
}

/** What a {@link CommandRun} must know of its platform. */
export interface RunPlatform {
  readonly vrfs?: VrfQuestion;
  readError(text: string): CommandError | undefined;
}

/** How a platform is asked for the names of its VRFs. */
export interface VrfQuestion {
  readonly choices: readonly CommandChoice[];
  /** Names but the one of the global table. */
  readonly read: (text: string) => readonly string[];
}

/** What is known of a device before a run; kept by the caller, so that a login asks once for all types. */
export interface KnownOfDevice {
  /** Names of VRFs but the global table; absent while nobody has asked. */
  vrfs?: readonly string[];
}

/** Settings of {@link CommandRun}. */
export interface RunOptions {
  /** Also steps that only add to a type. Default true. */
  readonly extras?: boolean;
  /** Choices of this format are tried first. Default: the order of the table. */
  readonly prefer?: OutputFormat;
}

/** Errors of a command after which the next way to ask is tried. An account that may not ask this way may ask another. */
const TRY_NEXT = new Set<CommandError['class']>(['CMD_INVALID', 'CMD_INCOMPLETE', 'CMD_AMBIGUOUS', 'CMD_UNAUTHORIZED']);
/** An operator's router has hundreds; a list of more was not read right. */
const MOST_VRFS = 1_000;

interface Asked {
  readonly step: CommandStep;
  readonly context?: string;
  choices: readonly CommandChoice[];
  /** The device knows a way to ask, and did not let this account: that it does not know another says less. */
  refusal?: CommandError;
}

/**
 * Goes through the commands of one capture type of one device: which one is next follows from the answers so far. Pure;
 * the caller sends `next()` and gives the answer to `take()` until nothing is next.
 */
export class CommandRun {
  private readonly todo: Asked[];
  private question: readonly CommandChoice[] | undefined;
  private readonly done: CommandOutput[] = [];

  constructor(
    private readonly platform: RunPlatform,
    plan: CommandPlan,
    private readonly known: KnownOfDevice = {},
    private readonly options: RunOptions = {},
  ) {
    this.todo = plan.steps.filter(({ extra }) => extra !== true || (options.extras ?? true)).map((step) => ({ step, choices: this.ordered(step.choices) }));
    this.expand();
  }

  /** The command to send; undefined when there is nothing more to ask. */
  next(): NextCommand | undefined {
    const [question] = this.question ?? [];
    if (question !== undefined) {
      return { text: question.text, format: question.format ?? 'text', privileged: question.privileged ?? false, purpose: 'question' };
    }
    const [asked] = this.todo;
    const [choice] = asked?.choices ?? [];
    return asked === undefined || choice === undefined
      ? undefined
      : { text: choice.text.replaceAll('{vrf}', asked.context ?? ''), format: choice.format ?? 'text', privileged: choice.privileged ?? false, purpose: 'capture' };
  }

  /**
   * Takes the answer to {@link next}.
   * @param exitStatus of an exec channel
   * @throws AppError `INTERNAL_ERROR` when nothing was asked
   */
  take(text: string, exitStatus?: number): void {
    const next = this.next();
    if (next === undefined) {
      throw new AppError('INTERNAL_ERROR', 'An answer came to no command');
    }
    const error = this.errorOf(text, next.format, exitStatus);
    if (next.purpose === 'question') {
      this.takeQuestion(text, error);
      return;
    }
    const [asked] = this.todo;
    if (asked === undefined) {
      return;
    }
    if (error !== undefined && (TRY_NEXT.has(error.class) || next.format === 'json') && asked.choices.length > 1) {
      asked.choices = asked.choices.slice(1);
      if (error.class === 'CMD_UNAUTHORIZED') {
        asked.refusal ??= error;
      }
      return;
    }
    this.todo.shift();
    const told = error?.class === 'CMD_INVALID' ? (asked.refusal ?? error) : error;
    this.done.push({
      command: next.text,
      format: next.format,
      ...(asked.context === undefined ? {} : { context: asked.context }),
      extra: asked.step.extra ?? false,
      text,
      ...(told === undefined ? {} : { error: told }),
    });
    this.expand();
  }

  /** The answers so far. Of several ways to ask, the last one tried is here. */
  get outputs(): readonly CommandOutput[] {
    return this.done;
  }

  private ordered(choices: readonly CommandChoice[]): readonly CommandChoice[] {
    const { prefer } = this.options;
    return prefer === undefined ? choices : [...choices].sort((a, b) => Number((b.format ?? 'text') === prefer) - Number((a.format ?? 'text') === prefer));
  }

  private errorOf(text: string, format: OutputFormat, exitStatus: number | undefined): CommandError | undefined {
    const error = this.platform.readError(text);
    if (error !== undefined) {
      return error;
    }
    if (exitStatus !== undefined && exitStatus !== 0) {
      // 126 and 127 are the shell's own words for "may not" and "not found" (POSIX.1-2017, 2.8.2).
      return { class: exitStatus === 127 ? 'CMD_INVALID' : exitStatus === 126 ? 'CMD_UNAUTHORIZED' : 'CMD_FAILED', text: `exit status ${exitStatus}` };
    }
    // A device that breaks its own JSON can still be asked for text.
    return format === 'json' && readJsonDocuments(text) === undefined ? { class: 'CMD_FAILED', text: 'the JSON is malformed' } : undefined;
  }

  private takeQuestion(text: string, error: CommandError | undefined): void {
    const rest = (this.question ?? []).slice(1);
    if (error !== undefined && TRY_NEXT.has(error.class) && rest.length > 0) {
      this.question = rest;
      return;
    }
    this.question = undefined;
    this.known.vrfs = error === undefined ? (this.platform.vrfs?.read(text) ?? []).slice(0, MOST_VRFS) : [];
    this.expand();
  }

  /** Replaces a step per VRF by one per name, and asks for the names first where nobody knows them. */
  private expand(): void {
    const [asked] = this.todo;
    if (asked === undefined || asked.step.perVrf !== true || asked.context !== undefined) {
      return;
    }
    if (this.known.vrfs === undefined && this.platform.vrfs !== undefined) {
      this.question = this.platform.vrfs.choices;
      return;
    }
    this.todo.splice(0, 1, ...(this.known.vrfs ?? []).map((context) => ({ ...asked, context })));
    this.expand();
  }
}
