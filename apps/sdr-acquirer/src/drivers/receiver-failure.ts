import { AppError } from '@capstan/kernel';

/** Why a receiver does not deliver. */
export const FAILURE_CAUSES = [
  'connect_refused',
  'dns',
  'timeout',
  'http_status',
  'too_busy',
  'redirect_loop',
  'down',
  'bad_password',
  'duplicate_ip',
  'ip_limit',
  'ext_api_denied',
  'no_gps',
  'protocol_error',
  'stalled',
  'kicked',
  'disconnected',
  'backpressure',
  'store_error',
  'cancelled',
] as const;
/** See {@link FAILURE_CAUSES}. */
export type FailureCause = (typeof FAILURE_CAUSES)[number];

/** Options of {@link receiverFailure}. */
export interface FailureOptions {
  /** Whether trying again within the same recording makes sense. */
  readonly again: boolean;
  /** Milliseconds to wait before that. */
  readonly afterMs?: number;
}

/** An error whose code is `RECEIVER_` and the cause in capitals; `details.cause` is the cause itself. */
export function receiverFailure(cause: FailureCause, message: string, options: FailureOptions): AppError {
  return new AppError(`RECEIVER_${cause.toUpperCase()}`, message, { retryable: options.again, retryAfterMs: options.afterMs, details: { cause } });
}

/** The cause of a failure; what is not a receiver's own failure counts as a fault of the protocol. */
export function causeOf(error: unknown): FailureCause {
  const cause = error instanceof AppError ? error.details?.['cause'] : undefined;
  return FAILURE_CAUSES.find((known) => known === cause) ?? 'protocol_error';
}

/** An error of the operating system's sockets as a failure. */
export function socketFailure(error: NodeJS.ErrnoException): AppError {
  switch (error.code) {
    case 'ECONNREFUSED':
      return receiverFailure('connect_refused', 'The receiver refuses connections', { again: true });
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return receiverFailure('dns', 'The name of the receiver cannot be resolved', { again: error.code === 'EAI_AGAIN' });
    case 'ETIMEDOUT':
      return receiverFailure('timeout', 'The receiver does not answer', { again: true });
    default:
      return receiverFailure('disconnected', 'The connection to the receiver broke', { again: true });
  }
}
