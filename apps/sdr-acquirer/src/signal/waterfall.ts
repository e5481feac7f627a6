import { fftOf } from './fft';
import { addSegment } from './welch';
import { hann } from './window';

/** Bins of a waterfall line that clients may ask for. */
export const WATERFALL_BINS = [256, 512, 1_024, 2_048, 4_096] as const;
/** See {@link WATERFALL_BINS}. */
export type WaterfallBins = (typeof WATERFALL_BINS)[number];

const SPAN_DB = 140;

/**
 * One line of a waterfall: mean of half-overlapping Hann segments of `bins` points, in decibels relative to a full-scale
 * tone, quantised to a byte.
 * @param samples interleaved I and Q; fewer than `bins` pairs are padded with zeros
 * @returns lowest frequency first; see {@link quantise}
 */
export function waterfallLine(samples: Float32Array, bins: WaterfallBins): Uint8Array {
  const count = samples.length / 2;
  const window = hann(bins);
  const fft = fftOf(bins);
  const segments = Math.max(1, Math.floor((count - bins) / (bins / 2)) + 1);
  const sum = new Float64Array(bins);
  for (let segment = 0; segment < segments; segment += 1) {
    const start = segment * (bins / 2);
    addSegment(fft, samples.subarray(2 * start, 2 * Math.min(count, start + bins)), window.values, sum);
  }
  const scale = 1 / (segments * window.sum * window.sum);
  const line = new Uint8Array(bins);
  for (let k = 0; k < bins; k += 1) {
    line[k] = quantise(10 * Math.log10(sum[(k + bins / 2) % bins]! * scale + 1e-30));
  }
  return line;
}

/** −140 dBFS is 0, 0 dBFS is 255. */
export function quantise(db: number): number {
  return Math.max(0, Math.min(255, Math.round(((db + SPAN_DB) * 255) / SPAN_DB)));
}

/** The level a byte of a line stands for, in dBFS. */
export function levelOf(byte: number): number {
  return (byte * SPAN_DB) / 255 - SPAN_DB;
}
