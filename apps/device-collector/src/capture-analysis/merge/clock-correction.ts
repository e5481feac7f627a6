/** A device's clock against ours, measured at one instant. */
export interface ClockMeasurement {
  /** Device minus ours, in milliseconds. */
  readonly offsetMs: number;
  /** The true offset lies within this many milliseconds of it. */
  readonly uncertaintyMs: number;
  /** When it was measured, in our Unix milliseconds; undefined where nobody noted it. */
  readonly at: number | undefined;
}

/** How to bring the times of a capture in line with our clock. All milliseconds; instants in Unix milliseconds. */
export type ClockCorrection =
  | { readonly method: 'none' }
  | { readonly method: 'constant'; readonly offsetMs: number; readonly uncertaintyMs: number }
  | {
      readonly method: 'linear';
      /** Offset at `from`, a time of the device's clock. */
      readonly offsetMs: number;
      readonly from: number;
      /** Milliseconds of offset gained per millisecond of the device's clock. */
      readonly slope: number;
      readonly uncertaintyMs: number;
    };

/** First and last packet by the device's own clock; measurements without a time of their own are taken to be there. */
export interface CaptureSpan {
  readonly first: number;
  readonly last: number;
}

/** Closer together than this, two measurements say nothing about drift. */
const LEAST_BASELINE_MS = 1_000;

/**
 * The correction two measurements justify. When they differ by more than both their uncertainties together, the clock ran
 * away and the offset is interpolated between them; otherwise the difference may be the measurements' own error, and one
 * offset serves, with an uncertainty that covers everything both allow.
 */
export function clockCorrection(before: ClockMeasurement | undefined, after: ClockMeasurement | undefined, span: CaptureSpan): ClockCorrection {
  if (before === undefined || after === undefined) {
    const only = before ?? after;
    return only === undefined ? { method: 'none' } : { method: 'constant', offsetMs: only.offsetMs, uncertaintyMs: only.uncertaintyMs };
  }
  const [earlier, later] = [deviceInstant(before, span.first), deviceInstant(after, span.last)];
  const gained = after.offsetMs - before.offsetMs;
  if (Math.abs(gained) > before.uncertaintyMs + after.uncertaintyMs && later - earlier >= LEAST_BASELINE_MS) {
    const uncertaintyMs = Math.max(before.uncertaintyMs, after.uncertaintyMs);
    return { method: 'linear', offsetMs: before.offsetMs, from: earlier, slope: gained / (later - earlier), uncertaintyMs };
  }
  const low = Math.min(before.offsetMs - before.uncertaintyMs, after.offsetMs - after.uncertaintyMs);
  const high = Math.max(before.offsetMs + before.uncertaintyMs, after.offsetMs + after.uncertaintyMs);
  return { method: 'constant', offsetMs: round((low + high) / 2), uncertaintyMs: round((high - low) / 2) };
}

/** Device minus ours at an instant of the device's clock. */
export function offsetAt(correction: ClockCorrection, deviceMs: number): number {
  switch (correction.method) {
    case 'none':
      return 0;
    case 'constant':
      return correction.offsetMs;
    case 'linear':
      return correction.offsetMs + correction.slope * (deviceMs - correction.from);
  }
}

function deviceInstant({ at, offsetMs }: ClockMeasurement, otherwise: number): number {
  return at === undefined ? otherwise : at + offsetMs;
}

function round(milliseconds: number): number {
  return Math.round(milliseconds * 1_000) / 1_000;
}
