import { UUID_PATTERN } from '@capstan/kernel';
import { seededRandom, sequentialIds } from './determinism';

describe(seededRandom.name, () => {
  it('repeats itself for the same seed and differs for another', () => {
    const draw = (seed: number): number[] => {
      const sut = seededRandom(seed);
      return Array.from({ length: 5 }, () => sut());
    };
    expect(draw(42)).toEqual(draw(42));
    expect(draw(42)).not.toEqual(draw(43));
  });

  it('is spread over [0, 1)', () => {
    const sut = seededRandom(7);
    const values = Array.from({ length: 10_000 }, () => sut());
    expect(Math.min(...values)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...values)).toBeLessThan(1);
    expect(values.reduce((sum, value) => sum + value, 0) / values.length).toBeCloseTo(0.5, 1);
    expect(sut.seed).toBe(7);
  });
});

describe(sequentialIds.name, () => {
  it('counts in identifiers of the right form', () => {
    const sut = sequentialIds();
    expect(sut.next()).toBe('00000000-0000-7000-8000-000000000001');
    expect(sut.next()).toBe('00000000-0000-7000-8000-000000000002');
    expect(sut.next()).toMatch(UUID_PATTERN);
  });
});
