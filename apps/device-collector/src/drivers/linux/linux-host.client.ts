import { AppError } from '@capstan/kernel';
import type { CaptureStep } from '../../packet-capture/step-names';
import type { Transcript } from '../../packet-capture/transcript';
import type { ExecChannel } from '../../ssh/exec-channel.client';
import { shellAssignments } from '../../ssh/shell-quote';
import type { ExecResult, SshConnection } from '../../ssh/ssh-connection.client';
import { withFunctions } from './scripts';

/** Runs the driver's scripts on a host and writes down what was said. */
export class LinuxHost {
  constructor(
    readonly connection: SshConnection,
    private readonly transcript: Transcript,
  ) {}

  /**
   * Runs a script to its end.
   * @param title what the transcript says instead of the script's text
   */
  async run(step: CaptureStep, title: string, script: string, values: Readonly<Record<string, string | number>>, signal: AbortSignal): Promise<ExecResult> {
    this.transcript.sent(step, title);
    const result = await this.connection.exec('exec sh -s', signal, { stdin: `${shellAssignments(values)}${withFunctions(script)}` });
    this.transcript.received(step, result.stdout);
    this.transcript.received(step, result.stderr);
    return result;
  }

  /** Starts a script that lies on the host and goes on talking to it. */
  open(step: CaptureStep, title: string, path: string, signal: AbortSignal): Promise<ExecChannel> {
    this.transcript.sent(step, title);
    // The path consists of letters, digits, `/`, `.` and `-`: every login shell takes it as it is.
    return this.connection.open(`exec sh ${path}`, signal);
  }

  /** A sentence of our own for the transcript. */
  note(step: CaptureStep, sentence: string): void {
    this.transcript.note(step, sentence);
  }
}

/** The next line of a script. @throws AppError `DEVICE_LOST` when it ended without one */
export async function nextLine(lines: AsyncIterator<string>): Promise<string> {
  const next = await lines.next();
  if (next.done === true) {
    throw new AppError('DEVICE_LOST', 'The device ended the dialogue in the middle', { retryable: true });
  }
  return next.value;
}

/** Runs `onAbort` when the signal aborts during `work`, which has to fail then; the reason is what is thrown. */
export async function closingOnAbort<T>(signal: AbortSignal, onAbort: () => void, work: () => Promise<T>): Promise<T> {
  signal.throwIfAborted();
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    return await work();
  } catch (error) {
    signal.throwIfAborted();
    throw error;
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}
