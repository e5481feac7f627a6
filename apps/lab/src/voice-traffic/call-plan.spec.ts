import { callPair } from './call-plan';
import { randomHex, seededRandom } from './seeded-random';

describe(callPair.name, () => {
  it.each([2, 3, 5])('lets every one of %i telephones call every other, and never itself', (phones) => {
    const pairs = Array.from({ length: phones * (phones - 1) }, (_, call) => callPair(call, phones));
    expect(pairs.every(({ caller, callee }) => caller !== callee && callee < phones)).toBe(true);
    expect(new Set(pairs.map(({ caller, callee }) => `${caller}>${callee}`)).size).toBe(phones * (phones - 1));
  });
});

describe(seededRandom.name, () => {
  it('repeats itself for the same seed and differs for another', () => {
    expect(randomHex(seededRandom(7), 40)).toBe(randomHex(seededRandom(7), 40));
    expect(randomHex(seededRandom(7), 40)).not.toBe(randomHex(seededRandom(8), 40));
  });

  it('stays in [0, 1)', () => {
    const random = seededRandom(1);
    const values = Array.from({ length: 10_000 }, random);
    expect(Math.min(...values)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...values)).toBeLessThan(1);
  });
});
