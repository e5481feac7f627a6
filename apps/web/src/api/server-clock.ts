/**
 * How far the server's clock is from this browser's, so that countdowns are right on a machine with a wrong clock.
 *
 * The `Date` header of a response has a resolution of one second. A response sent in second D and received while the
 * local clock moved from `sentAt` to `receivedAt` says: D − receivedAt ≤ offset ≤ D + 1 s − sentAt. Each response
 * narrows the interval; after a few of them it is much smaller than a second. An interval that does not overlap means
 * that a clock was set: then the newest one counts alone.
 */
export class ServerClock {
  private low = -Infinity;
  private high = Infinity;

  constructor(private readonly localNow: () => number) {}

  /** Takes one response into account; times are local milliseconds. Anything but a readable date is ignored. */
  observe(dateHeader: string | null, sentAt: number, receivedAt: number): void {
    const date = dateHeader === null ? Number.NaN : Date.parse(dateHeader);
    if (Number.isNaN(date) || receivedAt < sentAt) {
      return;
    }
    const low = date - receivedAt;
    const high = date + 1_000 - sentAt;
    const overlaps = low <= this.high && high >= this.low;
    this.low = overlaps ? Math.max(this.low, low) : low;
    this.high = overlaps ? Math.min(this.high, high) : high;
  }

  /** Milliseconds to add to the local clock; 0 until a response came. */
  get offset(): number {
    return Number.isFinite(this.low) ? (this.low + this.high) / 2 : 0;
  }

  /** The server's time as well as it is known, in milliseconds. */
  now(): number {
    return this.localNow() + this.offset;
  }
}
