import { ObjectErrorCode, objectError } from './object-error';

/** Longest key, in characters; leaves room for a bucket prefix below S3's 1,024 bytes. */
export const MAX_KEY_LENGTH = 901;

/** Longest part between two slashes, in characters: the limit of Linux file systems. */
export const MAX_KEY_SEGMENT_LENGTH = 255;

const KEY = /^[A-Za-z0-9][A-Za-z0-9._/-]*$/;
const MEDIA_TYPE = /^[A-Za-z0-9][A-Za-z0-9!#$&^_.+-]*\/[A-Za-z0-9][A-Za-z0-9!#$&^_.+-]*(?:; ?[A-Za-z0-9-]+=[A-Za-z0-9._-]+)*$/;

function problemOf(key: string, segments: readonly string[]): string | undefined {
  if (key.length > MAX_KEY_LENGTH) {
    return `is longer than ${MAX_KEY_LENGTH} characters`;
  }
  if (!KEY.test(key)) {
    return 'must start with a letter or digit and hold only letters, digits, ".", "_", "-" and "/"';
  }
  if (key.includes('..')) {
    return 'must not contain ".."';
  }
  for (const segment of segments) {
    if (segment === '' || segment === '.') {
      return 'must not have an empty part or a part "."';
    }
    if (segment.length > MAX_KEY_SEGMENT_LENGTH) {
      return `has a part longer than ${MAX_KEY_SEGMENT_LENGTH} characters`;
    }
  }
  return undefined;
}

function refuse(what: string, problem: string): never {
  throw objectError(ObjectErrorCode.KeyInvalid, `The object ${what} ${problem}`);
}

/**
 * Checks a key: `^[A-Za-z0-9][A-Za-z0-9._/-]{0,900}$`, no `..`, no part that is empty, `.` or longer than 255 characters.
 * The same keys are valid for every adapter, so that a deployment can move from a folder to S3.
 * @throws AppError `OBJECT_KEY_INVALID`; the key itself is not repeated.
 */
export function assertObjectKey(key: string): void {
  const problem = problemOf(key, key.split('/'));
  if (problem !== undefined) {
    refuse('key', problem);
  }
}

/** Whether a store may show this key; a folder or bucket can hold things that nobody stored through here. */
export function isObjectKey(key: string): boolean {
  return problemOf(key, key.split('/')) === undefined;
}

/**
 * Checks a prefix to list by: empty, or the beginning of a valid key; it may end in the middle of a part or with a slash.
 * @throws AppError `OBJECT_KEY_INVALID`
 */
export function assertListPrefix(prefix: string): void {
  if (prefix === '') {
    return;
  }
  const segments = prefix.split('/');
  const problem = problemOf(prefix, segments.at(-1) === '' ? segments.slice(0, -1) : segments);
  if (problem !== undefined) {
    refuse('prefix', problem);
  }
}

/**
 * Checks a prefix to remove by: it must end with a slash, because `sessions/1` would take `sessions/10` with it, and an
 * empty one would take everything.
 * @throws AppError `OBJECT_KEY_INVALID`
 */
export function assertRemovalPrefix(prefix: string): void {
  if (!prefix.endsWith('/')) {
    refuse('prefix', 'must end with "/" to be removed');
  }
  assertListPrefix(prefix);
}

/** @throws AppError `OBJECT_MEDIA_TYPE_INVALID` unless it is `type/subtype` with optional `; name=value`. */
export function assertMediaType(mediaType: string): void {
  if (mediaType.length > 127 || !MEDIA_TYPE.test(mediaType)) {
    throw objectError(ObjectErrorCode.MediaTypeInvalid, 'The media type must look like type/subtype');
  }
}
