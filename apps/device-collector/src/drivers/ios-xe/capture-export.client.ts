import { Readable } from 'node:stream';
import { AppError } from '@capstan/kernel';
import type { CapturedFile, DialogueContext } from '../../packet-capture/capture-driver';
import type { CliQuestion } from '../../ssh/cli/cli-exchange';
import { openScpSource, type ScpFile } from '../../ssh/scp-source.client';
import type { SshConnection } from '../../ssh/ssh-connection.client';
import type { SinkPlace } from '../../sftp-sink/sftp-sink';
import { BufferDump } from './buffer-dump';
import type { IosXePlan } from './ios-xe-plan';
import type { RouterCli } from './router-cli.client';
import { readExport, readFileSize, readFreeBytes, readRefusal } from './router-output';

/** A large buffer takes minutes to write, and little is said meanwhile. */
const EXPORT_LIMITS = { timeoutMs: 900_000, idleMs: 300_000 };
const FILE_POLL_MS = 500;
const SCP_HEADER_MS = 15_000;
const PUSH_LIFETIME_MS = 1_800_000;
const PUSH_SCHEMES = ['sftp', 'scp'] as const;
const MEBI = 1_048_576;
/** Kept free besides the file: the router needs its flash for itself. */
const SPARE_BYTES = MEBI;
/** Above it the listing of a buffer would take hours; and it is a last resort. */
const MOST_DUMPED_BYTES = 16 * MEBI;

/** What the export works with. */
export interface ExportPorts {
  readonly cli: RouterCli;
  readonly connection: SshConnection;
  readonly context: DialogueContext;
  readonly plan: IosXePlan;
  /** KB in the buffer, when the router told. */
  readonly usedKb: number | undefined;
  /** Unix milliseconds for packets whose times are lost. */
  readonly startedAt: number;
}

/**
 * Brings a capture from a router: through a file on its flash, which is fetched; pushed to us when that is impossible; and
 * at last read off the screen.
 */
export class CaptureExport {
  private readonly failures: AppError[] = [];

  constructor(private readonly ports: ExportPorts) {}

  /** The one file there is. @throws AppError `EXPORT_FAILED` and its relatives, with every way that was tried in `details.tried` */
  async *files(signal: AbortSignal): AsyncGenerator<CapturedFile> {
    const fetched = await this.attempt('file on the flash', () => this.fetch(signal), signal);
    if (fetched !== undefined) {
      yield this.captured(fetched.body, fetched.size);
      return;
    }
    for await (const file of this.pushed(signal)) {
      yield file;
      return;
    }
    const dumped = await this.attempt('listing of the buffer', () => this.dump(signal), signal);
    if (dumped !== undefined) {
      this.ports.cli.note('retrieve', 'the times of the packets are lost: they are made up, in their order');
      yield { ...this.captured(dumped, undefined), meta: { timestamps: 'synthetic' } };
      return;
    }
    throw this.failure();
  }

  private captured(body: Readable, size: number | undefined): CapturedFile {
    return { remoteName: `${this.ports.plan.file_system}${this.ports.plan.file}`, suffix: '', ...(size === undefined ? {} : { size }), body };
  }

