import { chunkMetrics } from './chunk-metrics';
import { Decimator } from './decimator';
import { Fft } from './fft';
import { Resampler } from './resampler';
import { decodeSamples } from './sample-format';
import { levelOf, quantise, waterfallLine } from './waterfall';
import { welch } from './welch';

/** Seeded normal deviates (mulberry32 and Box–Muller). */
function gaussian(seed: number): () => number {
  let state = seed;
  const uniform = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
  return () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
}

function tone(options: { count?: number; rate?: number; hz?: number; amplitude: number; variance?: number; seed?: number }): Float32Array {
  const { count = 12_000, rate = 12_000, hz = 1_000.5, amplitude, variance = 0, seed = 1 } = options;
  const normal = gaussian(seed);
  const sigma = Math.sqrt(variance / 2);
  const samples = new Float32Array(2 * count);
  for (let n = 0; n < count; n += 1) {
    samples[2 * n] = amplitude * Math.cos((2 * Math.PI * hz * n) / rate) + sigma * normal();
    samples[2 * n + 1] = amplitude * Math.sin((2 * Math.PI * hz * n) / rate) + sigma * normal();
  }
  return samples;
}

const band = { sampleRate: 12_000, lowHz: -5_000, highHz: 5_000 };

describe(Fft.name, () => {
  it.each([4, 8, 64, 256])('is the transform by definition at %i points', (size) => {
    const normal = gaussian(size);
    const re = Float64Array.from({ length: size }, normal);
    const im = Float64Array.from({ length: size }, normal);
    const expected = Array.from({ length: size }, (_, k) => {
      let r = 0;
      let i = 0;
      for (let n = 0; n < size; n += 1) {
        const angle = (-2 * Math.PI * k * n) / size;
        r += re[n]! * Math.cos(angle) - im[n]! * Math.sin(angle);
        i += re[n]! * Math.sin(angle) + im[n]! * Math.cos(angle);
      }
      return [r, i] as const;
    });
    new Fft(size).forward(re, im);
    expected.forEach(([r, i], k) => {
      expect(Math.hypot(re[k]! - r, im[k]! - i)).toBeLessThan(1e-10);
    });
  });

  it('keeps the energy of 16,384 points (Parseval)', () => {
    const normal = gaussian(7);
    const re = Float64Array.from({ length: 16_384 }, normal);
    const im = Float64Array.from({ length: 16_384 }, normal);
    const energy = (): number => re.reduce((sum, value, n) => sum + value * value + im[n]! * im[n]!, 0);
    const before = energy();
    new Fft(16_384).forward(re, im);
    expect(energy() / 16_384 / before).toBeCloseTo(1, 12);
  });

  it('refuses a size that is no power of two', () => {
    expect(() => new Fft(1_000)).toThrow(/power of two/);
  });
});

describe(chunkMetrics.name, () => {
  // Means over 20 seeds, as the reference values were made.
  it.each([
    { amplitude: 0.5, snr: 34.77, power: -6.019 },
    { amplitude: 0.05, snr: 14.78, power: -25.85 },
    { amplitude: 0.01, snr: 0.79, power: -36.99 },
  ])('finds a tone of amplitude $amplitude in noise', ({ amplitude, snr, power }) => {
    const found = Array.from({ length: 20 }, (_, seed) => chunkMetrics(tone({ amplitude, variance: 1e-4, seed: seed + 1 }), band));
    const mean = (pick: (metrics: (typeof found)[number]) => number): number => found.reduce((sum, metrics) => sum + pick(metrics), 0) / found.length;
    expect(Math.abs(mean((m) => m.snr_db) - snr)).toBeLessThan(0.3);
    expect(Math.abs(mean((m) => m.noise_floor_dbfs_hz) - -80.79)).toBeLessThan(0.3);
    expect(Math.abs(mean((m) => m.power_dbfs) - power)).toBeLessThan(0.3);
    expect(Math.abs(mean((m) => m.cn0_dbhz) - (snr + 40))).toBeLessThan(0.3);
    found.forEach((metrics) => expect(Math.abs(metrics.frequency_offset_hz! - 1_000.5)).toBeLessThan(0.05));
  });

  it('tells the sign of the offset', () => {
    expect(chunkMetrics(tone({ amplitude: 0.5, hz: -1_234.25, variance: 1e-6 }), band).frequency_offset_hz).toBeCloseTo(-1_234.25, 2);
  });

  it('finds neither signal nor line in noise alone', () => {
    for (let seed = 1; seed <= 20; seed += 1) {
      const metrics = chunkMetrics(tone({ amplitude: 0, variance: 1e-4, seed }), band);
      expect(metrics.snr_db).toBeLessThan(-8);
      expect(metrics.frequency_offset_hz).toBeNull();
    }
  });

  it('counts clipping and measures the direct-current part', () => {
    const samples = new Float32Array(24_000).fill(0.25);
    samples[0] = 1;
    const metrics = chunkMetrics(samples, band);
    expect(metrics.clip_count).toBe(1);
    expect(metrics.dc_dbfs).toBeCloseTo(10 * Math.log10(0.125), 1);
  });

  it('survives silence and the shortest chunk', () => {
    const metrics = chunkMetrics(new Float32Array(2), band);
    expect(metrics.power_dbfs).toBe(-200);
    expect(Object.values(metrics).every((value) => value === null || Number.isFinite(value))).toBe(true);
  });
});

