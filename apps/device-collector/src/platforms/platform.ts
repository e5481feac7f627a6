import { CAPTURE_ROWS, type InterfaceRow, type RowOf, type RowType, type VersionRow } from '@capstan/contracts';
import { type CommandOutput, readCaptureText } from './collecting/command-output';
import type { CommandPlan, CommandTable } from './collecting/command-table';
import { CommandRun, type KnownOfDevice, type RunOptions, type VrfQuestion } from './collecting/command-run';
import { canonicalInterface, type InterfaceNames } from './canonical/interface-name';
import { type Masked, type SecretPattern, maskSecrets } from './masking/mask-secrets';
import { type Actor, type ActorRule, readActor } from './normalising/change-actor';
import { type Normalised, type NoiseRule, type OrderRule, normaliseText } from './normalising/normalise-text';
import { joinParsed, type OutputParser, type ParseContext, type Parsed, type ParseResult } from './parsing/parse-result';
import { mergeVersions } from './parsing/version-fields';
import { mergeInterfaces } from './rows/row-identity';
import { type CommandError, readCommandError } from './session/command-error';
import type { SessionProfile } from './session/session-profile';

/** Parsers of a platform, by capture type and by the format of the answer. */
export type PlatformParsers = { readonly [Type in RowType]?: { readonly text?: OutputParser<RowOf<Type>>; readonly json?: OutputParser<RowOf<Type>> } };

/** How a platform ends its configurations. */
export interface ConfigEnd {
  /** The last line of every complete configuration. */
  readonly always?: RegExp;
  /** Fewer characters than this are no configuration. */
  readonly leastChars: number;
}

/** What makes a platform. Everything but the parsers is data. */
export interface PlatformDefinition {
  readonly name: string;
  /** For people. */
  readonly title: string;
  readonly session: SessionProfile;
  readonly commands: CommandTable;
  readonly vrfs?: VrfQuestion;
  readonly interfaces: InterfaceNames;
  readonly parsers: PlatformParsers;
  readonly noise: readonly NoiseRule[];
  readonly order: readonly OrderRule[];
  /** In addition to those of every platform. */
  readonly secrets: readonly SecretPattern[];
  readonly actors: readonly ActorRule[];
  readonly configEnd: ConfigEnd;
}

/** An operating system: how it is spoken to, what it can be asked, and what its answers mean. */
export class Platform {
  constructor(private readonly definition: PlatformDefinition) {}

  get name(): string {
    return this.definition.name;
  }

  get title(): string {
    return this.definition.title;
  }

  get session(): SessionProfile {
    return this.definition.session;
  }

  get configEnd(): ConfigEnd {
    return this.definition.configEnd;
  }

  /** For operator's platforms that are made from this one. */
  get data(): PlatformDefinition {
    return this.definition;
  }

  /** Capture types that have a plan, in the order of the table. */
  get types(): readonly string[] {
    return Object.keys(this.definition.commands);
  }

  /** How a type is collected; undefined when nobody has said so. A plan without steps: the platform has nothing of the kind. */
  commands(type: string): CommandPlan | undefined {
    return Object.hasOwn(this.definition.commands, type) ? this.definition.commands[type] : undefined;
  }

  /** Begins to collect a type; undefined when the platform has nothing of the kind. */
  run(type: string, known: KnownOfDevice = {}, options: RunOptions = {}): CommandRun | undefined {
    const plan = this.commands(type);
    const { vrfs } = this.definition;
    return plan === undefined || plan.steps.length === 0
      ? undefined
      : new CommandRun({ ...(vrfs === undefined ? {} : { vrfs }), readError: (text) => this.readError(text) }, plan, known, options);
  }

  /** The error a device gave instead of an answer. */
  readError(text: string): CommandError | undefined {
    return readCommandError(text, this.definition.session.errorLines);
  }

  /** The name of an interface as the configuration writes it. */
  interfaceName(name: string): string {
    return canonicalInterface(name, this.definition.interfaces);
  }

