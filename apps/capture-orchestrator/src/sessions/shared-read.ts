/**
 * Lets readers who ask the same at the same time share one query, without showing anybody something older than the moment
 * of asking: whoever comes while a query runs does not get its answer, but that of the next one, which all who came meanwhile share.
 */
export class SharedRead<Result> {
  private readonly running = new Map<string, { current: Promise<unknown>; next?: Promise<Result> }>();

  /** @param key what makes two questions the same */
  run(key: string, read: () => Promise<Result>): Promise<Result> {
    const entry = this.running.get(key);
    if (entry === undefined) {
      return this.start(key, read);
    }
    entry.next ??= entry.current.then(
      () => this.start(key, read),
      () => this.start(key, read),
    );
    return entry.next;
  }

  private start(key: string, read: () => Promise<Result>): Promise<Result> {
    const result = read();
    const entry: { current: Promise<unknown>; next?: Promise<Result> } = { current: result };
    this.running.set(key, entry);
    const settle = (): void => {
      if (entry.next === undefined) {
        this.running.delete(key);
      }
    };
    result.then(settle, settle);
    return result;
  }
}
