import { ObjectErrorCode, objectError } from './object-error';

/** Seven days: what S3 allows. */
export const MAX_URL_EXPIRY_SEC = 604_800;

/** @throws AppError `OBJECT_URL_EXPIRY_INVALID` unless it is a whole number of seconds S3 would sign for */
export function assertUrlExpiry(expiresInSec: number): void {
  if (!Number.isSafeInteger(expiresInSec) || expiresInSec < 1 || expiresInSec > MAX_URL_EXPIRY_SEC) {
    throw objectError(ObjectErrorCode.UrlExpiryInvalid, `A signed URL is valid for 1 to ${MAX_URL_EXPIRY_SEC} seconds`);
  }
}
