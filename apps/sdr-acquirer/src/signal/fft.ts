/**
 * Forward complex FFT of one power-of-two size: radix 2, in place, double precision, tables made once.
 *
 * Own code because the measured library (`fft.js`) has had no release for years and works on interleaved plain arrays;
 * `fft.spec.ts` proves this one against the definition of the transform.
 */
export class Fft {
  private readonly cos: Float64Array;
  private readonly sin: Float64Array;
  private readonly reversed: Uint32Array;

  /** @param size number of points; a power of two, at least 4 */
  constructor(readonly size: number) {
    if (size < 4 || (size & (size - 1)) !== 0) {
      throw new RangeError(`FFT size ${size} is not a power of two of at least 4`);
    }
    this.cos = new Float64Array(size / 2);
    this.sin = new Float64Array(size / 2);
    for (let k = 0; k < size / 2; k += 1) {
      const angle = (-2 * Math.PI * k) / size;
      this.cos[k] = Math.cos(angle);
      this.sin[k] = Math.sin(angle);
    }
    const bits = Math.log2(size);
    this.reversed = new Uint32Array(size);
    for (let index = 0; index < size; index += 1) {
      let value = 0;
      for (let bit = 0; bit < bits; bit += 1) {
        value |= ((index >> bit) & 1) << (bits - 1 - bit);
      }
      this.reversed[index] = value;
    }
  }

  /** Replaces `re + i·im` by its transform; bin k is k/size of the sample rate, upper half = negative frequencies. */
  forward(re: Float64Array, im: Float64Array): void {
    this.reorder(re, im);
    const { size } = this;
    for (let base = 0; base < size; base += 2) {
      const ar = re[base]!;
      const ai = im[base]!;
      const br = re[base + 1]!;
      const bi = im[base + 1]!;
      re[base] = ar + br;
      im[base] = ai + bi;
      re[base + 1] = ar - br;
      im[base + 1] = ai - bi;
    }
    for (let half = 2; half < size; half *= 2) {
      this.stage(re, im, half);
    }
  }

  private stage(re: Float64Array, im: Float64Array, half: number): void {
    const { size, cos, sin } = this;
    const step = size / (2 * half);
    for (let base = 0; base < size; base += 2 * half) {
      for (let k = 0, twiddle = 0; k < half; k += 1, twiddle += step) {
        const low = base + k;
        const high = low + half;
        const wr = cos[twiddle]!;
        const wi = sin[twiddle]!;
        const xr = re[high]!;
        const xi = im[high]!;
        const tr = xr * wr - xi * wi;
        const ti = xr * wi + xi * wr;
        const ar = re[low]!;
        const ai = im[low]!;
        re[low] = ar + tr;
        im[low] = ai + ti;
        re[high] = ar - tr;
        im[high] = ai - ti;
      }
    }
  }

  private reorder(re: Float64Array, im: Float64Array): void {
    for (let index = 0; index < this.size; index += 1) {
      const other = this.reversed[index]!;
      if (other > index) {
        const r = re[index]!;
        const i = im[index]!;
        re[index] = re[other]!;
        im[index] = im[other]!;
        re[other] = r;
        im[other] = i;
      }
    }
  }
}

const known = new Map<number, Fft>();

/** The shared transform of a size; its tables are only read after they were made. */
export function fftOf(size: number): Fft {
  let fft = known.get(size);
  if (fft === undefined) {
    fft = new Fft(size);
    known.set(size, fft);
  }
  return fft;
}
