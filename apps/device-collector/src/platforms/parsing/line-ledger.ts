import { isSyslogLine } from '../../ssh/cli/syslog-line';

/** One line of an output, without blanks at its end. */
export interface SourceLine {
  /** From 1. */
  readonly number: number;
  readonly text: string;
}

/**
 * The lines of an output and what became of each. A line nobody has taken is reported: that a parser does not know it is
 * the rule, that it knows it is what has to be said.
 */
export class LineLedger {
  readonly lines: readonly SourceLine[];
  private readonly taken = new Set<number>();

  constructor(text: string) {
    this.lines = text.split('\n').map((line, index) => ({ number: index + 1, text: line.replace(/[\s\r]+$/, '') }));
    for (const { number, text } of this.lines) {
      // Blank lines carry nothing, and a message of the log is not part of the answer.
      if (text === '' || isSyslogLine(text)) {
        this.taken.add(number);
      }
    }
  }

  /** Every line still to be explained; blank ones too, because they separate records. */
  *open(): Iterable<SourceLine> {
    for (const line of this.lines) {
      if (line.text === '' || !this.taken.has(line.number)) {
        yield line;
      }
    }
  }

  /** Says that a line is understood. */
  take(...lines: readonly SourceLine[]): void {
    for (const { number } of lines) {
      this.taken.add(number);
    }
  }

  /** Lines nobody has taken, in their order. */
  get unparsed(): SourceLine[] {
    return this.lines.filter(({ number }) => !this.taken.has(number));
  }
}
