const WINDOW_MS = 1_000;
const SETTLE_MS = 5_000;
const THRESHOLD_MS = 5;
/** How far a dongle's oscillator may be off. */
const DRIFT = 150e-6;

/**
 * Finds samples that a protocol without numbers has lost. Blocks may come late but never early, so the earliest arrivals
 * follow the receiver's clock; when even the earliest of a second come later than before, samples are missing in between.
 */
export class LossByClock {
  private samples = 0;
  private startedAt: number | undefined;
  /** Earliest (arrival − place) so far, milliseconds, let grow by what the oscillator may drift. */
  private floor = Number.POSITIVE_INFINITY;
  private floorAt = 0;
  private windowFrom = 0;
  private windowLeast = Number.POSITIVE_INFINITY;

  /** @param rate samples per second */
  constructor(private readonly rate: number) {}

  /**
   * Takes a block.
   * @param arrivedAt milliseconds, monotonic
   * @returns samples that probably went missing in the last second; 0 almost always
   */
  take(count: number, arrivedAt: number): number {
    this.startedAt ??= arrivedAt;
    this.samples += count;
    const lateness = arrivedAt - (this.samples / this.rate) * 1_000;
    if (this.windowFrom === 0) {
      this.windowFrom = arrivedAt;
    }
    this.windowLeast = Math.min(this.windowLeast, lateness);
    if (arrivedAt - this.windowFrom < WINDOW_MS) {
      return 0;
    }
    const least = this.windowLeast;
    this.windowFrom = arrivedAt;
    this.windowLeast = Number.POSITIVE_INFINITY;
    const allowed = this.floor + (arrivedAt - this.floorAt) * DRIFT;
    const settled = arrivedAt - this.startedAt >= SETTLE_MS;
    if (settled && least - allowed > THRESHOLD_MS) {
      const missing = Math.round(((least - this.floor) / 1_000) * this.rate);
      this.samples += missing;
      return missing;
    }
    if (least <= allowed) {
      this.floor = least;
      this.floorAt = arrivedAt;
    }
    return 0;
  }
}
