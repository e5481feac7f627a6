/**
 * The dialogue of a device as data. Everything here is plain JSON: a device of another version is another object, and a
 * wording seen on a real device is one changed string. What data cannot say (bytes of a file, a push to a server) is a
 * hook, called by its name.
 *
 * Texts are templates: `{{name}}` is replaced by what is known under that name, looked up in the named groups of the
 * command's pattern, in the session's and the device's variables, and in the platform's computed values. A line ends with
 * `\n`; the terminal makes `\r\n` of it.
 */
export interface GearScript {
  /** Which platform and version this is, e.g. `cucm-14`. */
  readonly name: string;
  readonly ssh: GearSsh;
  /** Variables every device starts with. */
  readonly device: GearVariables;
  /** Variables every session starts with. */
  readonly session: GearVariables;
  /** What is said between the login and the first prompt. */
  readonly greeting: readonly GearAction[];
  /** Prompt of each mode, by its name. */
  readonly prompts: Readonly<Record<string, string>>;
  readonly firstMode: string;
  /** Commands; the first that matches wins. */
  readonly commands: readonly GearCommand[];
  /** What is said to a line that matches none. `{{line}}` is the line. */
  readonly unknown: readonly GearAction[];
  /** Commands of exec channels (no terminal); absent where the device opens none. */
  readonly exec?: readonly GearCommand[];
  readonly pager: GearPager;
}

/** Numbers are written as text where a template shows them. */
export type GearVariables = Readonly<Record<string, string | number>>;

/** How the device speaks SSH. */
export interface GearSsh {
  /** Software part of the identification string: `SSH-2.0-<ident>`. */
  readonly ident: string;
  /** `legacy`: SHA-1 groups and `ssh-rsa` only; `ssh2`'s server knows no group exchange. */
  readonly algorithms: 'modern' | 'legacy';
  /** Order in which methods are told to the client. */
  readonly methods: readonly ('password' | 'keyboard-interactive')[];
  /** Question of keyboard-interactive. */
  readonly question: string;
  /** Text before the login (RFC 4252 §5.4). */
  readonly banner?: string;
  /** Logins after which the device hangs up. Default 3. */
  readonly tries?: number;
}

/** What breaks long output into pages. */
export interface GearPager {
  readonly prompt: string;
  /** Session variable that holds the number of lines; 0 is off. */
  readonly variable: string;
  /** Keys; `line` and `page` go on, `quit` drops the rest. */
  readonly keys: { readonly line: string; readonly page: string; readonly quit: string };
}

/** One command, or a family of them. */
export interface GearCommand {
  /** Modes in which it is known; all when absent. */
  readonly modes?: readonly string[];
  /** Source of a regular expression that must match the whole line; blanks around it do not count. */
  readonly match: string;
  readonly reply: readonly GearAction[];
}

/** What a device does. A text alone is said. */
export type GearAction =
  | string
  | { readonly say: string; /** Through the pager. */ readonly paged: true }
  | { readonly wait: number }
  | { readonly set: GearVariables; readonly scope: 'session' | 'device' }
  | { readonly mode: string }
  | { readonly ask: GearQuestion }
  | { readonly when: GearCondition; readonly then: readonly GearAction[]; readonly else?: readonly GearAction[] }
  /** Calls a hook; what follows is chosen by the word it returns. Ctrl-C ends a hook that can be interrupted. */
  | { readonly run: string; readonly with?: Readonly<Record<string, string>>; readonly on?: Readonly<Record<string, readonly GearAction[]>> }
  /** Says no more until Ctrl-C or the end of the connection. */
  | { readonly hang: true }
  /** Leaves the rest of the command undone, and shows the prompt. */
  | { readonly end: true }
  /** Closes the terminal. */
  | { readonly close: true };

/** A question within a command, answered by a line or by one key. */
export interface GearQuestion {
  readonly prompt: string;
  /** Session variable that takes the answer. */
  readonly into: string;
  /** What of the answer is shown; a line by default. */
  readonly echo?: 'line' | 'none' | 'stars';
  /** One key is an answer. */
  readonly key?: true;
  /** Regular expression of good answers, itself a template; every answer is good without it. */
  readonly accept?: string;
  /** Said before a refused answer is asked again. */
  readonly refused?: string;
}

/** All given parts must hold. */
export interface GearCondition {
  /** A name as in templates. */
  readonly of: string;
  readonly is?: string | number;
  /** Source of a regular expression. */
  readonly matches?: string;
  readonly atLeast?: number;
}
