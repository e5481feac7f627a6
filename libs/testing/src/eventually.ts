import { systemClock } from '@capstan/kernel';

/** Options of {@link eventually}. */
export interface EventuallyOptions {
  /** Default 5,000. */
  timeoutMs?: number;
  /** Pause between two attempts. Default 20. */
  everyMs?: number;
  /** Named in the failure: what was waited for. */
  description?: string;
}

/**
 * Repeats `assertion` until it does not throw, and returns what it returned.
 * @throws Error with the last failure's message, and that failure as its cause, when `timeoutMs` have passed.
 */
export async function eventually<T>(assertion: () => T | Promise<T>, options: EventuallyOptions = {}): Promise<T> {
  const { timeoutMs = 5_000, everyMs = 20, description = 'the condition' } = options;
  // Taken here, so that the failure points at the test and not at this loop.
  const failure = new Error();
  const deadline = systemClock.monotonic() + timeoutMs;
  let attempts = 0;
  for (;;) {
    attempts += 1;
    try {
      return await assertion();
    } catch (error) {
      if (systemClock.monotonic() >= deadline) {
        const last = error instanceof Error ? error.message : String(error);
        const message = `Waited ${timeoutMs} ms for ${description} (${attempts} attempts). Last state: ${last}`;
        failure.message = message;
        failure.stack = failure.stack?.replace(/^Error/, `Error: ${message}`);
        failure.cause = error;
        throw failure;
      }
    }
    await systemClock.sleep(everyMs);
  }
}
