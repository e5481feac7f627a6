/** Lets a few jobs run at a time; the others wait their turn. Pictures must not take every connection of the browser. */
export class PictureQueue {
  private running = 0;
  private readonly waiting: (() => void)[] = [];

  constructor(private readonly atOnce: number) {}

  /** Runs `work` when it is its turn; not at all when `signal` ends before. */
  async run<T>(work: () => Promise<T>, signal: AbortSignal): Promise<T> {
    if (this.running >= this.atOnce) {
      await new Promise<void>((resolve) => this.waiting.push(resolve));
    } else {
      this.running += 1;
    }
    try {
      signal.throwIfAborted();
      return await work();
    } finally {
      // The place goes to the next in line, or is free again.
      const next = this.waiting.shift();
      if (next === undefined) {
        this.running -= 1;
      } else {
        next();
      }
    }
  }
}

/** The one queue of the app. */
export const pictureQueue = new PictureQueue(4);

/** Milliseconds until the next picture: the chosen pace, and slower with each failure in a row. */
export function nextPictureMs(everyMs: number, failures: number): number {
  return failures === 0 ? everyMs : Math.max(everyMs, Math.min(60_000, 5_000 * 2 ** (failures - 1)));
}
