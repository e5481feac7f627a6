import { AppError } from '@capstan/kernel';
import type { CaptureSample, DialogueContext } from '../../packet-capture/capture-driver';
import type { SshConnection } from '../../ssh/ssh-connection.client';
import { NodeCli } from './node-cli.client';

/** Milliseconds between two looks; a look makes the node list a folder. */
export const SIZE_EVERY_MS = 5_000;

/**
 * A second session beside the one that captures and is silent: tells how the files grow. A node that lets nobody else in
 * still captures, so what goes wrong here is a warning.
 */
export class SizeWatch {
  private connection: SshConnection | undefined;
  private cli: NodeCli | undefined;

  constructor(
    private readonly context: DialogueContext,
    private readonly captureName: string,
  ) {}

  /** Reports until the signal aborts; never rejects. */
  async run(onSample: (sample: CaptureSample) => void, everyMs: number, signal: AbortSignal): Promise<void> {
    const { clock } = this.context;
    try {
      for (;;) {
        onSample(await this.look(signal));
        await clock.sleep(everyMs, signal);
      }
    } catch (error) {
      if (!signal.aborted) {
        onSample({ warning: `the size of the capture cannot be shown: ${this.context.transcript.clean(AppError.from(error).message)}` });
      }
    } finally {
      await this.close();
    }
  }

  /** How large the files are now. */
  async look(signal: AbortSignal): Promise<CaptureSample> {
    const known = this.cli;
    const cli = (this.cli = known ?? (await this.open(signal)));
    const files = known === undefined ? await cli.files('poll', this.captureName, signal) : await cli.filesAgain(this.captureName, signal);
    return { bytes: files.reduce((sum, { size }) => sum + size, 0), files: files.length };
  }

  /** Lets go of the session. Always succeeds. */
  async close(): Promise<void> {
    await this.cli?.leave();
    await this.connection?.end(AbortSignal.timeout(1_000)).catch(() => undefined);
    this.cli = undefined;
    this.connection = undefined;
  }

  private async open(signal: AbortSignal): Promise<NodeCli> {
    const { ssh, target, login } = this.context;
    this.connection = await ssh.logInto(target, login, signal);
    return NodeCli.open(this.connection, this.context, 'poll', signal);
  }
}
