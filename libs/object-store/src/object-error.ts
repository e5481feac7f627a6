import { AppError, type AppErrorOptions } from '@capstan/kernel';

/** Everything that can go wrong with stored bytes, as the `code` of an AppError. */
export const ObjectErrorCode = {
  /** The key breaks the rules of `assertObjectKey`. */
  KeyInvalid: 'OBJECT_KEY_INVALID',
  /** A key that is a folder of other keys, or lies below another key; only a local folder can notice. */
  KeyConflict: 'OBJECT_KEY_CONFLICT',
  /** Not `type/subtype`, with optional parameters. */
  MediaTypeInvalid: 'OBJECT_MEDIA_TYPE_INVALID',
  /** A signed URL for less than a second or more than seven days. */
  UrlExpiryInvalid: 'OBJECT_URL_EXPIRY_INVALID',
  NotFound: 'OBJECT_NOT_FOUND',
  /** Negative, backwards, or starting at or after the end. */
  RangeInvalid: 'OBJECT_RANGE_INVALID',
  /** More bytes than the adapter can store under one key. */
  TooLarge: 'OBJECT_TOO_LARGE',
  /** No space or quota left. Retryable, but only after someone made room. */
  Full: 'OBJECT_STORE_FULL',
  /** The credentials or file permissions do not allow it. */
  Denied: 'OBJECT_STORE_DENIED',
  /** The bucket is missing and may not be created, the endpoint is no S3 server, a folder was tampered with. */
  Misconfigured: 'OBJECT_STORE_MISCONFIGURED',
  /** Not reachable, overloaded or failing; the same call may succeed later. */
  Unavailable: 'OBJECT_STORE_UNAVAILABLE',
} as const;

export type ObjectErrorCode = (typeof ObjectErrorCode)[keyof typeof ObjectErrorCode];

/** How long a full store is left alone: room is made by retention or by a person, not by asking again. */
const FULL_RETRY_MS = 5 * 60_000;

const RETRY: Readonly<Record<ObjectErrorCode, Pick<AppErrorOptions, 'retryable' | 'retryAfterMs'>>> = {
  OBJECT_KEY_INVALID: { retryable: false },
  OBJECT_KEY_CONFLICT: { retryable: false },
  OBJECT_MEDIA_TYPE_INVALID: { retryable: false },
  OBJECT_URL_EXPIRY_INVALID: { retryable: false },
  OBJECT_NOT_FOUND: { retryable: false },
  OBJECT_RANGE_INVALID: { retryable: false },
  OBJECT_TOO_LARGE: { retryable: false },
  OBJECT_STORE_FULL: { retryable: true, retryAfterMs: FULL_RETRY_MS },
  OBJECT_STORE_DENIED: { retryable: false },
  OBJECT_STORE_MISCONFIGURED: { retryable: false },
  OBJECT_STORE_UNAVAILABLE: { retryable: true },
};

/** An AppError whose retry advice follows from its code alone. */
export function objectError(
  code: ObjectErrorCode,
  message: string,
  options: Pick<AppErrorOptions, 'details' | 'cause'> = {},
): AppError {
  return new AppError(code, message, { ...RETRY[code], ...options });
}
