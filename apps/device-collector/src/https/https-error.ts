import { AppError } from '@capstan/kernel';
import type { SshEndpoint } from '../ssh/ssh-error';

/** Where a device listens for HTTPS. */
export type HttpsEndpoint = SshEndpoint;

/** Both sides speak TLS but have no version, cipher or key in common (OpenSSL's reasons, as Node names them in `code`). */
const NOTHING_IN_COMMON = /UNSUPPORTED_PROTOCOL|NO_PROTOCOLS_AVAILABLE|HANDSHAKE_FAILURE|PROTOCOL_VERSION|NO_SHARED_CIPHER|KEY_TOO_SMALL|DH_KEY_TOO_SMALL|INSUFFICIENT_SECURITY|WRONG_SIGNATURE_TYPE|LEGACY_SIGALG/;
/** What answers is no TLS server at all. */
const NO_TLS = /WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG|HTTP_REQUEST|UNKNOWN_PROTOCOL/;

/** A failure of the TLS handshake as one of Capstan's codes. Nothing has been sent to the device then but the handshake. */
export function handshakeError(error: unknown, { host, port }: HttpsEndpoint): AppError {
  if (error instanceof AppError) {
    return error;
  }
  const { code = '', message = '' } = (error ?? {}) as { code?: string; message?: string };
  const options = { details: { host, port }, cause: error };
  if (NOTHING_IN_COMMON.test(code)) {
    return new AppError('KEX_MISMATCH', `${host}:${port} has no version or algorithm of TLS in common with us (${code})`, options);
  }
  if (NO_TLS.test(code)) {
    return new AppError('HANDSHAKE_FAILED', `${host}:${port} does not speak TLS`, options);
  }
  return new AppError('HANDSHAKE_FAILED', `${host}:${port} ended the TLS handshake${message === '' ? '' : ` (${code || 'closed'})`}`, { ...options, retryable: true });
}

/** A failure of a request on a connection that had been made. */
export function requestError(error: unknown, { host, port }: HttpsEndpoint): AppError {
  return error instanceof AppError ? error : new AppError('DEVICE_LOST', `${host}:${port} went away`, { retryable: true, details: { host, port }, cause: error });
}
