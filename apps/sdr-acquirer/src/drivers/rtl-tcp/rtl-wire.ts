/** Commands Capstan sends. Source: osmocom `rtl_tcp.c`. */
export const RTL_COMMAND = { frequency: 0x01, sampleRate: 0x02, gainMode: 0x03, gain: 0x04 } as const;

/** Five bytes: the command and a big-endian number. */
export function rtlCommand(command: number, value: number): Buffer {
  const buffer = Buffer.alloc(5);
  buffer[0] = command;
  buffer.writeUInt32BE(value >>> 0, 1);
  return buffer;
}

const TUNERS = ['unknown', 'E4000', 'FC0012', 'FC0013', 'FC2580', 'R820T', 'R828D'] as const;

/** Name of a tuner by its number in the greeting. */
export function tunerName(type: number): string {
  return TUNERS[type] ?? 'unknown';
}

/** Rates the chip can do, samples per second. */
const LEGAL: ReadonlyArray<readonly [low: number, high: number]> = [
  [225_001, 300_000],
  [900_001, 3_200_000],
];

/** The chip's rate, and the whole factor by which it is divided, for a wished rate; undefined where there is none. */
export function deviceRate(wished: number): { device: number; factor: number } | undefined {
  const legal = (rate: number): boolean => LEGAL.some(([low, high]) => rate >= low && rate <= high);
  if (legal(wished)) {
    return { device: wished, factor: 1 };
  }
  const factor = Math.ceil(225_001 / wished);
  // A quarter of the chip's rate must be a whole number of hertz to be tuned to.
  return Number.isInteger(wished) && wished > 0 && legal(wished * factor) ? { device: wished * factor, factor } : undefined;
}
