import type { Clock } from '@capstan/kernel';

interface Waiting {
  readonly fire: () => number;
  readonly done: (sentAt: number) => void;
  readonly failed: (error: unknown) => void;
}

/**
 * Fires everything of this process that starts at the same T0 in one go: the start lines leave back to back, and whatever
 * each start leads to comes after the last of them. With a timer each, the work behind one start line would delay the next.
 */
export class StartBarrier {
  private readonly groups = new Map<number, Set<Waiting>>();

  constructor(private readonly clock: Clock) {}

  /**
   * Calls `fire` at T0, or at once when that has passed.
   * @param t0 Unix milliseconds
   * @returns what `fire` returned
   * @throws the signal's reason when it aborts before T0, and what `fire` throws
   */
  startAt(t0: number, fire: () => number, signal: AbortSignal): Promise<number> {
    return new Promise<number>((resolve, reject) => {
      if (signal.aborted) {
        reject(signal.reason as Error);
        return;
      }
      const leave = (): void => {
        this.groups.get(t0)?.delete(waiting);
        reject(signal.reason as Error);
      };
      const settled = <T>(settle: (value: T) => void) => (value: T): void => {
        signal.removeEventListener('abort', leave);
        settle(value);
      };
      const waiting: Waiting = { fire, done: settled(resolve), failed: settled(reject) };
      signal.addEventListener('abort', leave, { once: true });
      this.group(t0).add(waiting);
    });
  }

  private group(t0: number): Set<Waiting> {
    const known = this.groups.get(t0);
    if (known !== undefined) {
      return known;
    }
    const group = new Set<Waiting>();
    this.groups.set(t0, group);
    void this.clock.sleep(Math.max(0, t0 - this.clock.now())).then(() => {
      this.groups.delete(t0);
      const outcomes = [...group].map((waiting) => {
        try {
          const sentAt = waiting.fire();
          return () => waiting.done(sentAt);
        } catch (error) {
          return () => waiting.failed(error);
        }
      });
      outcomes.forEach((tell) => tell());
    });
    return group;
  }
}
