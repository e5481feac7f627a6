import { AppError } from '@capstan/kernel';
import { ObjectErrorCode, objectError } from '../object-error';

/** A request that got no answer in time; the text says which time. */
export class RequestTimeout extends Error {}

const DENIED = new Set(['AccessDenied', 'InvalidAccessKeyId', 'SignatureDoesNotMatch', 'RequestTimeTooSkewed', 'ExpiredToken', 'InvalidToken', 'AuthorizationHeaderMalformed', 'AllAccessDisabled']);
const GONE_UPLOAD = 'NoSuchUpload';
const MISSING = new Set(['NoSuchKey', 'NotFound']);
const FULL = new Set(['QuotaExceeded', 'XMinioStorageFull', 'InsufficientCapacity', 'InsufficientStorage']);
const TOO_LARGE = new Set(['EntityTooLarge']);
const BUSY_STATUS = new Set([408, 425, 429, 499, 500, 502, 503, 504, 520]);

function textField(error: unknown, name: 'code' | 'syscall'): string | undefined {
  const value = typeof error === 'object' && error !== null ? (error as Record<string, unknown>)[name] : undefined;
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/**
 * What a failed S3 request means.
 * @param status HTTP status of the last answer, if there was one; a HEAD has no body that could name the error
 */
export function s3Error(error: unknown, status?: number): AppError {
  if (error instanceof AppError) {
    return error;
  }
  const code = textField(error, 'code');
  const details = { ...(code === undefined ? {} : { reason: code }), ...(status === undefined ? {} : { status }) };
  const options = { cause: error, details };
  if (error instanceof RequestTimeout) {
    return objectError(ObjectErrorCode.Unavailable, 'The object store did not answer in time', options);
  }
  if (code === 'NoSuchBucket') {
    return objectError(ObjectErrorCode.Misconfigured, 'The bucket does not exist', options);
  }
  if (code === GONE_UPLOAD) {
    return objectError(ObjectErrorCode.Unavailable, 'The object store gave up the upload', options);
  }
  if (code !== undefined && MISSING.has(code)) {
    return objectError(ObjectErrorCode.NotFound, 'There is no such object', { cause: error });
  }
  if (code === 'InvalidRange' || status === 416) {
    return objectError(ObjectErrorCode.RangeInvalid, 'The range lies outside the object', { cause: error });
  }
  if ((code !== undefined && FULL.has(code)) || status === 507) {
    return objectError(ObjectErrorCode.Full, 'The object store has no space left', options);
  }
  if (code !== undefined && TOO_LARGE.has(code)) {
    return objectError(ObjectErrorCode.TooLarge, 'The object store does not take an object of this size', options);
  }
  if ((code !== undefined && DENIED.has(code)) || status === 401 || status === 403) {
    return objectError(ObjectErrorCode.Denied, 'The object store refused the credentials', options);
  }
  if (status === 404) {
    return objectError(ObjectErrorCode.NotFound, 'There is no such object', { cause: error });
  }
  if (status !== undefined && status >= 300 && !BUSY_STATUS.has(status)) {
    return objectError(ObjectErrorCode.Misconfigured, 'The object store refused the request', options);
  }
  return objectError(ObjectErrorCode.Unavailable, 'The object store cannot be reached or is failing', options);
}

/** Whether the server no longer knows the upload: joined before, or swept. Repeating the request changes nothing. */
export function isGoneUpload(error: unknown): boolean {
  return error instanceof AppError && error.details?.['reason'] === GONE_UPLOAD;
}