  private async attempt<T>(way: string, work: () => Promise<T>, signal: AbortSignal): Promise<T | undefined> {
    try {
      return await work();
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof AppError) || error.code === 'DEVICE_LOST') {
        throw error;
      }
      this.failures.push(error);
      this.ports.cli.note('retrieve', `no ${way}: ${error.code}: ${error.message}`);
      return undefined;
    }
  }

  private failure(): AppError {
    const tried = this.failures.map(({ code, message }) => ({ code, message }));
    const telling = this.failures.find(({ code }) => code.startsWith('EXPORT_')) ?? this.failures[0];
    const code = telling?.code.startsWith('EXPORT_') === true || telling?.code === 'DISK_LOW' ? telling.code : 'EXPORT_FAILED';
    return new AppError(code, `${this.ports.context.target.host}: the capture could not be brought here: ${this.failures.map(({ message }) => message).join('; ')}`, { details: { tried } });
  }

  private async fetch(signal: AbortSignal): Promise<ScpFile> {
    await this.checkSpace(signal);
    await this.exportToFlash(signal);
    const size = await this.fileSize(signal);
    const file = await this.openFile(signal);
    if (size !== undefined && size !== file.size) {
      file.body.destroy();
      throw new AppError('EXPORT_FAILED', `the router lists ${size} bytes and would send ${file.size}`);
    }
    return file;
  }

  private async checkSpace(signal: AbortSignal): Promise<void> {
    const { cli, plan, usedKb } = this.ports;
    const free = readFreeBytes((await cli.ask('retrieve', `dir ${plan.file_system} | include free`, signal)).text);
    const needed = 2 * (usedKb === undefined ? plan.buffer_mb * MEBI : usedKb * 1_024) + SPARE_BYTES;
    if (free !== undefined && free < needed) {
      throw new AppError('DISK_LOW', `${plan.file_system} has ${free} bytes free, and ${needed} are needed`);
    }
  }

  private async exportToFlash(signal: AbortSignal): Promise<void> {
    const { cli, plan } = this.ports;
    const path = `${plan.file_system}${plan.file}`;
    let { text } = await cli.ask('retrieve', `monitor capture ${plan.name} export ${path}`, signal, EXPORT_LIMITS);
    if (readRefusal(text)?.code === 'CLI_INVALID_INPUT') {
      ({ text } = await cli.ask('retrieve', `monitor capture ${plan.name} export location ${path}`, signal, EXPORT_LIMITS));
    }
    const verdict = readExport(text);
    if (verdict.outcome === 'failed') {
      throw verdict.error;
    }
    if (verdict.outcome === 'started') {
      await this.fileGrown(signal);
    }
  }

  /** Waits until a file that the router writes on by itself has stopped growing. */
  private async fileGrown(signal: AbortSignal): Promise<void> {
    const { clock } = this.ports.context;
    const deadline = clock.monotonic() + EXPORT_LIMITS.timeoutMs;
    for (let last: number | undefined; clock.monotonic() < deadline; ) {
      await clock.sleep(FILE_POLL_MS, signal);
      const size = await this.fileSize(signal);
      if (size !== undefined && size > 0 && size === last) {
        return;
      }
      last = size;
    }
    throw new AppError('EXPORT_FAILED', 'the router has not finished its file');
  }

  private async fileSize(signal: AbortSignal): Promise<number | undefined> {
    const { cli, plan } = this.ports;
    const { text } = await cli.ask('retrieve', `dir ${plan.file_system}${plan.file}`, signal);
    return readFileSize(text, plan.file);
  }

  private async openFile(signal: AbortSignal): Promise<ScpFile> {
    const { connection, plan } = this.ports;
    const failures: AppError[] = [];
    // Some releases take the whole path, others the bare name; some open no second channel on a connection.
    for (const path of [`${plan.file_system}${plan.file}`, plan.file]) {
      try {
        return await this.openOn(connection, path, signal);
      } catch (error) {
        signal.throwIfAborted();
        if (!(error instanceof AppError) || error.code === 'DEVICE_LOST') {
          throw error;
        }
        failures.push(error);
        if (error.code === 'CHANNEL_REFUSED') {
          return this.openOnAnother(path, signal);
        }
        if (/administratively disabled/i.test(error.message)) {
          break;
        }
      }
    }
    throw failures[0] ?? new AppError('SCP_UNAVAILABLE', 'The router does not send its file');
  }

  private async openOn(connection: SshConnection, path: string, signal: AbortSignal): Promise<ScpFile> {
    const { clock } = this.ports.context;
    this.ports.cli.note('retrieve', `scp -f ${path}`);
    const inTime = new AbortController();
    const late = new AbortController();
    const timer = clock.sleep(SCP_HEADER_MS, late.signal).then(
      () => inTime.abort(new AppError('SCP_UNAVAILABLE', `the router did not begin to send within ${SCP_HEADER_MS / 1_000} s`)),
      () => undefined,
    );
    try {
      return await openScpSource(connection, path, AbortSignal.any([signal, inTime.signal]));
    } finally {
      late.abort();
      await timer;
    }
  }

  private async openOnAnother(path: string, signal: AbortSignal): Promise<ScpFile> {
    const { context } = this.ports;
    this.ports.cli.note('retrieve', 'the router opens no second channel: a second connection');
    const connection = await context.ssh.logInto(context.target, context.login, signal);
    const hangUp = (): void => connection.destroy();
    try {
      const file = await this.openOn(connection, path, signal);
      file.body.once('close', hangUp);
      return file;
    } catch (error) {
      hangUp();
      throw error;
    }
  }

  private async *pushed(signal: AbortSignal): AsyncGenerator<CapturedFile> {
    const { context, plan } = this.ports;
    const { sftpSink } = context;
    if (sftpSink === undefined) {
      this.failures.push(new AppError('EXPORT_UNREACHABLE', 'no address is set to which routers could push their captures'));
      return;
    }
    const wish = { taskId: context.taskId, deviceHost: context.target.host, quotaBytes: (plan.buffer_mb + 1) * 2 * MEBI, lifetimeMs: PUSH_LIFETIME_MS };
    const place = await this.attempt('push', () => sftpSink.open(wish), signal);
    if (place === undefined) {
      return;
    }
    try {
      for (const scheme of PUSH_SCHEMES) {
        const push = await this.attempt(`push by ${scheme.toUpperCase()}`, () => this.beginPush(scheme, place, signal), signal);
        if (push !== undefined) {
          yield this.captured(push.body, undefined);
          await this.attempt(`push by ${scheme.toUpperCase()}`, push.finish, signal);
          return;
        }
      }
    } finally {
      place.close();
    }
  }

  private async beginPush(scheme: (typeof PUSH_SCHEMES)[number], place: SinkPlace, signal: AbortSignal): Promise<{ readonly body: Readable; readonly finish: () => Promise<void> }> {
    const { cli, plan, context } = this.ports;
    const { host, port } = place.address;
    context.transcript.hide(place.password);
    await cli.session.ready(signal);
    // Never with the password: commands are logged, here and on the router and by its accounting.
    const exchange = cli.begin('retrieve', `monitor capture ${plan.name} export ${scheme}://${place.username}@${host}${port === 22 ? '' : `:${port}`}${place.folder}/${plan.file}`);
    const told = exchange.finish(EXPORT_LIMITS, signal, pushQuestions(place, plan.file)).then((answer) => {
      cli.heard('retrieve', answer);
      return readExport(answer.text);
    });
    told.catch(() => undefined);
    const enough = new AbortController();
    const arrived = place.next(AbortSignal.any([signal, enough.signal]));
    arrived.catch(() => undefined);
    const first = await Promise.race([arrived, told]);
    if ('body' in first) {
      const finish = async (): Promise<void> => {
        const verdict = await told;
        if (verdict.outcome === 'failed') {
          throw verdict.error;
        }
      };
      return { body: first.body, finish };
    }
    if (first.outcome !== 'failed') {
      // It was the faster of the two to tell.
      const late = await Promise.race([arrived, context.clock.sleep(LATE_FILE_MS, signal)]);
      if (late !== undefined) {
        return { body: late.body, finish: () => Promise.resolve() };
      }
    }
    enough.abort(new AppError('EXPORT_FAILED', 'The router has given up'));
    throw first.outcome === 'failed' ? first.error : new AppError('EXPORT_FAILED', 'the router says that it has pushed its file, and none came');
  }

  private async dump(signal: AbortSignal): Promise<Readable> {
    const { cli, plan, usedKb, startedAt } = this.ports;
    if ((usedKb ?? plan.buffer_mb * 1_024) * 1_024 > MOST_DUMPED_BYTES) {
      throw new AppError('EXPORT_FAILED', 'the buffer is too large to be listed');
    }
    const dump = new BufferDump(startedAt);
    const chunks: Buffer[] = [];
    let said = '';
    await cli.ask('retrieve', `show monitor capture ${plan.name} buffer dump`, signal, {
      ...EXPORT_LIMITS,
      onLine: (line) => {
        said = said === '' ? line.trim() : said;
        dump.line(line);
        chunks.push(dump.take());
      },
    });
    dump.end();
    chunks.push(dump.take());
    if (dump.packets === 0 && (usedKb ?? 1) > 0) {
      throw new AppError('EXPORT_FAILED', `the router listed no packet${said === '' ? '' : `: ${said.slice(0, 200)}`}`);
    }
    return Readable.from(chunks.filter((chunk) => chunk.length > 0), { objectMode: false });
  }
}

/** How long a file may be announced behind the router's last word. */
const LATE_FILE_MS = 2_000;

function pushQuestions(place: SinkPlace, file: string): CliQuestion[] {
  return [
    { name: 'a confirmation', pattern: /\[confirm\]\s*$/i, answer: '' },
    { name: 'the address', pattern: /address or name of remote host[^?]*\?\s*$/i, answer: place.address.host },
    { name: 'the user', pattern: /(?:destination|source|remote)? ?user ?name[^?:]*[?:]\s*$/i, answer: place.username },
    { name: 'the file name', pattern: /destination file ?name[^?]*\?\s*$/i, answer: '' },
    { name: 'the file', pattern: new RegExp(`${file}\\]\\?\\s*$`, 'i'), answer: '' },
    // Asked a second time, it was refused: it is good for this task only, but one guess is enough.
    { name: 'the password', pattern: /password:\s*$/i, answer: place.password, atMost: 1 },
    { name: 'the host key', pattern: /\(yes\/no[^)]*\)\??:?\s*$/i, answer: 'yes' },
  ];
}

