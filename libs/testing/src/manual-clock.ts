import type { Clock } from '@capstan/kernel';

interface Sleeper {
  at: number;
  wake: () => void;
}

/** A clock that stands still until the test moves it. */
export class ManualClock implements Clock {
  private elapsed = 0;
  private offset: number;
  private sleepers: Sleeper[] = [];

  /** @param startMs Unix time in milliseconds; default 2026-01-01T00:00:00Z */
  constructor(startMs: number = Date.UTC(2026, 0, 1)) {
    this.offset = startMs;
  }

  now(): number {
    return this.offset + this.elapsed;
  }

  monotonic(): number {
    return this.elapsed;
  }

  /** How many sleeps have not ended. */
  get sleeping(): number {
    return this.sleepers.length;
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted === true) {
        reject(signal.reason as Error);
        return;
      }
      const sleeper: Sleeper = {
        at: this.elapsed + Math.max(0, ms),
        wake: () => {
          signal?.removeEventListener('abort', onAbort);
          resolve();
        },
      };
      const onAbort = (): void => {
        this.sleepers = this.sleepers.filter((other) => other !== sleeper);
        reject(signal?.reason as Error);
      };
      signal?.addEventListener('abort', onAbort, { once: true });
      this.sleepers.push(sleeper);
    });
  }

  /**
   * Lets `ms` milliseconds pass: wakes the sleepers in the order of their time, and lets the code behind each run
   * (promises and immediates, so also its next sleep) before time moves on.
   */
  async advance(ms: number): Promise<void> {
    const target = this.elapsed + ms;
    await settle();
    for (;;) {
      const next = this.sleepers.filter(({ at }) => at <= target).sort((one, other) => one.at - other.at)[0];
      if (next === undefined) {
        break;
      }
      this.sleepers = this.sleepers.filter((other) => other !== next);
      this.elapsed = Math.max(this.elapsed, next.at);
      next.wake();
      await settle();
    }
    this.elapsed = target;
  }

  /** Sets the wall clock, as a time server would: `now()` jumps, `monotonic()` and sleeps do not notice. */
  jumpTo(unixMs: number): void {
    this.offset = unixMs - this.elapsed;
  }
}

/** Two rounds of the event loop: what a resolved promise leads to is usually more promises, sometimes an immediate. */
async function settle(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
  await new Promise((resolve) => setImmediate(resolve));
}
