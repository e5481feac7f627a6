import type { ClockOffset } from '../../packet-capture/clock-offset';

/** An answer with its `Date` header. Times in Unix milliseconds. */
export interface DateReading {
  readonly sentAt: number;
  readonly receivedAt: number;
  /** RFC 9110 §6.6.1: whole seconds. */
  readonly date: string | undefined;
}

/** Our own readings are whole milliseconds. */
const OWN_RESOLUTION_MS = 1;

/**
 * The device's clock from `Date` headers. One of them says that the clock stood within a certain second at some instant between
 * sending and receiving, so the offset lies in an interval of a second and a round trip; readings at different parts of the second
 * have different intervals, and the offset lies in all of them.
 * @returns undefined when no header can be read
 */
export function dateClockOffset(readings: readonly DateReading[]): ClockOffset | undefined {
  const intervals = readings.flatMap(({ sentAt, receivedAt, date }) => {
    const second = Date.parse(date ?? '');
    return Number.isNaN(second) || receivedAt < sentAt ? [] : [{ low: second - receivedAt - OWN_RESOLUTION_MS, high: second + 1_000 - sentAt + OWN_RESOLUTION_MS }];
  });
  const common = { low: Math.max(...intervals.map(({ low }) => low)), high: Math.min(...intervals.map(({ high }) => high)) };
  // A clock that was set meanwhile leaves nothing in common; then the best single reading is all there is.
  const best = common.low <= common.high ? common : [...intervals].sort((a, b) => a.high - a.low - (b.high - b.low))[0];
  return best === undefined || intervals.length === 0 ? undefined : { offsetMs: (best.low + best.high) / 2, uncertaintyMs: (best.high - best.low) / 2 };
}
