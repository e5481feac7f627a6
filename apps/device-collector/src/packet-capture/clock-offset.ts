/** A device's clock against ours. */
export interface ClockOffset {
  /** Device minus ours, in milliseconds: positive when the device is ahead. */
  readonly offsetMs: number;
  /** The true offset lies within this many milliseconds of `offsetMs`. */
  readonly uncertaintyMs: number;
  /** When it was measured, in our own Unix milliseconds; two of them tell how fast the clock drifts. */
  readonly at?: number;
}

/** One question and its answer. Times in Unix milliseconds. */
export interface ClockReading {
  readonly sentAt: number;
  readonly receivedAt: number;
  /** As the device printed it: seconds since 1970 with a fraction, or without where `date` knows no `%N`. */
  readonly deviceTime: string;
}

/** Our own readings are whole milliseconds. */
const OWN_RESOLUTION_MS = 0.5;

/**
 * The best of several readings: the one with the shortest round trip. The device read its clock somewhere between sending
 * and receiving, so the middle is off by at most half the round trip; a clock printed in whole seconds adds half a second.
 * @returns undefined when no answer can be read
 */
export function clockOffset(readings: readonly ClockReading[]): ClockOffset | undefined {
  return readings
    .map(({ sentAt, receivedAt, deviceTime }) => {
      const match = /^(\d{9,11})(?:\.(\d{1,9}))?/.exec(deviceTime.trim());
      if (!match || receivedAt < sentAt) {
        return undefined;
      }
      const fraction = match[2];
      const device = Number(match[1]) * 1000 + (fraction === undefined ? 500 : Number(`0.${fraction}`) * 1000);
      const offset = device - (sentAt + receivedAt) / 2;
      const uncertainty = (receivedAt - sentAt) / 2 + OWN_RESOLUTION_MS + (fraction === undefined ? 500 : 0);
      return { offsetMs: round(offset), uncertaintyMs: round(uncertainty), at: (sentAt + receivedAt) / 2 };
    })
    .filter((reading) => reading !== undefined)
    .sort((a, b) => a.uncertaintyMs - b.uncertaintyMs)[0];
}

function round(milliseconds: number): number {
  return Math.round(milliseconds * 100) / 100;
}
