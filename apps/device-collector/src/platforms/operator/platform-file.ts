import type { FieldError } from '@capstan/kernel';
import { z } from 'zod';
import { type CommandPlan, type CommandTable, limitsOf } from '../collecting/command-table';
import { COMMAND_ERROR_CLASSES } from '../session/command-error';
import { INTERRUPTERS, PAGERS, type SessionProfile } from '../session/session-profile';
import type { PlatformDefinition } from '../platform';

const TYPE_NAME = /^[a-z][a-z0-9_-]{0,39}$/;
/** A command is one line: a control character would be a second one. */
const commandText = z.string().min(1).max(500).regex(/^\P{Cc}+$/u, 'A command is one line without control characters');

/** A regular expression, as text. */
const pattern = z.string().min(1).max(500).transform((source, context) => {
  try {
    return new RegExp(source);
  } catch (error) {
    context.addIssue({ code: 'custom', message: `Not a regular expression: ${error instanceof Error ? error.message.replace(/^Invalid regular expression: /, '') : 'unknown'}` });
    return z.NEVER;
  }
});
/** A rule that fires anywhere in a line hides edits of access lists. */
const anchored = pattern.refine((expression) => expression.source.startsWith('^'), 'The pattern has to begin with ^');

const choice = z.union([commandText, z.strictObject({ text: commandText, format: z.enum(['text', 'json']).optional(), privileged: z.boolean().optional() })]).transform((value) => (typeof value === 'string' ? { text: value } : value));
const step = z.union([
  commandText.transform((text) => ({ choices: [{ text }] })),
  z.strictObject({ choices: z.array(choice).min(1).max(10), per_vrf: z.boolean().optional(), extra: z.boolean().optional() }).transform(({ per_vrf, ...rest }) => ({ ...rest, ...(per_vrf === undefined ? {} : { perVrf: per_vrf }) })),
]);
const seconds = z.number().int().min(1).max(3_600);
const plan = z.union([
  commandText.transform((text) => ({ steps: [{ choices: [{ text }] }], timeout_sec: undefined, idle_sec: undefined })),
  z.strictObject({ steps: z.array(step).max(20), timeout_sec: seconds.optional(), idle_sec: seconds.optional() }),
]);
const commands = z.record(z.string().regex(TYPE_NAME, 'A capture type is lower-case letters, digits, - and _'), plan);

const session = z.strictObject({
  channel: z.enum(['shell', 'exec']).optional(),
  setup: z.array(commandText).max(20).optional(),
  prompt: anchored.refine((expression) => /\$$/.test(expression.source), 'A prompt is a whole line: the pattern has to end with $').optional(),
  enable_command: commandText.nullable().optional(),
  pagers: z.array(pattern).max(20).optional(),
  error_lines: z.array(z.strictObject({ pattern: anchored, class: z.enum(COMMAND_ERROR_CLASSES) })).max(50).optional(),
  exit: z.array(commandText).min(1).max(5).optional(),
});

