import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import { RequestTimeout, s3Error } from './s3-error';

/**
 * The body of an answer, with failures as AppErrors, and with a limit on silence that runs only while the reader wants
 * bytes: a slow download pauses the connection for as long as it likes.
 */
export class S3Body extends Readable {
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly response: IncomingMessage,
    private readonly idleTimeoutMs: number,
  ) {
    super({ highWaterMark: 256 * 1024 });
    response.socket.setTimeout(0);
    response.pause();
    response.on('data', (chunk: Buffer) => {
      this.stopTimer();
      if (this.push(chunk)) {
        this.startTimer();
      } else {
        response.pause();
      }
    });
    response.on('end', () => {
      this.stopTimer();
      this.push(null);
    });
    response.on('error', (error) => this.destroy(s3Error(error)));
    response.on('close', () => {
      if (!response.complete) {
        this.destroy(s3Error(new Error('The connection ended in the middle of the body')));
      }
    });
  }

  override _read(): void {
    if (this.timer === undefined) {
      this.startTimer();
    }
    this.response.resume();
  }

  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    this.stopTimer();
    // Not "complete": an answer that arrived but was not read would keep its connection.
    if (!this.response.readableEnded) {
      this.response.destroy();
    }
    callback(error);
  }

  private startTimer(): void {
    // Pushing a chunk may already have asked for the next one.
    this.stopTimer();
    this.timer = setTimeout(() => {
      this.destroy(s3Error(new RequestTimeout(`No byte for ${this.idleTimeoutMs} ms`)));
    }, this.idleTimeoutMs);
  }

  private stopTimer(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
  }
}
