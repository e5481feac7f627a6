import type { PictureFlag } from '@capstan/contracts';
import { hashDistance } from '../decode/picture-figures';

/** What a picture showed at one moment. */
export interface PictureLook {
  /** Unix milliseconds of the frame. */
  readonly at: number;
  readonly mean: number;
  readonly std: number;
  readonly sharpness: number;
  readonly dhash: string;
}

/** What is remembered of a camera's pictures. */
export interface PictureMemory {
  /** Since when the picture has not changed; null while it does. */
  readonly stillSince: number | null;
  /** Hash of the picture before. */
  readonly lastHash: string | null;
  /** Sharpness of good pictures, newest last. */
  readonly sharpness: readonly number[];
  /** Hash of the scene the camera is meant to see. */
  readonly reference: string | null;
  /** Looks in a row at another scene. */
  readonly movedLooks: number;
  readonly flags: readonly PictureFlag[];
}

/** Before the first picture. */
export const NO_MEMORY: PictureMemory = { stillSince: null, lastHash: null, sharpness: [], reference: null, movedLooks: 0, flags: [] };

// Starting points, found on synthetic footage; a quiet night scene may need others (docs/cameras.md).
const BLACK_MEAN = 16;
const BLACK_STD = 4;
const COVERED_STD = 8;
/** Of 255. Keyframes of a picture that does not change still come back 0.00 to 0.25 different: the encoder grades its quality. A living scene is at 2 and more. */
const STILL_MAD = 0.6;
const STILL_BITS = 1;
/** Milliseconds without any change after which a moving stream counts as frozen, and before that as suspect. */
const FROZEN_MS = 15_000;
const BLUR_SHARE = 0.35;
const BLUR_SAMPLES = 5;
const KEPT_SHARPNESS = 60;
const MOVED_BITS = 20;
const MOVED_LOOKS = 2;

/**
 * What is wrong with a picture, and what to remember.
 * @param difference mean absolute difference to the picture of the look before, of 255; undefined at the first look
 * @param before time of that picture, Unix milliseconds
 */
export function judgePicture(memory: PictureMemory, look: PictureLook, difference: number | undefined, before: number | undefined): PictureMemory {
  const flags: PictureFlag[] = [];
  const black = look.mean < BLACK_MEAN && look.std < BLACK_STD;
  const covered = !black && look.std < COVERED_STD;
  if (black) {
    flags.push('black');
  }
  if (covered) {
    flags.push('covered');
  }
  // Black and covered pictures do not change either; they have their own names.
  const still = !black && !covered && difference !== undefined && difference < STILL_MAD && memory.lastHash !== null && hashDistance(memory.lastHash, look.dhash) <= STILL_BITS;
  const stillSince = still ? (memory.stillSince ?? before ?? look.at) : null;
  if (stillSince !== null) {
    flags.push(look.at - stillSince >= FROZEN_MS ? 'frozen' : 'suspect_frozen');
  }
  const usual = median(memory.sharpness);
  const blurred = !black && !covered && memory.sharpness.length >= BLUR_SAMPLES && usual !== undefined && look.sharpness < usual * BLUR_SHARE;
  if (blurred) {
    flags.push('blurred');
  }
  const elsewhere = !black && !covered && !blurred && memory.reference !== null && hashDistance(memory.reference, look.dhash) >= MOVED_BITS;
  const movedLooks = elsewhere ? memory.movedLooks + 1 : 0;
  if (movedLooks >= MOVED_LOOKS) {
    flags.push('moved');
  }
  const good = !black && !covered && !blurred;
  return {
    stillSince,
    lastHash: look.dhash,
    sharpness: good && !elsewhere ? [...memory.sharpness, look.sharpness].slice(-KEPT_SHARPNESS) : memory.sharpness,
    reference: memory.reference ?? (good ? look.dhash : null),
    movedLooks,
    flags,
  };
}

function median(values: readonly number[]): number | undefined {
  return [...values].sort((left, right) => left - right)[Math.floor(values.length / 2)];
}
