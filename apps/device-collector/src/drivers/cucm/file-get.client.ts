import { AppError } from '@capstan/kernel';
import type { CapturedFile, DialogueContext } from '../../packet-capture/capture-driver';
import type { CliExchange } from '../../ssh/cli/cli-exchange';
import type { SinkFile, SinkPlace } from '../../sftp-sink/sftp-sink';
import { CLI_FOLDER } from './capture-command';
import { exactSize } from './exact-size';
import { fileGetFailure, fileGetQuestions, fingerprintsIn, HOST_KEY_QUESTION, saysTransferred } from './file-get-questions';
import type { NodeFile } from './file-list';
import type { NodeCli } from './node-cli.client';

/** A value that is refused is asked for again; more often than this it will not be taken. */
const ASKED_AT_MOST = 3;
/** A node tries to reach the sink for up to two minutes. */
const SILENT_MS = 150_000;
const WHOLE_MS = 3_600_000;
const PLACE_MS = 4 * 3_600_000;
/** Files grow by what was still in a buffer when they were listed. */
const QUOTA_SLACK = 1.05;
const QUOTA_ROOM = 1_048_576;
/** Behind the last byte a node still says goodbye. */
const LAST_WORDS_MS = 60_000;
/** A push may begin a moment after the node has said that it is over. */
const LATE_FILE_MS = 2_000;

/** Makes a node push its files to the sink with `file get`, one after the other. */
export class FileGet {
  constructor(
    private readonly cli: NodeCli,
    private readonly context: DialogueContext,
  ) {}

  /** @throws AppError `EXPORT_UNREACHABLE`, `EXPORT_AUTH_FAILED`, `EXPORT_FAILED`, `HOSTKEY_MISMATCH`, `DEVICE_LOST`; the signal's reason */
  async *fetch(files: readonly NodeFile[], suffix: (index: number) => string, signal: AbortSignal): AsyncGenerator<CapturedFile> {
    const { sftpSink, target, taskId, transcript } = this.context;
    if (sftpSink === undefined) {
      throw new AppError('EXPORT_UNREACHABLE', 'There is no SFTP sink to which the node could push');
    }
    const expected = files.reduce((sum, { size }) => sum + size, 0);
    const place = await sftpSink.open({ taskId, deviceHost: target.host, quotaBytes: Math.ceil(expected * QUOTA_SLACK) + QUOTA_ROOM, lifetimeMs: PLACE_MS });
    transcript.hide(place.password);
    try {
      for (const [index, file] of files.entries()) {
        yield* this.fetchOne(file, suffix(index), place, signal);
      }
    } finally {
      place.close();
    }
  }

  private async *fetchOne(file: NodeFile, suffix: string, place: SinkPlace, signal: AbortSignal): AsyncGenerator<CapturedFile> {
    const { transcript } = this.context;
    const command = `file get ${CLI_FOLDER}/${file.name}`;
    await this.cli.ready(signal);
    transcript.sent('retrieve', command);
    const exchange = this.cli.begin(command);
    const over = new AbortController();
    const dialogue = this.converse(exchange, place, AbortSignal.any([signal, over.signal]));
    dialogue.catch(() => undefined);
    try {
      const pushed = await this.arrival(file, place, dialogue, signal);
      yield { remoteName: file.name, suffix, size: file.size, body: exactSize(pushed.body, file.size, file.name) };
      // The bytes are all here and as many as announced: what the node says now changes nothing, but its prompt is needed.
      const limit = AbortSignal.any([signal, AbortSignal.timeout(LAST_WORDS_MS)]);
      await Promise.race([dialogue, new Promise((_, reject) => limit.addEventListener('abort', () => reject(limit.reason as Error), { once: true }))]).catch((error: unknown) => {
        signal.throwIfAborted();
        transcript.note('retrieve', `the node did not end in peace: ${AppError.from(error).message}`);
      });
    } finally {
      over.abort(new AppError('EXPORT_FAILED', 'The transfer is not wanted any more'));
    }
  }

  /** The file on its way; fails with what the node says when it says so first. */
  private async arrival(file: NodeFile, place: SinkPlace, dialogue: Promise<void>, signal: AbortSignal): Promise<SinkFile> {
    const { clock } = this.context;
    const ended = new AbortController();
    const until = AbortSignal.any([signal, ended.signal]);
    // A push that came behind the node's last word is let in; a node that failed has nothing to push.
    dialogue.then(
      () => clock.sleep(LATE_FILE_MS, signal).then(() => ended.abort(new AppError('EXPORT_FAILED', 'The node says that the file was transferred, but it never came', { retryable: true })), () => undefined),
      (error: unknown) => ended.abort(error),
    );
    for (;;) {
      const pushed = await place.next(until);
      if (pushed.name === file.name) {
        return pushed;
      }
      this.context.transcript.note('retrieve', `the node also pushes ${pushed.path}, which nobody asked for`);
      pushed.body.resume();
    }
  }

  /** Answers every question of the node until its prompt is back. */
  private async converse(exchange: CliExchange, place: SinkPlace, signal: AbortSignal): Promise<void> {
    const { transcript, target } = this.context;
    const questions = fileGetQuestions({ ...place.address, username: place.username, password: place.password, folder: place.folder });
    const patterns = [...questions, { name: 'host-key', pattern: HOST_KEY_QUESTION }];
    const asked = new Map<string, number>();
    let written = 0;
    const sink = `${place.address.host} port ${place.address.port}`;
    for (;;) {
      const { name } = await exchange.until(patterns, { timeoutMs: WHOLE_MS, idleMs: SILENT_MS }, signal);
      if (name === 'prompt') {
        break;
      }
      const times = (asked.get(name) ?? 0) + 1;
      asked.set(name, times);
      if (times > ASKED_AT_MOST) {
        exchange.interrupt();
        throw new AppError('EXPORT_FAILED', `${target.host} asks for ${name} again and again`, { retryable: true, details: { prompt: name } });
      }
      const answer = name === 'host-key' ? this.judgeHostKey(exchange, place) : (questions.find((question) => question.name === name)?.answer ?? '');
      transcript.received('retrieve', exchange.textSoFar.slice(written));
      transcript.sent('retrieve', name === 'password' ? '(one-time password)' : answer);
      exchange.reply(answer);
      written = exchange.textSoFar.length;
    }
    const said = exchange.result?.text ?? '';
    transcript.received('retrieve', said.slice(written));
    if (!saysTransferred(said) && !(asked.has('download-directory') && place.contacts.logins > 0 && !/fail|error|denied|refus/i.test(said))) {
      throw fileGetFailure(target.host, sink, said, place.contacts);
    }
  }

  /** @throws AppError `HOSTKEY_MISMATCH` when the node saw another server's key in our place */
  private judgeHostKey(exchange: CliExchange, place: SinkPlace): string {
    const shown = fingerprintsIn(exchange.textSoFar);
    if (shown.length > 0 && !shown.some((fingerprint) => place.fingerprints.includes(fingerprint))) {
      exchange.reply('no');
      throw new AppError('HOSTKEY_MISMATCH', `${this.context.target.host} sees another server than ours at ${place.address.host}: its key is ${shown.join(', ')}`);
    }
    return 'yes';
  }
}
