import { type WaterfallBins, waterfallLine } from '../signal/waterfall';

/** Points across a stored spectrogram: the whole band of the receiver, lowest frequency on the left. */
export const SPECTROGRAM_BINS: WaterfallBins = 512;
const MOST_LINES = 1_200;
const LINES_PER_CHUNK = 8;

/** Which chunks a picture is made of, and how many lines each gives. */
export interface SpectrogramPlan {
  readonly linesPerChunk: number;
  /** Every how manyth chunk is looked at: a long recording is not read as a whole. */
  readonly everyChunk: number;
}

/** Keeps a picture within 1,200 lines. @param chunks chunks of the recording, stored or not */
export function spectrogramPlan(chunks: number): SpectrogramPlan {
  const everyChunk = Math.max(1, Math.ceil(chunks / MOST_LINES));
  return { everyChunk, linesPerChunk: Math.max(1, Math.min(LINES_PER_CHUNK, Math.floor((MOST_LINES * everyChunk) / chunks))) };
}

/** Lines of one chunk, oldest first; bytes as in a waterfall. */
export function chunkLines(samples: Float32Array, lines: number): Uint8Array {
  const out = new Uint8Array(lines * SPECTROGRAM_BINS);
  const count = samples.length / 2;
  for (let line = 0; line < lines; line += 1) {
    const from = Math.floor((line * count) / lines);
    out.set(waterfallLine(samples.subarray(2 * from, 2 * Math.floor(((line + 1) * count) / lines)), SPECTROGRAM_BINS), line * SPECTROGRAM_BINS);
  }
  return out;
}

const DARK_DB = -110;
const BRIGHT_DB = -10;
const STOPS = [
  [0, 0, 0],
  [20, 40, 140],
  [20, 160, 120],
  [240, 220, 60],
  [255, 255, 255],
] as const;

/** Colour of a level, as on the live waterfall: black, blue, green, yellow, white. */
export function levelColour(byte: number): readonly [number, number, number] {
  const level = (byte * 140) / 255 - 140;
  const at = Math.max(0, Math.min(1, (level - DARK_DB) / (BRIGHT_DB - DARK_DB))) * (STOPS.length - 1);
  const low = STOPS[Math.floor(at)] ?? STOPS[0];
  const high = STOPS[Math.min(STOPS.length - 1, Math.floor(at) + 1)] ?? low;
  const mix = at - Math.floor(at);
  return [Math.round(low[0] + mix * (high[0] - low[0])), Math.round(low[1] + mix * (high[1] - low[1])), Math.round(low[2] + mix * (high[2] - low[2]))];
}
