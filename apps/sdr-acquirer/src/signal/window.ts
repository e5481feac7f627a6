/** A window and its two sums, which scale amplitudes (`sum`) and powers (`sumOfSquares`). */
export interface Window {
  readonly values: Float64Array;
  readonly sum: number;
  readonly sumOfSquares: number;
}

const known = new Map<number, Window>();

/** The periodic Hann window of a length: `0.5·(1 − cos(2πn/N))`. */
export function hann(length: number): Window {
  const cached = known.get(length);
  if (cached !== undefined) {
    return cached;
  }
  const values = Float64Array.from({ length }, (_, n) => 0.5 * (1 - Math.cos((2 * Math.PI * n) / length)));
  const window = {
    values,
    sum: values.reduce((total, value) => total + value, 0),
    sumOfSquares: values.reduce((total, value) => total + value * value, 0),
  };
  // Whole-chunk windows come in two neighbouring lengths per rate; anything more exotic must not pile up.
  if (known.size > 64) {
    known.clear();
  }
  known.set(length, window);
  return window;
}
