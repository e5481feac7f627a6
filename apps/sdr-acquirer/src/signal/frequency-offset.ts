import { fftOf } from './fft';
import { hann } from './window';

/**
 * How far a line must stand above the mean noise power of a bin. A chunk of 12,000 samples has some 8,000 independent
 * bins, whose highest exceeds the mean by 10 dB every third time by chance alone; by 13 dB once in 50,000 chunks.
 */
const STANDS_OUT = 10 ** 1.3;

/**
 * Frequency of the strongest line: Hann over the whole chunk, transform of the next power of two, and a parabola through
 * the logarithms of the peak and its neighbours.
 * @param noiseDensity full scale squared per hertz
 * @returns hertz above the tuned frequency, or null when nothing stands out
 */
export function frequencyOffset(samples: Float32Array, sampleRate: number, noiseDensity: number): number | null {
  const count = samples.length / 2;
  const size = Math.max(4, 2 ** Math.ceil(Math.log2(count)));
  const window = hann(count);
  const fft = fftOf(size);
  const { re, im, order } = fft;
  const { values } = window;
  for (let n = 0; n < size; n += 1) {
    const at = order[n]!;
    re[at] = n < count ? samples[2 * n]! * values[n]! : 0;
    im[at] = n < count ? samples[2 * n + 1]! * values[n]! : 0;
  }
  fft.forwardOrdered(re, im);
  const power = (bin: number): number => {
    const index = (bin + size) % size;
    return re[index]! * re[index]! + im[index]! * im[index]!;
  };
  let best = 0;
  let most = -1;
  for (let bin = 0; bin < size; bin += 1) {
    const r = re[bin]!;
    const i = im[bin]!;
    const here = r * r + i * i;
    if (here > most) {
      most = here;
      best = bin;
    }
  }
  const noise = noiseDensity * sampleRate * window.sumOfSquares;
  if (power(best) <= 0 || power(best) < STANDS_OUT * noise) {
    return null;
  }
  const left = Math.log(Math.max(power(best - 1), Number.MIN_VALUE));
  const centre = Math.log(power(best));
  const right = Math.log(Math.max(power(best + 1), Number.MIN_VALUE));
  const curve = left - 2 * centre + right;
  const shift = curve === 0 ? 0 : (0.5 * (left - right)) / curve;
  const signed = best < size / 2 ? best : best - size;
  return ((signed + shift) * sampleRate) / size;
}
