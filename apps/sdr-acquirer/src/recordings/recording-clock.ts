/** All receivers begin at the next tenth of a second of UTC, so that any of them can be compared by wall time. */
const GRID_MS = 100;

/** The instant of sample 0: T0 of the session, not before what was asked for, on the grid. Unix milliseconds. */
export function firstInstant(t0: number, notBefore: number | undefined): number {
  return Math.ceil(Math.max(t0, notBefore ?? 0) / GRID_MS) * GRID_MS;
}

/** The slot at whose beginning a pause or a resume takes effect: the first that begins after it was asked for. */
export function slotAfter(at: number, t0: number, chunkSeconds: number): number {
  return Math.max(0, Math.ceil((at - t0) / (chunkSeconds * 1_000)));
}
