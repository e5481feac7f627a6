import type { CliPrompt } from './cli-prompt';

/** Lines after which no echo is expected any more. */
const PATIENCE_LINES = 50;

/**
 * Takes the echo of one command, and what came before it, out of what comes back: only what stands behind the echo is
 * the answer. The echo may stand behind a prompt, begin anew after a log message, and be spread over lines.
 */
export class EchoRemover {
  private rest: string;
  private readonly wanted: string;
  private held: string[] = [];
  private over: boolean;

  constructor(
    command: string,
    private readonly prompt: CliPrompt | undefined,
  ) {
    this.wanted = command.trim();
    this.rest = this.wanted;
    this.over = this.wanted === '';
  }

  /** Whether the echo has been seen, or is not expected any more. */
  get done(): boolean {
    return this.over;
  }

  /** Takes the next line. @returns the lines that belong to the answer */
  line(line: string): readonly string[] {
    if (this.over) {
      return [line];
    }
    this.held.push(line);
    const bare = (this.prompt?.without(line) ?? line).trim();
    if (bare === this.wanted || (bare !== '' && bare === this.rest)) {
      this.over = true;
      this.held = [];
      return [];
    }
    if (bare !== '') {
      this.rest = (this.rest.startsWith(bare) ? this.rest.slice(bare.length) : this.wanted.startsWith(bare) ? this.wanted.slice(bare.length) : this.wanted).trimStart();
    }
    return this.held.length > PATIENCE_LINES ? this.giveUp() : [];
  }

  /** The device does not echo. @returns the lines that were held back until now */
  giveUp(): readonly string[] {
    const { held } = this;
    this.over = true;
    this.held = [];
    return held;
  }
}
