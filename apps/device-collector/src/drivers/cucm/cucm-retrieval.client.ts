import { AppError } from '@capstan/kernel';
import type { CapturedFile, DialogueContext } from '../../packet-capture/capture-driver';
import { CLI_FOLDER_PATH } from './capture-command';
import { DimeClient, dimeUnreachable } from './dime.client';
import { exactSize } from './exact-size';
import { FileGet } from './file-get.client';
import type { NodeFile } from './file-list';
import type { NodeCli } from './node-cli.client';

/** Failures of one way that the other way may not have. */
const TRY_OTHER_WAY: readonly string[] = ['EXPORT_UNREACHABLE', 'EXPORT_AUTH_FAILED', 'EXPORT_FAILED'];

/** Gets files off a node: by DIME where an application credential is known, else by a push to the sink. */
export class CucmRetrieval {
  constructor(
    private readonly cli: NodeCli,
    private readonly context: DialogueContext,
    private readonly dimePort: number,
  ) {}

  /** The files in the order given. */
  async *fetch(files: readonly NodeFile[], suffix: (index: number) => string, signal: AbortSignal): AsyncGenerator<CapturedFile> {
    const { appLogin, transcript } = this.context;
    let from = 0;
    if (appLogin !== undefined) {
      try {
        for await (const file of this.overDime(files, suffix, appLogin, signal)) {
          yield file;
          from += 1;
        }
        return;
      } catch (error) {
        signal.throwIfAborted();
        const { code, message } = AppError.from(error);
        if (!TRY_OTHER_WAY.includes(code) || this.context.sftpSink === undefined) {
          throw error;
        }
        transcript.note('retrieve', `${code}: ${message}; the node is asked to push instead`);
      }
    }
    const rest = files.slice(from);
    yield* new FileGet(this.cli, this.context).fetch(rest, (index) => suffix(from + index), signal);
  }

  private async *overDime(files: readonly NodeFile[], suffix: (index: number) => string, login: NonNullable<DialogueContext['appLogin']>, signal: AbortSignal): AsyncGenerator<CapturedFile> {
    const { https, target, transcript } = this.context;
    if (https === undefined) {
      throw new AppError('EXPORT_UNREACHABLE', 'There is no way to speak HTTPS with the node');
    }
    const session = await https.connect({ host: target.host, port: this.dimePort }, signal).catch((error: unknown) => {
      signal.throwIfAborted();
      throw dimeUnreachable(error);
    });
    try {
      transcript.note('retrieve', `log collection service at port ${this.dimePort}: ${session.identity}`);
      const dime = new DimeClient(session, login);
      for (const [index, file] of files.entries()) {
        const path = `${CLI_FOLDER_PATH}/${file.name}`;
        transcript.sent('retrieve', `GetOneFile ${path} (${file.size} bytes)`);
        yield { remoteName: file.name, suffix: suffix(index), size: file.size, body: exactSize(await dime.getFile(path, file.size, signal), file.size, file.name) };
      }
    } finally {
      session.end();
    }
  }
}
