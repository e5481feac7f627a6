/** What a byte of a waterfall line stands for, in dBFS. */
export function levelOf(byte: number): number {
  return (byte * 140) / 255 - 140;
}

/** Levels that are shown from darkest to brightest. */
const DARK_DB = -110;
const BRIGHT_DB = -10;

/** Colour of a level: black, blue, green, yellow, white. */
export function colourOf(byte: number): readonly [number, number, number] {
  const share = Math.max(0, Math.min(1, (levelOf(byte) - DARK_DB) / (BRIGHT_DB - DARK_DB)));
  const stops = [
    [0, 0, 0],
    [20, 40, 140],
    [20, 160, 120],
    [240, 220, 60],
    [255, 255, 255],
  ] as const;
  const at = share * (stops.length - 1);
  const low = stops[Math.floor(at)] ?? stops[0];
  const high = stops[Math.min(stops.length - 1, Math.floor(at) + 1)] ?? low;
  const mix = at - Math.floor(at);
  return [0, 1, 2].map((k) => Math.round((low[k] ?? 0) + mix * ((high[k] ?? 0) - (low[k] ?? 0)))) as unknown as readonly [number, number, number];
}

/** Pixels of lines, newest on top: four bytes each. */
export function pixelsOf(lines: Uint8Array): Uint8ClampedArray<ArrayBuffer> {
  const pixels = new Uint8ClampedArray(4 * lines.length);
  lines.forEach((byte, index) => {
    const [red, green, blue] = colourOf(byte);
    pixels.set([red, green, blue, 255], 4 * index);
  });
  return pixels;
}

/** Hertz from the tuned frequency of a bin. */
export function offsetOf(bin: number, bins: number, sampleRate: number): number {
  return ((bin - bins / 2) * sampleRate) / bins;
}
