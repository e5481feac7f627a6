/**
 * Lets readers who ask the same at the same time share one read, without showing anybody something older than the moment of
 * asking: whoever comes while a read runs does not get its answer, but that of the next one, which all who came meanwhile
 * share. Readers are dealt to a few lanes in turn, so that nobody has nothing to do while a lane waits for its read.
 */
export class SharedRead<Result> {
  private readonly running = new Map<string, { current: Promise<unknown>; next?: Promise<Result> }>();
  private turn = 0;

  /** @param lanes how many reads of the same question may run at once */
  constructor(private readonly lanes = 1) {}

  /** @param question what makes two questions the same */
  run(question: string, read: () => Promise<Result>): Promise<Result> {
    this.turn = (this.turn + 1) % this.lanes;
    const key = `${this.turn} ${question}`;
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
