import { Readable } from 'node:stream';
import { AppError } from '@capstan/kernel';
import { type ExecChannel, readToEnd } from './exec-channel.client';
import type { SshConnection } from './ssh-connection.client';

/** A file that a device has begun to send. */
export interface ScpFile {
  readonly name: string;
  /** Bytes. */
  readonly size: number;
  /** Fails with `DEVICE_LOST` when the connection breaks, and `FILE_TRUNCATED` when the device says that it could not read on. */
  readonly body: Readable;
}

const ACKNOWLEDGE = '\0';
const LONGEST_LINE = 4_096;
const [OK, WARNING, FATAL] = [0, 1, 2];

/**
 * Reads one file by the old SCP protocol (`scp -f`), which is what routers speak that have no SFTP. The protocol is known
 * by OpenSSH's implementation: `C<mode> <size> <name>`, the bytes, a status byte; the sink acknowledges each with a zero.
 * @param path without blanks, quotes and the like
 * @throws AppError `SCP_UNAVAILABLE` when the device does not send files this way, `FILE_MISSING`, `CHANNEL_REFUSED`,
 * `DEVICE_LOST`; the signal's reason
 */
export async function openScpSource(connection: SshConnection, path: string, signal: AbortSignal): Promise<ScpFile> {
  if (!/^[\w.:/-]+$/.test(path)) {
    throw new AppError('UNSAFE_ARGUMENT', 'The name of a file on a device contains something else than letters, digits and ._-:/');
  }
  const channel = await connection.open(`scp -f ${path}`, signal);
  const close = (): void => channel.close();
  signal.addEventListener('abort', close, { once: true });
  const bytes = new ScpBytes(channel);
  try {
    channel.stderr.resume();
    channel.write(ACKNOWLEDGE);
    const header = await readHeader(bytes, channel);
    channel.write(ACKNOWLEDGE);
    return { ...header, body: Readable.from(body(bytes, channel, header.size, signal, close), { objectMode: false, highWaterMark: 262_144 }) };
  } catch (error) {
    signal.removeEventListener('abort', close);
    channel.close();
    signal.throwIfAborted();
    throw error;
  }
}

async function readHeader(bytes: ScpBytes, channel: ExecChannel): Promise<{ name: string; size: number }> {
  for (;;) {
    const line = await bytes.line();
    const kind = line.charCodeAt(0);
    if (kind === WARNING || kind === FATAL) {
      const said = line.slice(1).trim();
      throw /no such file|not found|cannot/i.test(said)
        ? new AppError('FILE_MISSING', `The device has no such file: ${said}`)
        : new AppError('SCP_UNAVAILABLE', `The device does not send the file: ${said}`);
    }
    // Times of the file, told by a sender that preserves them.
    if (line.startsWith('T')) {
      channel.write(ACKNOWLEDGE);
      continue;
    }
    const match = /^C[0-7]{3,4} (\d{1,15}) (.+)$/.exec(line);
    if (match === null) {
      throw new AppError('SCP_UNAVAILABLE', `The device does not speak SCP: ${line.slice(0, 200).trim()}`);
    }
    return { size: Number(match[1]), name: match[2] ?? '' };
  }
}

async function* body(bytes: ScpBytes, channel: ExecChannel, size: number, signal: AbortSignal, close: () => void): AsyncGenerator<Buffer> {
  try {
    for (let left = size; left > 0; ) {
      const chunk = await bytes.some(left);
      signal.throwIfAborted();
      if (chunk === undefined) {
        throw await bytes.brokenOff();
      }
      left -= chunk.length;
      yield chunk;
    }
    const status = await bytes.some(1);
    if (status !== undefined && status[0] !== OK) {
      const said = await bytes.line().catch(() => '');
      throw new AppError('FILE_TRUNCATED', `The device could not read its file to the end: ${said.trim()}`);
    }
    channel.write(ACKNOWLEDGE);
  } finally {
    signal.removeEventListener('abort', close);
    channel.close();
  }
}

/** The bytes of a channel, taken in the pieces that the protocol asks for. */
class ScpBytes {
  private readonly chunks: AsyncIterator<Buffer>;
  private rest: Buffer = Buffer.alloc(0);

  constructor(private readonly channel: ExecChannel) {
    this.chunks = readToEnd(channel.stdout)[Symbol.asyncIterator]();
  }

  /** Up to `most` bytes; undefined at the end. */
  async some(most: number): Promise<Buffer | undefined> {
    if (this.rest.length === 0 && !(await this.more())) {
      return undefined;
    }
    const chunk = this.rest.subarray(0, most);
    this.rest = this.rest.subarray(chunk.length);
    return chunk;
  }

  /** Up to a line feed, without it. @throws AppError `SCP_UNAVAILABLE` when the device says nothing, or no end of a line */
  async line(): Promise<string> {
    for (;;) {
      const end = this.rest.indexOf(0x0a);
      if (end >= 0) {
        const line = this.rest.subarray(0, end).toString('latin1');
        this.rest = this.rest.subarray(end + 1);
        return line;
      }
      if (this.rest.length > LONGEST_LINE || !(await this.more())) {
        const said = this.rest.subarray(0, 200).toString('latin1').trim();
        throw said === '' ? await this.silence() : new AppError('SCP_UNAVAILABLE', `The device does not speak SCP: ${said}`);
      }
    }
  }

  /** Why the bytes ended in the middle of the file. */
  async brokenOff(): Promise<AppError> {
    const lost = await this.channel.exit.then(
      () => undefined,
      (error: unknown) => AppError.from(error),
    );
    return lost ?? new AppError('DEVICE_LOST', 'The device broke off while it sent its capture file', { retryable: true });
  }

  private async silence(): Promise<AppError> {
    const lost = await this.channel.exit.then(
      () => undefined,
      (error: unknown) => AppError.from(error),
    );
    return lost ?? new AppError('SCP_UNAVAILABLE', 'The device ended the transfer without a word: its SCP server is off, or the account may not use it');
  }

  private async more(): Promise<boolean> {
    const next = await this.chunks.next();
    if (next.done === true) {
      return false;
    }
    this.rest = this.rest.length === 0 ? next.value : Buffer.concat([this.rest, next.value]);
    return true;
  }
}
