import type { CollectedCapture } from '@capstan/contracts';
import type { Clock } from '@capstan/kernel';

/** What is done of a device that is still at work is kept, and told of, at most so often. */
const EVERY_MS = 5_000;

/**
 * Keeps what a slow device has given, for whoever watches and for whoever goes on with it after a crash. A fast one is done
 * before the first checkpoint and costs none.
 */
export class Checkpoints {
  private last: number;
  private running: Promise<void> | undefined;

  /** @param keep writes down everything that is done; `news` are those that were not told of yet */
  constructor(
    private readonly clock: Clock,
    private readonly keep: (captures: readonly CollectedCapture[], news: readonly CollectedCapture[]) => Promise<void>,
  ) {
    this.last = clock.monotonic();
  }

  /** Something more is done. @param told how many of `done` have been told of */
  consider(done: readonly CollectedCapture[], told: number): void {
    if (this.running !== undefined || this.clock.monotonic() - this.last < EVERY_MS) {
      return;
    }
    this.last = this.clock.monotonic();
    // One that fails is made up for by the next one, or by the end.
    this.running = this.keep([...done], done.slice(told))
      .catch(() => undefined)
      .finally(() => (this.running = undefined));
  }

  /** Waits for the one that is being written: what it tells must not be told twice. */
  async settled(): Promise<void> {
    await this.running;
  }
}
