import { randomInt } from 'node:crypto';
import type { IdSource, Random } from '@capstan/kernel';

/** A {@link Random} that repeats itself for the same seed. */
export interface SeededRandom extends Random {
  readonly seed: number;
}

/**
 * Randomness that can be repeated: the seed is the given one, else `CAPSTAN_TEST_SEED`, else a new one, which is printed.
 * The generator is mulberry32 (32 bits of state, public domain): good enough to spread inputs, useless for secrets.
 */
export function seededRandom(seed: number = chosenSeed()): SeededRandom {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
  return Object.assign(next, { seed });
}

function chosenSeed(): number {
  const given = process.env['CAPSTAN_TEST_SEED'];
  if (given !== undefined && given !== '') {
    return Number(given);
  }
  const seed = randomInt(2 ** 31);
  process.stderr.write(`Random seed ${seed}: set CAPSTAN_TEST_SEED=${seed} to repeat this run\n`);
  return seed;
}

/** Identifiers 1, 2, 3, … in the form of UUIDv7. */
export function sequentialIds(): IdSource {
  let count = 0;
  return {
    next: () => {
      count += 1;
      return `00000000-0000-7000-8000-${count.toString(16).padStart(12, '0')}`;
    },
  };
}
