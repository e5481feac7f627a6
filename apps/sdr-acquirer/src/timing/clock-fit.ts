/** What a line through stamps says about a stream's clock. */
export interface ClockEstimate {
  /** Samples per second as fitted. */
  readonly sampleRate: number;
  /** Standard deviation of a stamp from the line, nanoseconds. */
  readonly sigmaNs: number;
  /** Stamps used. */
  readonly stamps: number;
}

/**
 * Least squares of `t = c + n/fs` over stamped samples, kept as sums so that a recording of any length costs the same.
 * Deviations from the nominal line are summed rather than times: doubles stay exact to the nanosecond.
 */
export class ClockFit {
  private count = 0;
  private sumN = 0;
  private sumNN = 0;
  private sumD = 0;
  private sumND = 0;
  private sumDD = 0;
  private rejectedInRow = 0;

  /** @param nominalRate samples per second as stated by the receiver */
  constructor(readonly nominalRate: number) {}

  /**
   * Takes a stamp.
   * @param n sample index, lost samples counted
   * @param timeNs nanoseconds since the first stamp
   * @returns false when it lies more than a sample off the line and was left out
   */
  add(n: number, timeNs: number): boolean {
    const deviation = timeNs - (n * 1e9) / this.nominalRate;
    if (this.count >= 3 && Math.abs(deviation - this.predict(n)) > 1e9 / this.nominalRate) {
      this.rejectedInRow += 1;
      return false;
    }
    this.rejectedInRow = 0;
    this.count += 1;
    this.sumN += n;
    this.sumNN += n * n;
    this.sumD += deviation;
    this.sumND += n * deviation;
    this.sumDD += deviation * deviation;
    return true;
  }

  /** Stamps in a row that did not fit: the receiver's clock was stepped. */
  get outliers(): number {
    return this.rejectedInRow;
  }

  get stamps(): number {
    return this.count;
  }

  /** Nanoseconds since the first stamp at sample `n`. */
  timeAt(n: number): number {
    return (n * 1e9) / this.nominalRate + this.predict(n);
  }

  estimate(): ClockEstimate {
    const { offset, slope } = this.line();
    const residual = this.count > 2 ? this.sumDD - offset * this.sumD - slope * this.sumND : 0;
    return {
      sampleRate: 1e9 / (1e9 / this.nominalRate + slope),
      sigmaNs: Math.sqrt(Math.max(0, residual) / Math.max(1, this.count - 2)),
      stamps: this.count,
    };
  }

  private predict(n: number): number {
    const { offset, slope } = this.line();
    return offset + slope * n;
  }

  private line(): { offset: number; slope: number } {
    if (this.count === 0) {
      return { offset: 0, slope: 0 };
    }
    const spread = this.count * this.sumNN - this.sumN * this.sumN;
    // A slope from a few neighbouring stamps is mostly their jitter, and would be carried far by extrapolation.
    const slope = this.count < 20 || spread <= 0 ? 0 : (this.count * this.sumND - this.sumN * this.sumD) / spread;
    return { offset: (this.sumD - slope * this.sumN) / this.count, slope };
  }
}
