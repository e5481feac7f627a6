import { Transform, type TransformCallback } from 'node:stream';
import { AppError } from '@capstan/kernel';

const LARGEST_HEAD = 16_384;
const BLANK_LINE = Buffer.from('\r\n\r\n');

/** The boundary that a content type names; undefined when it is no multipart. */
export function boundaryOf(contentType: string | undefined): string | undefined {
  const match = /^multipart\/[^;]+;.*?boundary=(?:"([^"]{1,200})"|([^;\s]{1,200}))/i.exec(contentType ?? '');
  return match?.[1] ?? match?.[2];
}

/**
 * Lets the bytes of the second part of a multipart message through as they come (RFC 2046 §5.1): the first one is the
 * SOAP envelope. Holds no more than a boundary's length, or the head of a part.
 * @throws (as a stream) AppError `EXPORT_FAILED` when the message ends before that part does
 */
export class SecondPart extends Transform {
  private readonly delimiter: Buffer;
  private state: 'preamble' | 'first-head' | 'first' | 'second-head' | 'second' | 'over' = 'preamble';
  private held = Buffer.alloc(0);

  constructor(boundary: string) {
    super();
    this.delimiter = Buffer.from(`\r\n--${boundary}`);
    // The first boundary stands at the very start, without a line end before it.
    this.held = Buffer.from('\r\n');
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    this.held = Buffer.concat([this.held, chunk]);
    try {
      while (this.step()) {
        // Each step leaves less to do.
      }
      done();
    } catch (error) {
      done(error as Error);
    }
  }

  override _flush(done: TransformCallback): void {
    done(this.state === 'over' ? null : new AppError('EXPORT_FAILED', 'The answer ended before the file did', { retryable: true }));
  }

  /** @returns whether there is more to do with what is held */
  private step(): boolean {
    switch (this.state) {
      case 'preamble':
      case 'first':
        return this.skipTo(this.delimiter, this.state === 'preamble' ? 'first-head' : 'second-head');
      case 'first-head':
      case 'second-head':
        if (this.held.length > LARGEST_HEAD && !this.held.includes(BLANK_LINE)) {
          throw new AppError('EXPORT_FAILED', 'A part of the answer has no end of its head');
        }
        return this.skipTo(BLANK_LINE, this.state === 'first-head' ? 'first' : 'second', true);
      case 'second':
        return this.pass();
      case 'over':
        this.held = Buffer.alloc(0);
        return false;
    }
  }

  /** @param keepAll whether nothing may be dropped before the mark has come: it is short and must be found whole */
  private skipTo(mark: Buffer, next: typeof this.state, keepAll = false): boolean {
    const at = this.held.indexOf(mark);
    if (at === -1) {
      if (!keepAll) {
        this.held = this.held.subarray(Math.max(0, this.held.length - mark.length));
      }
      return false;
    }
    // Behind a head may stand the boundary at once: a part may be empty, and then shares the line end.
    this.held = this.held.subarray(at + mark.length - (mark === BLANK_LINE ? 2 : 0));
    this.state = next;
    if (mark === BLANK_LINE) {
      this.startOfPart = true;
    }
    return true;
  }

  private startOfPart = false;

  private pass(): boolean {
    const at = this.held.indexOf(this.delimiter);
    const from = this.startOfPart ? 2 : 0;
    if (at !== -1) {
      this.give(this.held.subarray(Math.min(from, at), at));
      this.state = 'over';
      return true;
    }
    const safe = this.held.length - this.delimiter.length;
    if (safe > from) {
      this.give(this.held.subarray(from, safe));
      this.held = this.held.subarray(safe);
      this.startOfPart = false;
    }
    return false;
  }

  private give(bytes: Buffer): void {
    if (bytes.length > 0) {
      this.push(bytes);
    }
  }
}
