import { isUtf8 } from 'node:buffer';

/** Characters of a line after which it is handed over in pieces: a device that never ends its line must not fill our memory. */
const LONGEST_LINE = 65_536;

const ESC = '\u001b';
const CONTROL = /[\u0000-\u001f\u007f\u0080-\u009f]/g;

type State = 'text' | 'escape' | 'csi' | 'string' | 'string-escape' | 'charset';

/**
 * What a terminal would show, line by line: escape sequences obeyed or dropped, backspaces and carriage returns carried
 * out, wherever the packets were split. Only as much of a terminal as command lines need: a line is over at its line feed,
 * and nothing comes back to it.
 */
export class TerminalText {
  private text = '';
  private cursor = 0;
  private edited = false;
  private state: State = 'text';
  private parameters = '';
  private carry: Buffer = Buffer.alloc(0);

  /** @param onLine takes each line that is over, without its end */
  constructor(private readonly onLine: (line: string) => void) {}

  /** The line that is not over yet. */
  get line(): string {
    return this.text;
  }

  /** Takes the next bytes. */
  push(chunk: Buffer): void {
    const text = this.decode(chunk);
    let position = 0;
    while (position < text.length) {
      if (this.state !== 'text') {
        this.inSequence(text.charAt(position));
        position += 1;
        continue;
      }
      CONTROL.lastIndex = position;
      const end = CONTROL.exec(text)?.index ?? text.length;
      if (end > position) {
        this.put(text.slice(position, end));
      }
      if (end < text.length) {
        this.control(text.charAt(end));
      }
      position = end + 1;
    }
  }

  /** Forgets the line that is not over: what it said has been dealt with. */
  clearLine(): void {
    this.text = '';
    this.cursor = 0;
    this.edited = false;
  }

  private decode(chunk: Buffer): string {
    const bytes = this.carry.length === 0 ? chunk : Buffer.concat([this.carry, chunk]);
    const whole = bytes.length - unfinishedTail(bytes);
    const head = bytes.subarray(0, whole);
    // Old gear writes Latin-1, where every byte is a character.
    const utf8 = isUtf8(head);
    this.carry = utf8 ? Buffer.from(bytes.subarray(whole)) : Buffer.alloc(0);
    return utf8 ? head.toString('utf8') : bytes.toString('latin1');
  }

  private put(piece: string): void {
    if (this.cursor > this.text.length) {
      this.text = this.text.padEnd(this.cursor);
    }
    this.edited ||= this.cursor < this.text.length;
    this.text = this.cursor === this.text.length ? this.text + piece : this.text.slice(0, this.cursor) + piece + this.text.slice(this.cursor + piece.length);
    this.cursor += piece.length;
    if (this.text.length > LONGEST_LINE) {
      this.endLine();
    }
  }

  private control(char: string): void {
    switch (char) {
      case '\n':
        this.endLine();
        return;
      case '\r':
        this.move(-this.cursor);
        return;
      case '\b':
        this.edited = true;
        this.move(-1);
        return;
      case '\t':
        this.put('\t');
        return;
      case ESC:
        this.state = 'escape';
        return;
      case '\u009b':
        this.state = 'csi';
        this.parameters = '';
        return;
      case '\u0085':
        this.endLine();
        return;
      default:
      // The rest makes no mark on a screen.
    }
  }

  private inSequence(char: string): void {
    switch (this.state) {
      case 'escape':
        this.afterEscape(char);
        return;
      case 'csi':
        if (char >= '@' && char <= '~') {
          this.state = 'text';
          this.controlSequence(char);
        } else if (char === ESC) {
          this.state = 'escape';
        } else if (this.parameters.length < 32) {
          this.parameters += char;
        } else {
          this.state = 'text';
        }
        return;
      case 'string':
        if (char === '\u0007' || char === '\u009c' || char === '\n') {
          this.state = 'text';
        } else if (char === ESC) {
          this.state = 'string-escape';
        }
        return;
      case 'charset':
      case 'string-escape':
      case 'text':
        this.state = 'text';
    }
  }

  private afterEscape(char: string): void {
    this.state = 'text';
    if (char === '[') {
      this.state = 'csi';
      this.parameters = '';
    } else if (']PX^_'.includes(char)) {
      this.state = 'string';
    } else if ('()*+-./#%'.includes(char)) {
      this.state = 'charset';
    } else if (char === 'E' || char === 'D') {
      this.endLine();
    }
  }

  /** ECMA-48 control sequences that change a line. */
  private controlSequence(final: string): void {
    const count = Number(/^\d+/.exec(this.parameters)?.[0] ?? '');
    const atLeastOne = Math.min(Math.max(count, 1), LONGEST_LINE);
    switch (final) {
      case 'D':
        this.move(-atLeastOne);
        return;
      case 'C':
        this.move(atLeastOne);
        return;
      case 'G':
        this.move(atLeastOne - 1 - this.cursor);
        return;
      case 'K':
        this.erase(count);
        return;
      case 'P':
        this.text = this.text.slice(0, this.cursor) + this.text.slice(this.cursor + atLeastOne);
        this.edited = true;
        return;
      case 'L':
      case 'E':
        this.endLine();
        return;
      default:
      // Colours, modes and the like.
    }
  }

  private erase(what: number): void {
    this.edited = true;
    if (what === 0) {
      this.text = this.text.slice(0, this.cursor);
    } else if (what === 1) {
      this.text = ' '.repeat(Math.min(this.cursor, this.text.length)) + this.text.slice(this.cursor);
    } else {
      this.text = '';
    }
  }

  private move(by: number): void {
    this.cursor = Math.min(Math.max(0, this.cursor + by), LONGEST_LINE);
  }

  private endLine(): void {
    // What was written over leaves blanks behind that nobody meant.
    const line = this.edited ? this.text.trimEnd() : this.text;
    this.clearLine();
    this.onLine(line);
  }
}

/** Bytes at the end that begin a UTF-8 character without ending it. */
function unfinishedTail(bytes: Buffer): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back += 1) {
    const byte = bytes[bytes.length - back] ?? 0;
    if (byte >= 0xc0) {
      const length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2;
      return length > back ? back : 0;
    }
    if (byte < 0x80) {
      return 0;
    }
  }
  return 0;
}
