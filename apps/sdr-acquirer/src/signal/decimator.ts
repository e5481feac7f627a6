/**
 * Turns a wide stream into a narrow one: shifts it by a quarter of its rate (so that the receiver's own direct-current spike
 * falls outside), filters and keeps every n-th sample. State is kept between calls; a lost stretch is fed as zeros.
 */
export class Decimator {
  private readonly taps: Float64Array;
  private readonly historyI: Float64Array;
  private readonly historyQ: Float64Array;
  /** Samples seen so far. */
  private seen = 0;

  /**
   * @param factor input samples per output sample, at least 1
   * @param shiftQuarter multiplies by e^(−iπn/2): what is a quarter of the input rate above the middle comes to the middle
   */
  constructor(
    readonly factor: number,
    private readonly shiftQuarter: boolean,
  ) {
    this.taps = lowPass(factor);
    this.historyI = new Float64Array(this.taps.length);
    this.historyQ = new Float64Array(this.taps.length);
  }

  /** Input samples by which the output lags behind the input. */
  get delay(): number {
    return (this.taps.length - 1) / 2;
  }

  /** @param samples interleaved I and Q; any length */
  push(samples: Float32Array): Float32Array {
    const count = samples.length / 2;
    const output = new Float32Array(2 * (Math.floor((this.seen + count) / this.factor) - Math.floor(this.seen / this.factor)));
    const { length } = this.taps;
    let written = 0;
    for (let n = 0; n < count; n += 1) {
      const slot = this.seen % length;
      const i = samples[2 * n]!;
      const q = samples[2 * n + 1]!;
      const quarter = this.shiftQuarter ? this.seen % 4 : 0;
      this.historyI[slot] = quarter === 0 ? i : quarter === 1 ? q : quarter === 2 ? -i : -q;
      this.historyQ[slot] = quarter === 0 ? q : quarter === 1 ? -i : quarter === 2 ? -q : i;
      this.seen += 1;
      if (this.seen % this.factor === 0) {
        let sumI = 0;
        let sumQ = 0;
        for (let tap = 0, from = slot; tap < length; tap += 1, from = from === 0 ? length - 1 : from - 1) {
          sumI += this.taps[tap]! * this.historyI[from]!;
          sumQ += this.taps[tap]! * this.historyQ[from]!;
        }
        output[written] = sumI;
        output[written + 1] = sumQ;
        written += 2;
      }
    }
    return output;
  }
}

/** Blackman-windowed sinc, edge at 0.45 of the output rate, unit gain at zero frequency; 16 taps per output sample. */
function lowPass(factor: number): Float64Array {
  if (factor === 1) {
    return Float64Array.of(1);
  }
  const length = 16 * factor + 1;
  const cut = 0.45 / factor;
  const middle = (length - 1) / 2;
  const taps = Float64Array.from({ length }, (_, n) => {
    const x = n - middle;
    const sinc = x === 0 ? 2 * cut : Math.sin(2 * Math.PI * cut * x) / (Math.PI * x);
    const phase = (2 * Math.PI * n) / (length - 1);
    return sinc * (0.42 - 0.5 * Math.cos(phase) + 0.08 * Math.cos(2 * phase));
  });
  const sum = taps.reduce((total, tap) => total + tap, 0);
  return taps.map((tap) => tap / sum);
}
