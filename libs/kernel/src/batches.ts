import { Deferred } from './async';

interface Waiting<Item> {
  readonly item: Item;
  readonly done: Deferred<void>;
}

/**
 * Works on what comes together, together: whatever comes for a key while a batch of it is under way is the next batch. At rest
 * a batch is one and nobody waits; the busier it gets, the larger the batches become.
 */
export class Batches<Item> {
  private readonly waiting = new Map<string, Waiting<Item>[]>();

  /** @param work takes items of one key, in the order in which they came; it must bear to be asked for the same item twice */
  constructor(private readonly work: (key: string, items: readonly Item[]) => Promise<void>) {}

  /** Resolves when the item is done. @throws what its work threw: of a batch that failed each item is tried alone, so that one bears no blame for another */
  async add(key: string, item: Item): Promise<void> {
    const entry = { item, done: new Deferred<void>() };
    const queue = this.waiting.get(key);
    if (queue === undefined) {
      this.waiting.set(key, []);
      void this.run(key, [entry]);
    } else {
      queue.push(entry);
    }
    await entry.done.promise;
  }

  private async run(key: string, first: readonly Waiting<Item>[]): Promise<void> {
    for (let batch = first; batch.length > 0; batch = this.next(key)) {
      await this.attempt(key, batch);
    }
  }

  private next(key: string): readonly Waiting<Item>[] {
    const queue = this.waiting.get(key) ?? [];
    if (queue.length === 0) {
      this.waiting.delete(key);
    } else {
      this.waiting.set(key, []);
    }
    return queue;
  }

  private async attempt(key: string, batch: readonly Waiting<Item>[]): Promise<void> {
    try {
      await this.work(key, batch.map(({ item }) => item));
      batch.forEach(({ done }) => done.resolve());
    } catch (error) {
      const [only, ...others] = batch;
      if (others.length === 0) {
        only?.done.reject(error);
        return;
      }
      for (const entry of batch) {
        await this.attempt(key, [entry]);
      }
    }
  }
}
