import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { Transform, type Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { AppError } from '@capstan/kernel';
import { type HttpsEndpoint, requestError } from './https-error';

/** Largest text that is held in memory, in bytes. */
const LARGEST_TEXT = 1_048_576;

/** An answer whose body has still to be read, by one of the methods, or thrown away. Times in Unix milliseconds. */
export class HttpsAnswer {
  constructor(
    private readonly endpoint: HttpsEndpoint,
    private readonly message: IncomingMessage,
    readonly sentAt: number,
    readonly receivedAt: number,
  ) {}

  get status(): number {
    return this.message.statusCode ?? 0;
  }

  get headers(): IncomingHttpHeaders {
    return this.message.headers;
  }

  /** Bytes the body will have, when the device told. */
  get size(): number | undefined {
    const length = Number(this.message.headers['content-length'] ?? Number.NaN);
    return Number.isSafeInteger(length) && length >= 0 ? length : undefined;
  }

  /**
   * The body as it comes. Fails with `DEVICE_LOST` (retryable) when the connection breaks before its end, and with `ANSWER_TOO_LARGE`
   * beyond `largest` bytes.
   */
  stream(largest: number): Readable {
    let bytes = 0;
    const { host, port } = this.endpoint;
    const cap = new Transform({
      transform(chunk: Buffer, _encoding, done) {
        bytes += chunk.length;
        done(bytes > largest ? new AppError('ANSWER_TOO_LARGE', `${host}:${port} sends more than ${largest} bytes`) : null, chunk);
      },
    });
    // The pipeline destroys both ends; what it rejects with is what the reader of the cap gets.
    this.message.once('error', (error) => cap.destroy(requestError(error, this.endpoint)));
    pipeline(this.message, cap).catch(() => undefined);
    return cap;
  }

  /** The body as text. @throws AppError `ANSWER_TOO_LARGE` beyond `largest` bytes, 1 MiB unless told; `DEVICE_LOST` */
  async text(largest = LARGEST_TEXT): Promise<string> {
    const chunks: Buffer[] = [];
    try {
      for await (const chunk of this.stream(largest)) {
        chunks.push(chunk as Buffer);
      }
    } catch (error) {
      throw requestError(error, this.endpoint);
    }
    return Buffer.concat(chunks).toString('utf8');
  }

  /** The body as JSON; undefined when it is none, as devices answer with empty bodies and pages of text too. */
  async json(largest = LARGEST_TEXT): Promise<unknown> {
    const text = await this.text(largest);
    try {
      return JSON.parse(text);
    } catch {
      return undefined;
    }
  }

  /** Reads nothing of the body; a large rest costs the connection. */
  discard(): void {
    this.message.on('error', () => undefined);
    if ((this.size ?? LARGEST_TEXT) < LARGEST_TEXT) {
      this.message.resume();
    } else {
      this.message.destroy();
    }
  }
}
