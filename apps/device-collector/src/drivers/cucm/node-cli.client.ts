import type { DialogueContext } from '../../packet-capture/capture-driver';
import type { CaptureStep } from '../../packet-capture/step-names';
import type { CliAnswer, CliExchange } from '../../ssh/cli/cli-exchange';
import { type CliRunOptions, CliSession } from '../../ssh/cli/cli-session.client';
import type { SshConnection } from '../../ssh/ssh-connection.client';
import { CLI_FOLDER } from './capture-command';
import { type NodeFile, readFileList, saysNoFiles } from './file-list';

/** A node builds its command line for up to a minute. */
const PROMPT_MS = 70_000;
const GOODBYE_MS = 1_000;
/** Wordings in which nodes ask back before they delete. */
const SURE_QUESTION = { name: 'confirmation', pattern: /enter "y" followed by return|\[y\/n\]\s*\??\s*$|\(y(?:es)?\/no?\)\s*\??\s*$/i, answer: 'y' };

/** One session with a node's command line, written down. */
export class NodeCli {
  private constructor(
    private readonly session: CliSession,
    private readonly context: Pick<DialogueContext, 'transcript'>,
  ) {}

  /** Opens a session on a connection that is logged in, and makes it show everything at once. */
  static async open(connection: SshConnection, context: DialogueContext, step: CaptureStep, signal: AbortSignal): Promise<NodeCli> {
    const { clock, target, transcript } = context;
    const session = new CliSession(await connection.shell(signal), clock, { host: target.host });
    try {
      const prompt = await session.sync(PROMPT_MS, signal);
      const cli = new NodeCli(session, context);
      transcript.note(step, `prompt ${prompt}`);
      await cli.run(step, 'set cli pagination off', signal);
      return cli;
    } catch (error) {
      await session.leave('', 0);
      throw error;
    }
  }

  /** Resolves once, with what ended the session. */
  get closed() {
    return this.session.closed;
  }

  /** Runs a command to its prompt. */
  async run(step: CaptureStep, command: string, signal: AbortSignal, options: CliRunOptions = {}): Promise<CliAnswer> {
    this.context.transcript.sent(step, command);
    const answer = await this.session.run(command, signal, options);
    this.context.transcript.received(step, answer.text);
    return answer;
  }

  /** Waits for the prompt. */
  ready(signal: AbortSignal): Promise<void> {
    return this.session.ready(signal);
  }

  /** Begins a command that is led by the caller; nothing is written down, because it may have to be quick. */
  begin(command: string): CliExchange {
    return this.session.begin(command);
  }

  /** The files of a capture, oldest first. */
  async files(step: CaptureStep, captureName: string, signal: AbortSignal): Promise<NodeFile[]> {
    return readFileList((await this.run(step, listCommand(captureName), signal)).text, captureName);
  }

  /** The same without a word in the transcript, which would be full of it. */
  async filesAgain(captureName: string, signal: AbortSignal): Promise<NodeFile[]> {
    return readFileList((await this.session.run(listCommand(captureName), signal)).text, captureName);
  }

  /** Deletes the files of a capture. @returns the node's answer when some are left */
  async deleteFiles(captureName: string, signal: AbortSignal): Promise<string | undefined> {
    const { text } = await this.run('cleanup', `file delete ${CLI_FOLDER}/${captureName}.cap* noconfirm`, signal, { questions: [SURE_QUESTION] });
    const left = await this.run('cleanup', listCommand(captureName), signal);
    const files = readFileList(left.text, captureName);
    if (files.length > 0) {
      return `${files.map(({ name }) => name).join(', ')}: ${text.trim()}`;
    }
    // Others' files may have been listed; an answer in another form is no answer.
    return saysNoFiles(left.text) || /file count = \d+/i.test(left.text) ? undefined : `the node does not tell whether files are left: ${left.text.trim()}`;
  }

  /** Says goodbye. Always succeeds. */
  async leave(word = 'exit'): Promise<void> {
    await this.session.leave(word, GOODBYE_MS);
  }
}

function listCommand(captureName: string): string {
  return `file list ${CLI_FOLDER}/${captureName}* detail`;
}
