import type { Clock } from '@capstan/kernel';
import { findExchange, type Recording, substituteNames } from './recording';
import type { Terminal } from './terminal';

const LONGEST_PAUSE_MS = 20;

/**
 * Plays a recorded session: whatever is typed is answered by what the real device answered then. Pauses are shortened;
 * the pieces stay as they were recorded, which is what a reader of prompts must stand.
 */
export class ReplayShell {
  private position = 1;
  private readonly substitutions = new Map<string, string>();

  constructor(
    private readonly terminal: Terminal,
    private readonly recording: Recording,
    private readonly clock: Clock,
    private readonly heard: (line: string) => void,
  ) {}

  /** @throws TerminalClosed; Error when something is typed that nothing in the recording resembles */
  async interact(): Promise<void> {
    await this.play(0);
    for (;;) {
      const typed = await this.readTyped();
      this.heard(typed);
      // Commands may come in another order than they were recorded in.
      const found = findExchange(this.recording.exchanges, typed, this.position) ?? findExchange(this.recording.exchanges, typed, 1);
      if (found === undefined) {
        throw new Error(`nothing like «${typed}» was recorded in ${this.recording.title}`);
      }
      found.substitutions.forEach((now, then) => this.substitutions.set(then, now));
      this.position = found.index + 1;
      await this.play(found.index);
    }
  }

  private async readTyped(): Promise<string> {
    for (let line = ''; ; ) {
      const key = await this.terminal.readKey();
      if (key === '\r' || key === '\n') {
        return line;
      }
      line += key;
      if (key === '\x03' || line === ' ') {
        return line;
      }
    }
  }

  private async play(index: number): Promise<void> {
    const output = this.recording.exchanges[index]?.output ?? [];
    // A name may be spread over pieces: with replacements the pieces are lines.
    const pieces =
      this.substitutions.size === 0
        ? output
        : substituteNames(output.map(({ text }) => text).join(''), this.substitutions)
            .split(/(?<=\n)/)
            .map((text) => ({ text, afterMs: 1 }));
    for (const { text, afterMs } of pieces) {
      await this.clock.sleep(Math.min(afterMs, LONGEST_PAUSE_MS), this.terminal.closed);
      await this.terminal.sayExactly(text);
    }
  }
}
