import { type Clock, isoTime } from '@capstan/kernel';
import type { SentCommand } from '@capstan/tasks';
import { redact } from '@capstan/vault';
import type { CaptureStep } from './step-names';

const LONGEST_LINE = 2_000;
const LARGEST = 512 * 1024;
const SHORTEST_SECRET = 3;

/**
 * The record of everything said to and by a device, fit to be read by whoever may see the session: secrets are taken out
 * wherever they turn up, and control characters too, because devices send what they like.
 */
export class Transcript {
  private readonly text: string[] = [];
  private size = 0;
  private readonly secrets: string[];

  constructor(
    private readonly clock: Clock,
    secrets: readonly (string | undefined)[],
    private readonly onCommand: (command: SentCommand) => void = () => undefined,
  ) {
    this.secrets = secrets.flatMap((secret) => (secret === undefined ? [] : [secret, secret.trim()])).filter((secret) => secret.length >= SHORTEST_SECRET);
  }

  /** Takes out one more secret from now on, e.g. a password made for one transfer. */
  hide(secret: string): void {
    this.secrets.push(secret);
  }

  /** What we sent. */
  sent(step: CaptureStep, command: string): void {
    this.add(step, '>', command);
    this.onCommand({ at: this.clock.now(), step, command: this.clean(command) });
  }

  /** What came back; several lines stay several lines. */
  received(step: CaptureStep, text: string): void {
    for (const line of text.split('\n')) {
      if (line.trim() !== '') {
        this.add(step, '<', line);
      }
    }
  }

  /** What we made of it. */
  note(step: CaptureStep, sentence: string): void {
    this.add(step, '·', sentence);
  }

  /** The same text without secrets, for messages that leave the collector. */
  clean(text: string): string {
    return redact(text, this.secrets).replace(/\p{Cc}+/gu, ' ').slice(0, LONGEST_LINE);
  }

  /** The whole record. */
  toString(): string {
    return this.text.join('');
  }

  private add(step: CaptureStep, mark: string, text: string): void {
    if (this.size > LARGEST) {
      return;
    }
    const line = `${isoTime(this.clock.now())}  ${step.padEnd(14)} ${mark} ${this.clean(text)}\n`;
    this.size += line.length;
    this.text.push(this.size > LARGEST ? '(the transcript was cut here)\n' : line);
  }
}
