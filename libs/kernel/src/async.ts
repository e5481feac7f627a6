import type { Clock } from './clock';
import { AppError } from './errors';

/** A reason of its own: without one every timer that is stopped makes an exception with a stack. */
const IN_TIME = new AppError('CANCELLED', 'The work was done in time');

/** A promise with its handles outside. */
export class Deferred<T> {
  readonly promise: Promise<T>;
  resolve!: (value: T) => void;
  reject!: (reason: unknown) => void;

  constructor() {
    this.promise = new Promise<T>((resolve, reject) => {
      this.resolve = resolve;
      this.reject = reject;
    });
  }
}

/** A counter of free places. `enter` waits for one, `leave` gives it back. */
export class Gate {
  private free: number;
  private readonly waiting: Array<() => void> = [];

  constructor(places: number) {
    this.free = places;
  }

  /** Whether a place is free right now. */
  get open(): boolean {
    return this.free > 0;
  }

  async enter(): Promise<void> {
    if (this.free > 0) {
      this.free -= 1;
      return;
    }
    await new Promise<void>((resolve) => this.waiting.push(resolve));
  }

  leave(): void {
    const next = this.waiting.shift();
    if (next) {
      next();
    } else {
      this.free += 1;
    }
  }
}

/** Runs works one after another in the order they were handed in; a failed work does not stop the next. */
export class Serial {
  private tail: Promise<unknown> = Promise.resolve();

  run<T>(work: () => Promise<T>): Promise<T> {
    const result = this.tail.then(work);
    this.tail = result.catch(() => undefined);
    return result;
  }
}

/**
 * Gives `work` a signal that aborts after `ms` milliseconds or when `parent` aborts, and settles no later than that.
 * @throws AppError `code` on timeout, with `retryable` true; the parent's reason when the parent aborted.
 */
export async function withTimeout<T>(
  clock: Clock,
  ms: number,
  code: string,
  message: string,
  work: (signal: AbortSignal) => Promise<T>,
  parent?: AbortSignal,
): Promise<T> {
  const controller = new AbortController();
  const timer = new AbortController();
  const onParentAbort = (): void => controller.abort(parent?.reason);
  if (parent?.aborted) {
    onParentAbort();
  }
  parent?.addEventListener('abort', onParentAbort, { once: true });
  const deadline = clock.sleep(ms, timer.signal).then(
    () => controller.abort(new AppError(code, message, { retryable: true })),
    () => undefined,
  );
  const aborted = new Promise<never>((_, reject) => {
    const fail = (): void => reject(controller.signal.reason as Error);
    if (controller.signal.aborted) {
      fail();
    } else {
      controller.signal.addEventListener('abort', fail, { once: true });
    }
  });
  try {
    return await Promise.race([work(controller.signal), aborted]);
  } finally {
    timer.abort(IN_TIME);
    parent?.removeEventListener('abort', onParentAbort);
    await deadline;
  }
}
