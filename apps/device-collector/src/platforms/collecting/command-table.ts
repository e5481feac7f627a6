/** Formats a device can answer in. */
export type OutputFormat = 'text' | 'json';

/** One command. `{vrf}` in its text is replaced. */
export interface CommandChoice {
  readonly text: string;
  /** Default `text`. */
  readonly format?: OutputFormat;
  /** It has to be sent from the privileged mode. */
  readonly privileged?: boolean;
}

/** One question to the device, and the ways to ask it. */
export interface CommandStep {
  /** In the order of preference: the next is tried where a device does not know one, or where its JSON is broken. */
  readonly choices: readonly CommandChoice[];
  /** Asked once for each VRF but the global table. */
  readonly perVrf?: boolean;
  /** Adds to what a type has; that the device does not know it is no failure. */
  readonly extra?: boolean;
}

/** Longest times of a command, in milliseconds: altogether, and without a sign of life. */
export interface CommandLimits {
  readonly absoluteMs: number;
  readonly idleMs: number;
}

/** How a capture type is collected. */
export interface CommandPlan {
  /** In their order. None: the platform has nothing of the kind. */
  readonly steps: readonly CommandStep[];
  readonly limits: CommandLimits;
}

/** What a platform can be asked, by capture type. */
export type CommandTable = Readonly<Record<string, CommandPlan>>;

/** Default limits; configurations can stall while they are built, routing tables are long. */
export const COMMAND_LIMITS: CommandLimits = { absoluteMs: 60_000, idleMs: 20_000 };
/** See {@link COMMAND_LIMITS}. */
export const CONFIG_LIMITS: CommandLimits = { absoluteMs: 180_000, idleMs: 60_000 };
/** See {@link COMMAND_LIMITS}. */
export const ROUTE_LIMITS: CommandLimits = { absoluteMs: 300_000, idleMs: 20_000 };

/** The limits of a capture type where nothing else is said. */
export function limitsOf(type: string): CommandLimits {
  return type === 'configs' ? CONFIG_LIMITS : type === 'routes' ? ROUTE_LIMITS : COMMAND_LIMITS;
}

/** A plan in short: a string is a step with one choice. */
export function planOf(type: string, ...steps: readonly (string | CommandStep)[]): CommandPlan {
  return { steps: steps.map((step) => (typeof step === 'string' ? { choices: [{ text: step }] } : step)), limits: limitsOf(type) };
}

/** A step in short: texts in the order of preference. */
export function stepOf(...texts: readonly string[]): CommandStep {
  return { choices: texts.map((text) => ({ text })) };
}

/** A step that adds to a type. */
export function extraOf(...texts: readonly string[]): CommandStep {
  return { ...stepOf(...texts), extra: true };
}

/** A step that is asked for each VRF. */
export function perVrfOf(...texts: readonly string[]): CommandStep {
  return { ...stepOf(...texts), extra: true, perVrf: true };
}

/** A step that is asked from the privileged mode. */
export function privilegedOf(...texts: readonly string[]): CommandStep {
  return { choices: texts.map((text) => ({ text, privileged: true })) };
}

/** A step that prefers JSON and falls back to text. */
export function jsonOf(json: string, ...texts: readonly string[]): CommandStep {
  return { choices: [{ text: json, format: 'json' }, ...texts.map((text) => ({ text }))] };
}
