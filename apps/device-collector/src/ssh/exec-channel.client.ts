import type { Readable } from 'node:stream';
import { StringDecoder } from 'node:string_decoder';
import { type AppError } from '@capstan/kernel';
import type { ClientChannel } from 'ssh2';

/** How a command ended. */
export interface ExecExit {
  /** null when a signal ended it, or the server did not tell. */
  readonly code: number | null;
}

const LONGEST_LINE = 65_536;

/** A command that is running on a device, with its three streams. */
export class ExecChannel {
  /** Rejects with what ended the connection when that happens before the command's own end. */
  readonly exit: Promise<ExecExit>;
  private closedByServer = false;

  constructor(
    private readonly channel: ClientChannel,
    connectionClosed: Promise<AppError>,
  ) {
    let code: number | null | undefined;
    channel.on('exit', (exitCode: number | null) => {
      code = exitCode;
    });
    // A channel's own errors come with the end of the connection, which is told below.
    channel.on('error', () => undefined);
    channel.stderr.on('error', () => undefined);
    this.exit = new Promise<ExecExit>((resolve, reject) => {
      channel.on('close', () => {
        this.closedByServer = true;
        if (code === undefined) {
          // Without an exit status the server went away, unless the connection lives on.
          void Promise.race([connectionClosed, nextTurn()]).then((lost) => (lost ? reject(lost) : resolve({ code: null })));
        } else {
          resolve({ code });
        }
      });
      void connectionClosed.then((lost) => {
        channel.destroy();
        reject(lost);
      });
    });
    this.exit.catch(() => undefined);
  }

  get stdout(): Readable {
    return this.channel;
  }

  get stderr(): Readable {
    return this.channel.stderr;
  }

  /** Writes to the command's standard input; on the wire when this returns, unless the peer's window is full. */
  write(text: string): void {
    this.channel.write(text);
  }

  /** Writes, then closes the command's standard input. */
  end(text: string): void {
    this.channel.end(text);
  }

  /** Lets go of the command. What it does then is up to itself. */
  close(): void {
    if (!this.closedByServer) {
      this.channel.resume();
      this.channel.stderr.resume();
      this.channel.close();
    }
  }

  /**
   * Standard output line by line, without line ends.
   * @throws what ended the connection, if that is what ended the output
   */
  async *lines(): AsyncGenerator<string> {
    this.channel.stderr.resume();
    const decoder = new StringDecoder('utf8');
    let rest = '';
    for await (const chunk of readToEnd(this.channel)) {
      rest += decoder.write(chunk);
      let end = rest.indexOf('\n');
      while (end !== -1) {
        yield rest.slice(0, end);
        rest = rest.slice(end + 1);
        end = rest.indexOf('\n');
      }
      if (rest.length > LONGEST_LINE) {
        rest = rest.slice(-LONGEST_LINE);
      }
    }
    if (rest !== '') {
      yield rest;
    }
    await this.exit;
  }
}

/**
 * A channel's bytes. Node destroys a stream whose iteration has ended, and a destroyed channel is closed: the server's exit
 * status, which comes behind the last byte, would then be thrown away.
 */
export function readToEnd(stream: Readable): AsyncIterable<Buffer> {
  return stream.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>;
}

function nextTurn(): Promise<undefined> {
  return new Promise((resolve) => setImmediate(() => resolve(undefined)));
}
