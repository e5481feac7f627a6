import type { CommandErrorClass, ErrorLine } from './command-error';

/** How a platform is spoken to. Data only: whoever holds the session acts on it. */
export interface SessionProfile {
  /** `shell`: a terminal with a prompt. `exec`: one channel per command, with an exit status. */
  readonly channel: 'shell' | 'exec';
  /** Sent before anything else, in this order. A refusal is tolerated: pagers are answered, width is only comfort. */
  readonly setup: readonly string[];
  /** Put behind every command that shows something, e.g. ` | no-more`. */
  readonly suffix?: string;
  /** A whole last line that may be the prompt, after the removal of terminal sequences. */
  readonly prompt: RegExp;
  /** The prompt of a shell below the command line, and what leads out of it: root on junos lands in `%`. */
  readonly wayIn?: { readonly prompt: RegExp; readonly command: string };
  /** How the privileged mode is reached; absent where there is none. */
  readonly enable?: EnableProfile;
  /** Last lines at which the device waits for a key to go on; a blank is sent. */
  readonly pagers: readonly RegExp[];
  /** Questions and announcements that may come at any time. */
  readonly interrupters: readonly Interrupter[];
  /** First lines of an answer that are an error. */
  readonly errorLines: readonly ErrorLine[];
  /** Sent to say goodbye. */
  readonly exit: readonly string[];
}

/** See {@link SessionProfile.enable}. */
export interface EnableProfile {
  readonly command: string;
  /** A prompt that lacks the privilege. */
  readonly needed: RegExp;
  /** The only lines the secret may be written to. */
  readonly askSecret: RegExp;
  readonly askUser: RegExp;
}

/** Something a device asks or says while a command is expected. */
export interface Interrupter {
  readonly name: string;
  readonly pattern: RegExp;
  /** Text to send; absent where the session must end with `error`. */
  readonly answer?: string;
  readonly error?: CommandErrorClass;
}

/** Marks of pagers, also of those a platform should not have. */
export const PAGERS: readonly RegExp[] = [
  /^\s*-{2,} ?more ?-{2,}\s*$/i,
  /^\s*<-{2,} ?more ?-{2,}>\s*$/i,
  /^-- MORE --, next page: Space, next line: Enter, quit: Control-C\s*$/,
  /^\s*-{2,}\(more(?: \d{1,3}%)?\)-{2,}\s*$/i,
  /^lines \d+-\d+(?:\/\d+)?(?: \(END\)| \d{1,3}%)?\s*$/,
  /^:\s?$/,
  /^\(END\)\s*$/,
];

/** Interrupters of every platform. A new password is never given. */
export const INTERRUPTERS: readonly Interrupter[] = [
  { name: 'new-password', pattern: /(?:enter|choose|type)\s+(?:a\s+|your\s+)?new\s+password|password (?:has|will be) expired|must change your password/i, error: 'AUTH_FAILED' },
  { name: 'login-refused', pattern: /^% ?(?:Login invalid|Authentication failed|Bad passwords)/i, error: 'AUTH_FAILED' },
  { name: 'lines-taken', pattern: /^% ?Connection refused by remote host|^Too many (?:connections|sessions)|^% ?All (?:vty )?lines .*(?:busy|in use)/i, error: 'VTY_BUSY' },
  { name: 'any-key', pattern: /press any key to continue/i, answer: ' ' },
  { name: 'confirm', pattern: /\[confirm\]\s*$/, answer: 'n' },
  { name: 'yes-no', pattern: /(?:\(y\/n\)|\[y\/n\]|\[yes\/no\]|\(yes\/no\))\??:?\s*$/i, answer: 'n' },
  { name: 'continue', pattern: /^do you want to continue\b.*$/i, answer: 'n' },
];

/** Error lines that several families share. */
export const CISCO_LIKE_ERRORS: readonly ErrorLine[] = [
  { pattern: /^% ?(?:Invalid (?:input|command|number|parameter|value|interface|range)|Unknown command|Unrecognized command|Bad IP address)/i, class: 'CMD_INVALID' },
  { pattern: /^% ?(?:Incomplete command|Command incomplete)/i, class: 'CMD_INCOMPLETE' },
  { pattern: /^% ?Ambiguous (?:command|input)/i, class: 'CMD_AMBIGUOUS' },
  { pattern: /^(?:% ?)?(?:Command authorization failed|Authorization (?:failed|denied)|Permission denied|This command is not authorized|Access denied)/i, class: 'CMD_UNAUTHORIZED' },
  { pattern: /^% ?(?:Bad secrets|Error in authentication|No password set|Bad enable passwords)/i, class: 'ENABLE_FAILED' },
  { pattern: /^% ?(?:Login invalid|Authentication failed)/i, class: 'AUTH_FAILED' },
  { pattern: /^% ?Connection refused by remote host|^Too many connections/i, class: 'VTY_BUSY' },
  { pattern: /^% ?.*\b(?:is|are) not (?:enabled|running|active|configured)\b/i, class: 'FEATURE_DISABLED' },
];