  /** Whether a type becomes rows here. */
  hasParser(type: string): boolean {
    return this.parsersOf(type) !== undefined;
  }

  /**
   * Rows of a type. Never throws: what is not understood is in `unparsed`.
   * @param output the text of a stored capture, or the answers of a {@link CommandRun}
   */
  parse<Type extends RowType>(type: Type, output: string | readonly CommandOutput[], context?: ParseContext): ParseResult<RowOf<Type>>;
  parse(type: string, output: string | readonly CommandOutput[], context?: ParseContext): ParseResult<unknown>;
  parse(type: string, output: string | readonly CommandOutput[], context: ParseContext = {}): ParseResult<unknown> {
    if (this.commands(type)?.steps.length === 0) {
      return { status: 'unsupported', rows: [], unparsed: [] };
    }
    const outputs = (typeof output === 'string' ? readCaptureText(output, context.command ?? this.commandText(type)) : output).map((one) => ({ ...one, error: one.error ?? this.readError(one.text) }));
    const parsers = this.parsersOf(type);
    const failure = outputs.find(({ error, extra }) => error !== undefined && error.class !== 'FEATURE_DISABLED' && !extra)?.error;
    if (failure !== undefined) {
      return { status: failure.class === 'CMD_INVALID' ? 'unsupported' : 'failed', rows: [], unparsed: [], error: failure };
    }
    if (parsers === undefined) {
      return { status: 'unparsed', rows: [], unparsed: [] };
    }
    const parts = outputs.filter(({ error }) => error === undefined).map((one) => {
      const asked: ParseContext = { command: one.command, ...(one.context === undefined ? (context.context === undefined ? {} : { context: context.context }) : { context: one.context }) };
      const parser = one.format === 'json' || looksLikeJson(one.text) ? (parsers.json ?? parsers.text) : (parsers.text ?? parsers.json);
      return parser?.(one.text, asked) ?? { rows: [], unparsed: [] };
    });
    const joined = joinParsed<unknown>(parts);
    const merged = type === 'interfaces' ? { ...joined, rows: mergeInterfaces(joined.rows as InterfaceRow[]) } : type === 'version' ? { ...joined, rows: mergeVersions(joined.rows as VersionRow[]) } : joined;
    return resultOf(merged, outputs.find(({ error }) => error !== undefined)?.error);
  }

  /** The text without what changes by itself, with the hits of each rule. */
  normalise(type: string, text: string): Normalised {
    const { noise, order } = this.definition;
    const applies = (types: readonly string[] | undefined): boolean => types === undefined || types.includes(type);
    return normaliseText(
      text,
      noise.filter((rule) => applies(rule.types)),
      order.filter((rule) => applies(rule.types)),
    );
  }

  /** The text with its secrets masked; the same secret has the same mask under the same key. */
  mask(text: string, key: string | Buffer): Masked {
    return maskSecrets(text, key, this.definition.secrets);
  }

  /** Who made the last change, where the device tells. */
  actor(text: string): Actor | undefined {
    return readActor(text, this.definition.actors);
  }

  private commandText(type: string): string {
    return this.commands(type)?.steps[0]?.choices[0]?.text ?? type;
  }

  private parsersOf(type: string): { readonly text?: OutputParser<unknown>; readonly json?: OutputParser<unknown> } | undefined {
    return Object.hasOwn(CAPTURE_ROWS, type) ? this.definition.parsers[type as RowType] : undefined;
  }
}

function looksLikeJson(text: string): boolean {
  return /^\s*[[{]/.test(text);
}

function resultOf(parsed: Parsed<unknown>, note: CommandError | undefined): ParseResult<unknown> {
  const { rows, unparsed, checksum } = parsed;
  const complete = unparsed.length === 0 && (checksum === undefined || checksum.said === checksum.counted);
  return {
    status: !complete ? 'partial' : rows.length === 0 ? 'empty' : 'parsed',
    rows,
    unparsed,
    ...(checksum === undefined ? {} : { checksum }),
    ...(note === undefined ? {} : { error: note }),
  };
}
