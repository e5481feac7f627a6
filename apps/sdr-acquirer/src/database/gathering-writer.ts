import { AppError, type Clock } from '@capstan/kernel';

/** What a {@link GatheringWriter} works with. */
export interface GatheringWriterPorts<Item> {
  readonly clock: Pick<Clock, 'monotonic' | 'sleep'>;
  /** Writes items together, in their order: all of them or none. */
  readonly write: (items: readonly Item[]) => Promise<void>;
}

interface Waiting<Item> {
  readonly item: Item;
  readonly done: () => void;
  readonly failed: (error: unknown) => void;
}

const AT_ONCE = 500;
const RETRY_MS = 500;
/** Above so many items a second, transactions are begun at most every {@link GATHER_MS}. */
const MANY_A_SECOND = 20;
const GATHER_MS = 50;
const SECOND_MS = 1_000;

/**
 * Writes items in transactions of many. Whatever arrives while one runs goes into the next: few items are written at once.
 * Where there are many, the next transaction waits for a moment, so that a hundred receivers cost twenty transactions a
 * second and not sixty.
 */
export class GatheringWriter<Item> {
  private waiting: Array<Waiting<Item>> = [];
  private pumping = false;
  private recent: Array<{ readonly at: number; readonly count: number }> = [];

  constructor(private readonly ports: GatheringWriterPorts<Item>) {}

  /** Resolves when the item is there for good. A database that is away is waited for. @throws what `write` throws otherwise */
  add(item: Item): Promise<void> {
    return new Promise((done, failed) => {
      this.waiting.push({ item, done, failed });
      void this.pump();
    });
  }

  private async pump(): Promise<void> {
    if (this.pumping) {
      return;
    }
    this.pumping = true;
    while (this.waiting.length > 0) {
      await this.gather();
      const batch = this.waiting.splice(0, AT_ONCE);
      try {
        await this.ports.write(batch.map(({ item }) => item));
        this.recent.push({ at: this.ports.clock.monotonic(), count: batch.length });
        batch.forEach(({ done }) => done());
      } catch (error) {
        if (error instanceof AppError && error.code === 'DATABASE_UNAVAILABLE') {
          this.waiting.unshift(...batch);
          await this.ports.clock.sleep(RETRY_MS);
        } else {
          batch.forEach(({ failed }) => failed(error));
        }
      }
    }
    this.pumping = false;
  }

  private async gather(): Promise<void> {
    const now = this.ports.clock.monotonic();
    this.recent = this.recent.filter(({ at }) => now - at < SECOND_MS);
    const last = this.recent.at(-1);
    if (last !== undefined && this.recent.reduce((sum, { count }) => sum + count, 0) > MANY_A_SECOND) {
      await this.ports.clock.sleep(Math.max(0, last.at + GATHER_MS - now));
    }
  }
}
