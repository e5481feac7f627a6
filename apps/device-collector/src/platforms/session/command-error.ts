/** What a device says instead of an answer. */
export const COMMAND_ERROR_CLASSES = [
  /** It does not know the command. */
  'CMD_INVALID',
  /** The command misses an argument. */
  'CMD_INCOMPLETE',
  /** The command was cut too short to be one. */
  'CMD_AMBIGUOUS',
  /** The account may not run it. */
  'CMD_UNAUTHORIZED',
  /** It knows the command, and what it asks about is switched off: there is nothing to tell. */
  'FEATURE_DISABLED',
  /** It knows the command and could not do it. */
  'CMD_FAILED',
  /** The way into the privileged mode is closed. */
  'ENABLE_FAILED',
  /** The login was refused. */
  'AUTH_FAILED',
  /** All its terminal lines are taken. */
  'VTY_BUSY',
] as const;
/** See {@link COMMAND_ERROR_CLASSES}. */
export type CommandErrorClass = (typeof COMMAND_ERROR_CLASSES)[number];

/** A line that stands for an error. */
export interface ErrorLine {
  /** Anchored at the start of the line. */
  readonly pattern: RegExp;
  readonly class: CommandErrorClass;
}

/** An error a device gave instead of an answer. */
export interface CommandError {
  readonly class: CommandErrorClass;
  /** The device's own words. */
  readonly text: string;
}

/** Says where in the command the device stopped understanding. */
const CARET = /^\s*\^\s*$/;
/** An answer that has more lines than an error has is an answer, whatever its first line. */
const MOST_ERROR_LINES = 6;

/**
 * The error a device gave instead of an answer. Only the first line of a short answer counts: configurations and
 * descriptions may quote any error. A line `% …` in a short answer that no rule knows is `CMD_FAILED`.
 */
export function readCommandError(text: string, errorLines: readonly ErrorLine[]): CommandError | undefined {
  const lines = text.split('\n').map((line) => line.trim()).filter((line) => line !== '' && !CARET.test(line));
  const [first] = lines;
  if (first === undefined || lines.length > MOST_ERROR_LINES) {
    return undefined;
  }
  const known = errorLines.find(({ pattern }) => pattern.test(first));
  if (known !== undefined) {
    return { class: known.class, text: first };
  }
  return /^% ?[A-Z]/.test(first) ? { class: 'CMD_FAILED', text: first } : undefined;
}
