import { type Fft, fftOf } from './fft';
import { hann } from './window';

/** Points of a segment of the averaged spectrum. */
export const SEGMENT = 1_024;

/** Power spectral density of a stretch of samples. */
export interface PowerSpectrum {
  /** Full scale squared per hertz, lowest (most negative) frequency first. */
  readonly density: Float64Array;
  /** How many segments were averaged. */
  readonly segments: number;
  /** Width of a bin in hertz. */
  readonly binHz: number;
  /** Samples per second. */
  readonly sampleRate: number;
}

/**
 * Averages the spectra of half-overlapping Hann segments (Welch), without detrending: a carrier on the tuned frequency is a
 * signal like any other. A stretch shorter than one segment is padded with zeros.
 * @param samples interleaved I and Q at full scale 1.0
 * @param sampleRate samples per second
 */
export function welch(samples: Float32Array, sampleRate: number): PowerSpectrum {
  const count = samples.length / 2;
  const window = hann(SEGMENT);
  const fft = fftOf(SEGMENT);
  const segments = Math.max(1, Math.floor((count - SEGMENT) / (SEGMENT / 2)) + 1);
  const sum = new Float64Array(SEGMENT);
  for (let segment = 0; segment < segments; segment += 1) {
    const start = segment * (SEGMENT / 2);
    addSegment(fft, samples.subarray(2 * start, 2 * Math.min(count, start + SEGMENT)), window.values, sum);
  }
  const scale = 1 / (segments * sampleRate * window.sumOfSquares);
  const density = new Float64Array(SEGMENT);
  for (let k = 0; k < SEGMENT; k += 1) {
    density[k] = sum[(k + SEGMENT / 2) % SEGMENT]! * scale;
  }
  return { density, segments, binHz: sampleRate / SEGMENT, sampleRate };
}

/** Frequency of a bin of {@link PowerSpectrum.density} in hertz from the tuned one. */
export function binFrequency(spectrum: PowerSpectrum, bin: number): number {
  return (bin - spectrum.density.length / 2) * spectrum.binHz;
}

/** Adds the power of each bin of one windowed segment to `sum`; a segment that is too short is padded with zeros. */
export function addSegment(fft: Fft, segment: Float32Array, window: Float64Array, sum: Float64Array): void {
  const { re, im, order, size } = fft;
  const count = segment.length / 2;
  for (let n = 0; n < size; n += 1) {
    const at = order[n]!;
    re[at] = n < count ? segment[2 * n]! * window[n]! : 0;
    im[at] = n < count ? segment[2 * n + 1]! * window[n]! : 0;
  }
  fft.forwardOrdered(re, im);
  for (let k = 0; k < size; k += 1) {
    const r = re[k]!;
    const i = im[k]!;
    sum[k]! += r * r + i * i;
  }
}
