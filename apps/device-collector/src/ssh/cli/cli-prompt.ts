import { isSyslogLine } from './syslog-line';

/** A line that may be a prompt: no blank at its start, and one of the usual signs at its end. */
const ASKS_FOR_LOGIN = /(?:pass(?:word|code|phrase)|user ?name|login|user id|\[confirm\]|\(y(?:es)?\/no?\)).{0,4}$/i;
const CANDIDATE = /^(?=.*[A-Za-z0-9])[^\s].{0,120}?[#>$%:] ?$|^[#>$%] ?$/;
/** IOS cuts a long host name short when a mode stands behind it. */
const SURE_LENGTH = 16;
const MOST_KNOWN = 16;
const NAME_ENDS = '#>$%:';

/** Whether a line may be a prompt. */
export function mayBePrompt(line: string): boolean {
  return CANDIDATE.test(line) && !ASKS_FOR_LOGIN.test(line);
}

/** A prompt that the device has shown twice in answer to nothing, and the forms it takes in other modes. */
export class CliPrompt {
  private readonly whole: RegExp;
  private readonly atStart: RegExp;
  /** As it was learned, without blanks at its end. */
  readonly learned: string;
  private readonly known = new Set<string>();

  constructor(shown: string) {
    this.learned = shown.trimEnd();
    this.known.add(this.learned);
    const sign = this.learned.slice(-1);
    const signs = sign === '#' || sign === '>' ? '[#>]' : escaped(NAME_ENDS.includes(sign) ? sign : '');
    const name = this.learned.slice(0, NAME_ENDS.includes(sign) ? -1 : undefined).replace(/\([^()]*\)$/, '');
    const known = name.length > SURE_LENGTH ? `${escaped(name.slice(0, SURE_LENGTH))}[\\w.:@~/-]*` : escaped(name);
    const form = `${known}(?:\\([^()\\r\\n]{1,60}\\))?${signs}`;
    this.whole = new RegExp(`^${form} ?$`);
    this.atStart = new RegExp(`^${form} ?`);
  }

  /** Whether a line is a prompt and nothing else. */
  is(line: string): boolean {
    return this.whole.test(line);
  }

  /** Whether a line is a prompt that has ended an answer before, to the letter. */
  isKnown(line: string): boolean {
    return this.known.has(line.trimEnd());
  }

  /** Remembers a prompt that has ended an answer. */
  remember(line: string): void {
    if (this.is(line) && this.known.size < MOST_KNOWN) {
      this.known.add(line.trimEnd());
    }
  }

  /** The line without a prompt at its start. */
  without(line: string): string {
    return line.replace(this.atStart, '');
  }

  /** The log message that was written behind a prompt; undefined when the line is something else. */
  messageBehind(line: string): string | undefined {
    const rest = this.without(line);
    return rest !== line && isSyslogLine(rest) ? rest : undefined;
  }
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\/-]/g, '\\$&');
}
