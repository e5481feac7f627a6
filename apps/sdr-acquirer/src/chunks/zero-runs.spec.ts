import { SHORTEST_LOSS, zeroRuns } from './zero-runs';

function samples(parts: ReadonlyArray<readonly [count: number, value: number]>): Float32Array {
  return Float32Array.from(parts.flatMap(([count, value]) => Array.from({ length: 2 * count }, () => value)));
}

describe(zeroRuns.name, () => {
  it('finds what the cutter filled, at both ends and between', () => {
    expect(zeroRuns(samples([[512, 0], [10, 0.1], [SHORTEST_LOSS, 0], [1, -0.1], [40, 0]]))).toEqual([
      { start: 0, length: 512 },
      { start: 522, length: SHORTEST_LOSS },
      { start: 522 + SHORTEST_LOSS + 1, length: 40 },
    ]);
  });

  it('takes a few zeros for what they are', () => {
    expect(zeroRuns(samples([[SHORTEST_LOSS - 1, 0], [5, 0.5], [SHORTEST_LOSS - 1, 0]]))).toEqual([]);
  });
});
