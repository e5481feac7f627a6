/** A stretch of samples, from the first of an array on. */
export interface Run {
  readonly start: number;
  readonly length: number;
}

/**
 * Shortest run of zeros that counts as missing. A receiver's noise is never exactly zero for so long; what the cutter puts
 * in place of a lost block is always longer.
 */
export const SHORTEST_LOSS = 32;

/**
 * Where samples are missing in a stored chunk about which no row says so.
 * @param samples interleaved I and Q
 */
export function zeroRuns(samples: Float32Array): Run[] {
  const runs: Run[] = [];
  const count = samples.length / 2;
  let start = 0;
  for (let n = 0; n <= count; n += 1) {
    if (n < count && samples[2 * n] === 0 && samples[2 * n + 1] === 0) {
      continue;
    }
    if (n - start >= SHORTEST_LOSS) {
      runs.push({ start, length: n - start });
    }
    start = n + 1;
  }
  return runs;
}
