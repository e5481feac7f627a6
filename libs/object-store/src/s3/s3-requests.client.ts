import { AppError, backoffDelay, type Clock, type Random } from '@capstan/kernel';
import { ObjectErrorCode } from '../object-error';
import { isGoneUpload, s3Error } from './s3-error';
import type { S3Transport } from './s3-transport.client';

/** Delays between tries of a request. */
const BACKOFF = { initialMs: 200, maxMs: 5_000 };

/** Waits before asking again for an object that seems to be absent. */
const ABSENCE_CONFIRMED_AFTER_MS = [10, 50];

/** How one request may differ from the others. */
export interface RequestOptions {
  signal?: AbortSignal;
  /** Default: the store's. */
  idleTimeoutMs?: number;
  /** Default: the store's. */
  attempts?: number;
}

/** Makes requests with time limits, cancellation and retries; every request of the store must be safe to repeat. */
export class S3Requests {
  constructor(
    private readonly transport: S3Transport,
    private readonly defaults: { attempts: number; idleTimeoutMs: number },
    private readonly clock: Clock,
    private readonly random: Random,
  ) {}

  /**
   * As `run`, for objects that should be there: Swift answers 404 for an instant while a key is being overwritten, so
   * "not found" counts only when it is said again.
   * @throws AppError; the signal's reason
   */
  async runConfirmingAbsence<T>(work: () => Promise<T>, options: RequestOptions = {}): Promise<T> {
    for (const delayMs of ABSENCE_CONFIRMED_AFTER_MS) {
      try {
        return await this.run(work, options);
      } catch (error) {
        if (!(error instanceof AppError) || error.code !== ObjectErrorCode.NotFound) {
          throw error;
        }
        await this.clock.sleep(delayMs, options.signal);
      }
    }
    return this.run(work, options);
  }

  /** @throws AppError; the signal's reason */
  async run<T>(work: () => Promise<T>, options: RequestOptions = {}): Promise<T> {
    const { signal } = options;
    const attempts = options.attempts ?? this.defaults.attempts;
    for (let number = 1; ; number += 1) {
      signal?.throwIfAborted();
      const attempt = { signal, idleTimeoutMs: options.idleTimeoutMs ?? this.defaults.idleTimeoutMs, status: undefined };
      try {
        return await this.transport.run(attempt, work);
      } catch (error) {
        signal?.throwIfAborted();
        const failure: AppError = s3Error(error, attempt.status);
        // A full store is retryable too, but not within this call.
        const repeatable = failure.retryable && failure.retryAfterMs === undefined && !isGoneUpload(failure);
        if (!repeatable || number >= attempts) {
          throw failure;
        }
        await this.clock.sleep(backoffDelay(BACKOFF, number, this.random()), signal);
      }
    }
  }
}
