import { Readable } from 'node:stream';
import { AppError } from '@capstan/kernel';

/** Bytes that may still come to one place. */
export class Quota {
  private used = 0;

  constructor(private readonly bytes: number) {}

  /** @throws AppError `QUOTA_EXCEEDED` */
  take(bytes: number): void {
    this.used += bytes;
    if (this.used > this.bytes) {
      throw new AppError('QUOTA_EXCEEDED', `The device sent more than the ${this.bytes} bytes that were expected of it`);
    }
  }
}

/** Writes may overtake each other a little; more than this is no file that is being written from front to back. */
const MOST_AHEAD_BYTES = 4 * 1024 * 1024;

/**
 * A file that comes in as writes at offsets, and leaves as a stream. A write is acknowledged when there is room for the
 * next one, so a slow reader slows the sender down instead of filling memory: senders have a bounded number of writes
 * under way.
 */
export class IncomingFile extends Readable {
  private position = 0;
  private readonly early = new Map<number, { readonly data: Buffer; readonly done: () => void }>();
  private earlyBytes = 0;
  private readonly unacknowledged: (() => void)[] = [];
  private finished = false;

  constructor(private readonly quota: Quota) {
    super({ highWaterMark: 1024 * 1024 });
    // Whoever reads is told by the stream; without a reader a broken transfer must not end the process.
    this.on('error', () => undefined);
  }

  /** Bytes that came so far. */
  get received(): number {
    return this.position;
  }

  /**
   * Takes a write.
   * @param done called when the sender may go on
   * @throws AppError `QUOTA_EXCEEDED`, `EXPORT_FAILED`
   */
  accept(offset: number, data: Buffer, done: () => void): void {
    if (this.destroyed || this.finished) {
      throw this.errored ?? new AppError('EXPORT_FAILED', 'The file is not wanted any more');
    }
    try {
      this.quota.take(data.length);
      if (offset < this.position) {
        throw new AppError('EXPORT_FAILED', 'The device wrote a part of the file twice');
      }
      if (offset > this.position) {
        this.keepForLater(offset, data, done);
        return;
      }
    } catch (error) {
      this.destroy(error as Error);
      throw error;
    }
    this.append(data, done);
    for (let next = this.early.get(this.position); next !== undefined; next = this.early.get(this.position)) {
      this.early.delete(this.position);
      this.earlyBytes -= next.data.length;
      this.append(next.data, next.done);
    }
  }

  /** The sender has closed the file. */
  finish(): void {
    if (this.early.size > 0) {
      this.destroy(new AppError('EXPORT_FAILED', 'A part of the file never came', { retryable: true }));
      return;
    }
    if (!this.finished) {
      this.finished = true;
      this.push(null);
    }
  }

  /** The sender went away in the middle. */
  breakOff(): void {
    if (!this.finished) {
      this.destroy(new AppError('EXPORT_FAILED', `The transfer broke off behind ${this.position} bytes`, { retryable: true }));
    }
  }

  override _read(): void {
    this.unacknowledged.splice(0).forEach((acknowledge) => acknowledge());
  }

  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    // Whoever still waits to go on shall find out.
    this.unacknowledged.splice(0).forEach((acknowledge) => acknowledge());
    this.early.clear();
    callback(error);
  }

  private append(data: Buffer, done: () => void): void {
    this.position += data.length;
    if (data.length === 0 || this.push(data)) {
      done();
    } else {
      this.unacknowledged.push(done);
    }
  }

  private keepForLater(offset: number, data: Buffer, done: () => void): void {
    this.earlyBytes += data.length;
    if (this.earlyBytes > MOST_AHEAD_BYTES) {
      throw new AppError('EXPORT_FAILED', 'The device does not write the file from front to back');
    }
    this.early.set(offset, { data, done });
  }
}
