import { AppError } from '@capstan/kernel';
import type { CaptureStep } from '../../packet-capture/step-names';
import type { Transcript } from '../../packet-capture/transcript';
import type { CliAnswer, CliExchange } from '../../ssh/cli/cli-exchange';
import type { CliRunOptions, CliSession } from '../../ssh/cli/cli-session.client';
import { readRefusal } from './router-output';

/** A confirmation is what an empty line gives. */
const CONFIRMATION = { name: 'a confirmation', pattern: /\[confirm\]\s*$/i, answer: '', atMost: 5 };

/** Speaks with a router's command line, and writes down what was said. */
export class RouterCli {
  constructor(
    readonly session: CliSession,
    private readonly host: string,
    private readonly transcript: Transcript,
  ) {}

  /** Runs a command; confirmations are given. Whatever the router says is an answer. */
  async ask(step: CaptureStep, command: string, signal: AbortSignal, options: CliRunOptions = {}): Promise<CliAnswer> {
    this.transcript.sent(step, command);
    const answer = await this.session.run(command, signal, { ...options, questions: [CONFIRMATION, ...(options.questions ?? [])] });
    this.heard(step, answer);
    return answer;
  }

  /** Repeats a question that has been written down before: neither it nor its answer is written again. */
  askAgain(command: string, signal: AbortSignal, options: CliRunOptions = {}): Promise<CliAnswer> {
    return this.session.run(command, signal, { ...options, questions: [CONFIRMATION] });
  }

  /** Runs a command that has to succeed. @throws AppError `CLI_INVALID_INPUT`, `PRIV_INSUFFICIENT` */
  async order(step: CaptureStep, command: string, signal: AbortSignal, options: CliRunOptions = {}): Promise<CliAnswer> {
    const answer = await this.ask(step, command, signal, options);
    const refusal = readRefusal(answer.text);
    if (refusal !== undefined) {
      throw new AppError(refusal.code, `${this.host}: "${command}": ${refusal.message}`);
    }
    return answer;
  }

  /** Begins a command that is led by the caller. */
  begin(step: CaptureStep, command: string): CliExchange {
    this.transcript.sent(step, command);
    return this.session.begin(command);
  }

  /** Writes down an answer. */
  heard(step: CaptureStep, answer: CliAnswer): void {
    this.transcript.received(step, answer.text);
    answer.messages.forEach((message) => this.transcript.received(step, message));
  }

  /** A sentence of our own for the transcript. */
  note(step: CaptureStep, sentence: string): void {
    this.transcript.note(step, sentence);
  }
}
