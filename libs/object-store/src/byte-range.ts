import { ObjectErrorCode, objectError } from './object-error';

/** A part of an object, counted from 0. */
export interface ByteRange {
  /** First byte. */
  start: number;
  /** Last byte, included, as in HTTP. Without it: to the end. Behind the end it means the end. */
  end?: number;
}

/**
 * Checks what can be checked without knowing the object.
 * @throws AppError `OBJECT_RANGE_INVALID`
 */
export function assertByteRange(range: ByteRange): void {
  const { start, end } = range;
  if (!Number.isSafeInteger(start) || start < 0 || (end !== undefined && (!Number.isSafeInteger(end) || end < start))) {
    throw rangeError();
  }
}

/** Whether the range means the object as it is, which an empty object has as well. */
export function isWholeObject(range: ByteRange | undefined): boolean {
  return range === undefined || (range.start === 0 && range.end === undefined);
}

/** The error for a range the object does not have. */
export function rangeError(details?: { size: number }): Error {
  return objectError(ObjectErrorCode.RangeInvalid, 'The range lies outside the object', { details });
}

/**
 * The bytes to read of an object of `size` bytes, both ends included.
 * @throws AppError `OBJECT_RANGE_INVALID` when `start` is not a byte of the object.
 */
export function resolveByteRange(size: number, range: ByteRange): { start: number; end: number } {
  assertByteRange(range);
  if (range.start >= size) {
    throw rangeError({ size });
  }
  return { start: range.start, end: Math.min(range.end ?? size - 1, size - 1) };
}
