import { AppError, type BackoffPolicy } from '@capstan/kernel';

/**
 * Failures after which the same device is tried again, with the types that are still missing. Whatever could be another
 * wrong password, or a password for an impostor, is not among them.
 */
const TRY_AGAIN: ReadonlySet<string> = new Set([
  'CONNECT_TIMEOUT',
  'CONN_REFUSED',
  'HOST_UNREACHABLE',
  'HANDSHAKE_FAILED',
  'LOGIN_TIMEOUT',
  'PROMPT_TIMEOUT',
  'CHANNEL_REFUSED',
  'DEVICE_LOST',
  'CMD_TIMEOUT',
  'VTY_BUSY',
  'SUSPECT',
]);

/** Logins to a device within one task, the first one included. */
export const MOST_LOGINS = 3;
/** Pauses between two logins. */
export const LOGIN_BACKOFF: BackoffPolicy = { initialMs: 1_000, maxMs: 8_000 };

/** Whether a failure may pass by itself. A login that timed out behind its password says so itself. */
export function mayTryAgain(error: AppError): boolean {
  return TRY_AGAIN.has(error.code) && error.details?.['final'] !== true;
}

/** What went wrong, as one of the classes by which failures are told apart; something unexpected stays what it is. */
export function collectionError(error: unknown): AppError {
  return AppError.from(error);
}

/** A failure behind which nothing is tried again, whatever its class. */
export function finalError(error: AppError): AppError {
  return new AppError(error.code, error.message, { retryable: false, details: { ...error.details, final: true }, cause: error });
}
