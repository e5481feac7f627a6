/** A stretch of a recorded session: what was typed, and everything that came back until the next line was typed. */
export interface RecordedExchange {
  /** Without Enter; empty for Enter alone. The first exchange is the greeting and has none. */
  readonly typed: string;
  /** Exactly what came back, echo included, in the pieces in which it came. */
  readonly output: readonly { readonly text: string; readonly afterMs: number }[];
}

/** A recorded session of a real device. */
export interface Recording {
  readonly title: string;
  readonly exchanges: readonly RecordedExchange[];
}

/**
 * Reads an asciicast v2 file: a line of JSON as header, then `[seconds, "o" | "i", text]` a line. It is what
 * `asciinema rec --stdin -c 'ssh admin@cucm' call.cast` writes, so a session of a real device needs no tool of ours. With
 * `"capstan": {"from": "…"}` in the header, everything before the output that matches is left out: the login of the `ssh`
 * program. Take passwords out of the file before it goes anywhere.
 * @throws Error naming the line that is none of the format
 */
export function readRecording(file: string): Recording {
  const [first = '', ...rest] = file.split('\n');
  const header = parse(first, 1) as { version?: unknown; title?: unknown; capstan?: { from?: unknown } };
  if (header.version !== 2) {
    throw new Error('line 1: not the header of an asciicast v2 file');
  }
  const from = typeof header.capstan?.from === 'string' ? new RegExp(header.capstan.from) : undefined;
  const builder = new ExchangeBuilder(from);
  rest.forEach((line, index) => {
    if (line.trim() !== '') {
      const event = parse(line, index + 2);
      if (!Array.isArray(event) || typeof event[0] !== 'number' || typeof event[1] !== 'string' || typeof event[2] !== 'string') {
        throw new Error(`line ${index + 2}: not [seconds, kind, text]`);
      }
      builder.add(event[0], event[1], event[2]);
    }
  });
  return { title: typeof header.title === 'string' ? header.title : 'recorded session', exchanges: builder.finish() };
}

class ExchangeBuilder {
  private readonly exchanges: { typed: string; output: { text: string; afterMs: number }[] }[] = [{ typed: '', output: [] }];
  private typing = '';
  private last: number | undefined;
  private begun: boolean;

  constructor(private readonly from: RegExp | undefined) {
    this.begun = from === undefined;
  }

  add(seconds: number, kind: string, text: string): void {
    if (kind === 'o') {
      const match = this.begun ? undefined : this.from?.exec(text);
      if (match) {
        this.begun = true;
        this.output(seconds, text.slice(match.index));
      } else if (this.begun) {
        this.output(seconds, text);
      }
    } else if (kind === 'i' && this.begun) {
      this.input(seconds, text);
    }
  }

  finish(): RecordedExchange[] {
    return this.exchanges;
  }

  private output(seconds: number, text: string): void {
    const afterMs = this.last === undefined ? 0 : Math.round((seconds - this.last) * 1_000);
    this.last = seconds;
    this.exchanges.at(-1)?.output.push({ text, afterMs });
  }

  /** A line typed key by key is echoed key by key; that echo belongs to the line, not to the answer before it. */
  private input(seconds: number, text: string): void {
    for (const key of text) {
      if (this.typing === '') {
        this.exchanges.push({ typed: '', output: [] });
      }
      this.last = seconds;
      this.typing += key;
      if (key === '\r' || key === '\n' || key === '\x03' || key === ' ') {
        this.settle(key);
      }
    }
  }

  private settle(key: string): void {
    const current = this.exchanges.at(-1);
    // A blank alone is a key for a pager; inside a line it is part of it.
    if (current !== undefined && (key !== ' ' || this.typing === ' ')) {
      this.exchanges[this.exchanges.length - 1] = { ...current, typed: key === '\x03' || key === ' ' ? this.typing : this.typing.slice(0, -1) };
      this.typing = '';
    }
  }
}

function parse(line: string, number: number): unknown {
  try {
    return JSON.parse(line);
  } catch {
    throw new Error(`line ${number}: not JSON`);
  }
}

/** The line that was recorded for what is typed now, and what differs between the two. */
export interface Likeness {
  readonly index: number;
  /** Names of the recording that are other names now, e.g. that of a file. */
  readonly substitutions: ReadonlyMap<string, string>;
}

const NAME = /[A-Za-z0-9_-]+/g;

/**
 * Finds the next recorded line that `typed` could be a repetition of: the same line, or one that begins with the same word
 * and differs in less than half of its names. What differs is to be replaced in the recorded answer.
 * @param from index of the first exchange to look at
 */
export function findExchange(exchanges: readonly RecordedExchange[], typed: string, from: number): Likeness | undefined {
  const candidates = exchanges.map((exchange, index) => ({ recorded: exchange.typed.trim(), index })).slice(from);
  const same = candidates.find(({ recorded }) => recorded === typed.trim());
  if (same !== undefined) {
    return { index: same.index, substitutions: new Map() };
  }
  const now = typed.match(NAME) ?? [];
  for (const { recorded, index } of candidates) {
    const then = recorded.match(NAME) ?? [];
    const differing = then.map((name, position) => [name, now[position] ?? ''] as const).filter(([name, other]) => name !== other);
    if (then.length === now.length && then[0] === now[0] && differing.length * 2 < now.length) {
      return { index, substitutions: new Map(differing) };
    }
  }
  return undefined;
}

/** Replaces whole names. */
export function substituteNames(text: string, substitutions: ReadonlyMap<string, string>): string {
  return text.replace(NAME, (name) => substitutions.get(name) ?? name);
}
