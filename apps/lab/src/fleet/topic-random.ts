import type { Random } from '@capstan/kernel';
import { seededRandom } from '../voice-traffic/seeded-random';

/** Random numbers of one topic: the same words give the same numbers, and what another topic draws does not disturb them. */
export function topicRandom(...words: readonly (string | number)[]): Random {
  return seededRandom(fingerprint(words.join('/')));
}

/** An integer from `least` to `most`, both included. */
export function between(random: Random, least: number, most: number): number {
  return least + Math.floor(random() * (most - least + 1));
}

/** One of a list. */
export function oneOf<T>(random: Random, list: readonly T[]): T {
  const chosen = list[Math.floor(random() * list.length)];
  if (chosen === undefined) {
    throw new RangeError('a choice needs something to choose from');
  }
  return chosen;
}

/** 32 bits of a text: FNV-1a. */
export function fingerprint(text: string): number {
  let hash = 0x81_1c_9d_c5;
  for (let index = 0; index < text.length; index += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01_00_01_93);
  }
  return hash >>> 0;
}
