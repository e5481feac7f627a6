/** The value below which `p` percent of the sorted samples lie, by the nearest rank. @param p 0 < p ≤ 100 */
export function percentile(samples: readonly number[], p: number): number {
  const sorted = [...samples].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil((p / 100) * sorted.length) - 1)] ?? Number.NaN;
}

/** Median, p95, p99 and maximum in one line. */
export function spreadOf(samples: readonly number[], unit: string): string {
  const show = (value: number): string => value.toFixed(value < 10 ? 2 : 1);
  return `median ${show(percentile(samples, 50))}, p95 ${show(percentile(samples, 95))}, p99 ${show(percentile(samples, 99))}, max ${show(percentile(samples, 100))} ${unit} (${samples.length} samples)`;
}
