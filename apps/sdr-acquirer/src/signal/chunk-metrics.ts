import { frequencyOffset } from './frequency-offset';
import { binFrequency, type PowerSpectrum, welch } from './welch';

/** What the numbers of a chunk are computed for. */
export interface MetricsBand {
  /** Samples per second. */
  readonly sampleRate: number;
  /** Pass band of the receiver, hertz from the tuned frequency; the whole band where it is not known. */
  readonly lowHz: number;
  /** See {@link lowHz}. */
  readonly highHz: number;
}

/** Quality of one chunk. Levels are relative to full scale (dBFS), never to a milliwatt. */
export interface ChunkMetrics {
  /** Mean power; a tone of amplitude 1 is 0 dBFS. */
  readonly power_dbfs: number;
  readonly peak_dbfs: number;
  /** Peak minus mean power. */
  readonly crest_db: number;
  /** Samples whose I or Q touches full scale. */
  readonly clip_count: number;
  /** Level of the mean: the direct-current part. */
  readonly dc_dbfs: number;
  /** Noise power density. */
  readonly noise_floor_dbfs_hz: number;
  /** Signal to noise in {@link bandwidth_hz}; never below −20. */
  readonly snr_db: number;
  /** Signal power over noise density. */
  readonly cn0_dbhz: number;
  /** Bandwidth that `snr_db` is about. */
  readonly bandwidth_hz: number;
  /** Strongest line, hertz above the tuned frequency; null where no line stands out of the noise. */
  readonly frequency_offset_hz: number | null;
  /** 95th minus 50th percentile of the spectrum in decibels, as KiwiSDR servers report their own quality. */
  readonly kiwi_snr_db: number;
}

const FLOOR_DB = -200;
const CLIP_LEVEL = 32_767 / 32_768;
const EDGE = 0.45;
const WIDEST_HZ = 10_000;
/** What counts as no signal at all: 1 % of the noise in the band. */
const LEAST_SNR = 0.01;

/**
 * Computes the quality of a chunk.
 * @param samples interleaved I and Q at full scale 1.0; at least one pair
 */
export function chunkMetrics(samples: Float32Array, band: MetricsBand): ChunkMetrics {
  const level = levels(samples);
  const spectrum = welch(samples, band.sampleRate);
  const low = Math.max(band.lowHz, -EDGE * band.sampleRate);
  const high = Math.min(band.highHz, EDGE * band.sampleRate);
  const noise = noiseDensity(spectrum, low, high);
  const centre = (band.lowHz + band.highHz) / 2;
  const bandwidth = Math.min(WIDEST_HZ, band.highHz - band.lowHz);
  const signal = signalPower(spectrum, noise, centre, bandwidth);
  const heard = Math.max(signal, LEAST_SNR * noise * bandwidth);
  return {
    power_dbfs: decibels(level.power),
    peak_dbfs: decibels(level.peak),
    crest_db: decibels(level.peak) - decibels(level.power),
    clip_count: level.clipped,
    dc_dbfs: decibels(level.dc),
    noise_floor_dbfs_hz: decibels(noise),
    snr_db: noise > 0 ? decibels(heard / (noise * bandwidth)) : 0,
    cn0_dbhz: noise > 0 ? decibels(heard / noise) : 0,
    bandwidth_hz: bandwidth,
    frequency_offset_hz: frequencyOffset(samples, band.sampleRate, noise),
    kiwi_snr_db: percentileSpread(spectrum),
  };
}

/** Power as decibels; silence is −200. */
export function decibels(power: number): number {
  return power > 0 ? Math.max(FLOOR_DB, 10 * Math.log10(power)) : FLOOR_DB;
}

function levels(samples: Float32Array): { power: number; peak: number; dc: number; clipped: number } {
  let power = 0;
  let peak = 0;
  let sumI = 0;
  let sumQ = 0;
  let clipped = 0;
  for (let n = 0; n < samples.length; n += 2) {
    const i = samples[n]!;
    const q = samples[n + 1]!;
    const square = i * i + q * q;
    power += square;
    sumI += i;
    sumQ += q;
    if (square > peak) {
      peak = square;
    }
    if (i >= CLIP_LEVEL || i <= -CLIP_LEVEL || q >= CLIP_LEVEL || q <= -CLIP_LEVEL) {
      clipped += 1;
    }
  }
  const count = samples.length / 2;
  return { power: power / count, peak, dc: (sumI / count) ** 2 + (sumQ / count) ** 2, clipped };
}

/**
 * Noise density by the median of the bins, which a few strong lines cannot move. The divisor turns the median of an
 * average of exponentially distributed bins into its mean (Wilson–Hilferty), with the number of independent segments
 * that half-overlapping Hann windows are worth.
 */
function noiseDensity(spectrum: PowerSpectrum, lowHz: number, highHz: number): number {
  const inside = spectrum.density.filter((_, bin) => within(binFrequency(spectrum, bin), lowHz, highHz)).sort();
  const middle = inside.length >> 1;
  const median = inside.length === 0 ? 0 : inside.length % 2 === 1 ? inside[middle]! : (inside[middle - 1]! + inside[middle]!) / 2;
  const independent = spectrum.segments / (1 + 1 / 18);
  return median / (1 - 1 / (9 * independent)) ** 3;
}

/** Power above the noise. Bins below the noise count as well: leaving them out would find signal in noise alone. */
function signalPower(spectrum: PowerSpectrum, noise: number, centreHz: number, bandwidthHz: number): number {
  let sum = 0;
  spectrum.density.forEach((density, bin) => {
    if (within(binFrequency(spectrum, bin), centreHz - bandwidthHz / 2, centreHz + bandwidthHz / 2)) {
      sum += density - noise;
    }
  });
  return sum * spectrum.binHz;
}

function percentileSpread(spectrum: PowerSpectrum): number {
  // Decibels keep the order: two logarithms do instead of a thousand.
  const sorted = Float64Array.from(spectrum.density).sort();
  const at = (share: number): number => decibels(sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))]!);
  return at(0.95) - at(0.5);
}

const within = (value: number, low: number, high: number): boolean => value >= low && value <= high;