describe(welch.name, () => {
  it('holds the power of the samples', () => {
    const samples = tone({ amplitude: 0.3, variance: 1e-3 });
    const { density, binHz } = welch(samples, 12_000);
    const power = density.reduce((sum, value) => sum + value, 0) * binHz;
    const mean = samples.reduce((sum, value) => sum + value * value, 0) / 12_000;
    expect(Math.abs(10 * Math.log10(power / mean))).toBeLessThan(0.05);
  });
});

describe(waterfallLine.name, () => {
  it('shows a tone at its bin and its level', () => {
    const line = waterfallLine(tone({ amplitude: 0.1, hz: 1_500, count: 1_200 }), 512);
    const peak = line.indexOf(Math.max(...line));
    expect(peak).toBe(256 + Math.round((1_500 / 12_000) * 512));
    expect(levelOf(line[peak]!)).toBeCloseTo(-20, 0);
  });

  it('spans 140 decibels', () => {
    expect([quantise(-300), quantise(-140), quantise(0), quantise(9)]).toEqual([0, 0, 255, 255]);
  });
});

describe(Decimator.name, () => {
  it('brings what is a quarter of the rate above the middle to the middle, whatever the block sizes', () => {
    const wide = tone({ count: 100_000, rate: 250_000, hz: 62_500 + 1_000, amplitude: 0.5 });
    const sut = new Decimator(20, true);
    const parts: number[] = [];
    for (let from = 0; from < wide.length; ) {
      const size = 2 * (1 + ((from * 7) % 999));
      parts.push(...sut.push(wide.subarray(from, from + size)));
      from += size;
    }
    expect(parts.length / 2).toBe(5_000);
    const metrics = chunkMetrics(Float32Array.from(parts.slice(200)), { sampleRate: 12_500, lowHz: -5_000, highHz: 5_000 });
    expect(metrics.power_dbfs).toBeCloseTo(-6.02, 1);
    expect(metrics.frequency_offset_hz).toBeCloseTo(1_000, 1);
  });

  it('keeps 60 dB between the pass band and its neighbour', () => {
    const sut = new Decimator(20, false);
    const out = sut.push(tone({ count: 100_000, rate: 250_000, hz: 12_500 + 300, amplitude: 1 })).subarray(200);
    expect(chunkMetrics(out, { sampleRate: 12_500, lowHz: -5_000, highHz: 5_000 }).power_dbfs).toBeLessThan(-60);
  });
});

describe(Resampler.name, () => {
  it('recovers a delay between receivers of different clocks to a hundredth of a microsecond', () => {
    const seen = (rate: number, startSec: number, delaySec: number): Float32Array => {
      const samples = new Float32Array(2 * 6_000);
      for (let n = 0; n < 6_000; n += 1) {
        const t = startSec + n / rate - delaySec;
        const phase = 2 * Math.PI * (700 * t + 900 * t * t);
        samples[2 * n] = 0.5 * Math.cos(phase);
        samples[2 * n + 1] = 0.5 * Math.sin(phase);
      }
      return samples;
    };
    const sut = new Resampler();
    const delay = 123.4e-6;
    const grid = (rate: number, start: number, delaySec: number): Float32Array =>
      sut.resample(seen(rate, start, delaySec), (0.1 - start) * rate, rate / 12_000, 3_000);
    const a = grid(12_001.135, 0, 0);
    const b = grid(11_998.741, 0.0837, delay);
    // The phase between the two, over the instantaneous frequency, is the delay.
    let sum = 0;
    for (let m = 0; m < 3_000; m += 1) {
      const t = 0.1 + m / 12_000;
      const phase = Math.atan2(a[2 * m + 1]! * b[2 * m]! - a[2 * m]! * b[2 * m + 1]!, a[2 * m]! * b[2 * m]! + a[2 * m + 1]! * b[2 * m + 1]!);
      sum += phase / (2 * Math.PI * (700 + 1_800 * (t - delay / 2)));
    }
    expect(Math.abs(sum / 3_000 - delay)).toBeLessThan(1e-8);
  });
});

describe(decodeSamples.name, () => {
  it('reads every format at full scale 1.0', () => {
    expect([...decodeSamples(Buffer.from([0x40, 0x00, 0x80, 0x00]), 'ci16_be')]).toEqual([0.5, -1]);
    expect([...decodeSamples(Buffer.from([0, 0x00, 0x40, 0x00, 0x80]).subarray(1), 'ci16_le')]).toEqual([0.5, -1]);
    expect([...decodeSamples(Buffer.from([255, 0]), 'cu8')]).toEqual([127.5 / 128, -127.5 / 128]);
    expect([...decodeSamples(Buffer.from(new Float32Array([0.5, -0.25]).buffer), 'cf32_le')]).toEqual([0.5, -0.25]);
  });

  it('leaves out a sample that is not whole', () => {
    expect(decodeSamples(Buffer.alloc(7), 'ci16_be')).toHaveLength(2);
  });
});
