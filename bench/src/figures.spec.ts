import { percentile } from './figures';

describe(percentile.name, () => {
  it('is the nearest rank', () => {
    const samples = [15, 20, 35, 40, 50];
    expect([5, 30, 40, 50, 100].map((p) => percentile(samples, p))).toEqual([15, 20, 20, 35, 50]);
  });

  it('does not depend on the order', () => {
    expect(percentile([3, 1, 2], 100)).toBe(3);
  });
});
