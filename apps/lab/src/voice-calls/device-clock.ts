/** How a device's clock differs from the true time. */
export interface DeviceClock {
  /** Device minus true time at `since`, in milliseconds: positive when the device is ahead. */
  readonly offsetMs: number;
  /** Parts per million by which it runs fast; 100 ppm are 8.6 s a day. Default 0. */
  readonly driftPpm?: number;
  /** Unix milliseconds at which the offset is `offsetMs`; only matters with drift. Default 0, so give it with drift. */
  readonly since?: number;
}

/** What the clock shows at a true instant; both in Unix milliseconds with fraction. */
export function deviceTime(clock: DeviceClock, trueMs: number): number {
  return trueMs + clock.offsetMs + ((clock.driftPpm ?? 0) / 1e6) * (trueMs - (clock.since ?? 0));
}
