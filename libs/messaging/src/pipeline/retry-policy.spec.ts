import { MAX_ATTEMPTS, RETRY_SCHEDULE, retryTier } from './retry-policy';

describe(retryTier.name, () => {
  it('waits 5 s twice, 30 s three times, 5 min three times, and then gives up', () => {
    const delays = Array.from({ length: MAX_ATTEMPTS }, (_, index) => retryTier(index + 1)?.delayMs);
    expect(delays).toEqual([5_000, 5_000, 30_000, 30_000, 30_000, 300_000, 300_000, 300_000, undefined]);
  });

  it.each([
    [1, 1, 5_000],
    [1, 5_000, 5_000],
    [1, 5_001, 30_000],
    [1, 60_000, 300_000],
    [1, 3_600_000, 300_000],
    [4, 1_000, 30_000],
    [8, 10_000, 300_000],
  ])('after attempt %i and a wish of %i ms waits %i ms', (attempt, afterMs, delayMs) => {
    expect(retryTier(attempt, afterMs)?.delayMs).toBe(delayMs);
  });

  it('gives up after the last attempt whatever is wished', () => {
    expect(retryTier(MAX_ATTEMPTS, 5_000)).toBeUndefined();
    expect(retryTier(MAX_ATTEMPTS + 100)).toBeUndefined();
    expect(RETRY_SCHEDULE).toHaveLength(8);
  });
});