/** One file of an operator: a platform of his own, or more capture types for one there is. */
export const platformFile = z.strictObject({
  /** Name of the new platform; of one there is together with `adds_to`. */
  platform: z.string().regex(/^[a-z][a-z0-9_]{1,39}$/, 'A platform is lower-case letters, digits and _'),
  title: z.string().min(1).max(80).optional(),
  /** The platform this one is like; whatever the file does not say is taken from there. */
  like: z.string().optional(),
  session: session.optional(),
  commands: commands.optional(),
  noise: z.array(z.strictObject({ name: z.string().min(1).max(40), types: z.array(z.string()).optional(), pattern: anchored, keep: z.string().max(200).optional() })).max(100).optional(),
  secrets: z.array(z.strictObject({ name: z.string().min(1).max(40), pattern: pattern.refine(({ source }) => /\(\?<secret\d*>/.test(source), 'The pattern needs a group (?<secret>…)') })).max(100).optional(),
  config_end: z.strictObject({ always: anchored.optional(), least_chars: z.number().int().min(0).max(1_000_000) }).optional(),
});
/** See {@link platformFile}. */
export type PlatformFile = z.output<typeof platformFile>;

/** What a directory of files became. */
export interface OperatorPlatforms {
  readonly platforms: readonly PlatformDefinition[];
  /** `path` is the file, a `#`, and the place inside it. */
  readonly errors: readonly FieldError[];
}

/**
 * Reads files in the order of their names; a later one may build on an earlier one. A file with an error changes nothing.
 * @param files name and text of each file
 * @param builtIn Capstan's own platforms
 */
export function readPlatformFiles(files: readonly { readonly name: string; readonly text: string }[], builtIn: readonly PlatformDefinition[]): OperatorPlatforms {
  const known = new Map(builtIn.map((definition) => [definition.name, definition]));
  const own = new Map<string, PlatformDefinition>();
  const errors: FieldError[] = [];
  for (const { name, text } of [...files].sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const read = readOne(name, text, known);
    if (Array.isArray(read)) {
      errors.push(...read);
    } else {
      own.set(read.name, read);
      known.set(read.name, read);
    }
  }
  return { platforms: [...own.values()], errors };
}

function readOne(name: string, text: string, known: ReadonlyMap<string, PlatformDefinition>): PlatformDefinition | FieldError[] {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    return [{ path: name, code: 'NOT_JSON', message: error instanceof Error ? error.message : 'Not JSON' }];
  }
  const checked = platformFile.safeParse(json);
  if (!checked.success) {
    return checked.error.issues.map(({ path, code, message }) => ({ path: `${name}#${path.join('.')}`, code: code.toUpperCase(), message }));
  }
  const file = checked.data;
  const like = file.like ?? (known.has(file.platform) ? file.platform : undefined);
  const base = like === undefined ? undefined : known.get(like);
  if (like !== undefined && base === undefined) {
    return [{ path: `${name}#like`, code: 'UNKNOWN_PLATFORM', message: `There is no platform ${like}; there are ${[...known.keys()].join(', ')}` }];
  }
  if (base === undefined && (file.session?.prompt === undefined || file.commands === undefined)) {
    return [{ path: `${name}#${file.commands === undefined ? 'commands' : 'session.prompt'}`, code: 'REQUIRED', message: 'A platform that is like no other needs its prompt and its commands' }];
  }
  return definitionOf(file, base);
}

const NOTHING: PlatformDefinition = {
  name: '',
  title: '',
  session: { channel: 'shell', setup: [], prompt: /(?!)/, pagers: PAGERS, interrupters: INTERRUPTERS, errorLines: [], exit: ['exit'] },
  commands: {},
  interfaces: [],
  parsers: {},
  noise: [],
  order: [],
  secrets: [],
  actors: [],
  configEnd: { leastChars: 20 },
};

function definitionOf(file: PlatformFile, base: PlatformDefinition = NOTHING): PlatformDefinition {
  return {
    ...base,
    name: file.platform,
    title: file.title ?? (base.name === file.platform ? base.title : file.platform),
    session: sessionOf(file, base.session),
    commands: { ...base.commands, ...commandsOf(file) },
    noise: [...base.noise, ...(file.noise ?? []).map(({ types, keep, ...rule }) => ({ ...rule, ...(types === undefined ? {} : { types }), ...(keep === undefined ? {} : { keep }) }))],
    secrets: [...(file.secrets ?? []), ...base.secrets],
    configEnd: file.config_end === undefined ? base.configEnd : { leastChars: file.config_end.least_chars, ...(file.config_end.always === undefined ? {} : { always: file.config_end.always }) },
  };
}

function sessionOf({ session: said = {} }: PlatformFile, base: SessionProfile): SessionProfile {
  const { enable, ...rest } = base;
  const privileged = said.enable_command === undefined ? enable : said.enable_command === null ? undefined : { needed: />\s?$/, askSecret: /(?:password|passcode):\s*$/i, askUser: /user ?name:\s*$/i, ...enable, command: said.enable_command };
  return {
    ...rest,
    ...(privileged === undefined ? {} : { enable: privileged }),
    channel: said.channel ?? base.channel,
    setup: said.setup ?? base.setup,
    prompt: said.prompt ?? base.prompt,
    pagers: [...(said.pagers ?? []), ...base.pagers],
    errorLines: [...(said.error_lines ?? []), ...base.errorLines],
    exit: said.exit ?? base.exit,
  };
}

function commandsOf(file: PlatformFile): CommandTable {
  return Object.fromEntries(
    Object.entries(file.commands ?? {}).map(([type, { steps, timeout_sec, idle_sec }]): [string, CommandPlan] => {
      const limits = limitsOf(type);
      return [type, { steps, limits: { absoluteMs: timeout_sec === undefined ? limits.absoluteMs : timeout_sec * 1_000, idleMs: idle_sec === undefined ? limits.idleMs : idle_sec * 1_000 } }];
    }),
  );
}
