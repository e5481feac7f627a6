/** What a caller may know of a failure. Serialised into problem details, events and parked messages. */
export interface ErrorDetails {
  [key: string]: unknown;
}

/** Options of {@link AppError}. */
export interface AppErrorOptions {
  /** Whether the same request may succeed later without being changed. Default false. */
  retryable?: boolean;
  /** Milliseconds to wait before a retry makes sense; only with `retryable`. */
  retryAfterMs?: number;
  /** Facts for the reader, never a submitted value and never a secret. */
  details?: ErrorDetails;
  cause?: unknown;
}

/** One wrong field of an input. `path` is dotted (`targets.3.interface`); the submitted value is never repeated. */
export interface FieldError {
  path: string;
  code: string;
  message: string;
}

/** The wire form of an {@link AppError}. */
export interface AppErrorShape {
  code: string;
  message: string;
  retryable: boolean;
  retryAfterMs?: number;
  details?: ErrorDetails;
}

/**
 * The one error class of Capstan. Whoever handles it decides by `code` and `retryable`, never by the text.
 *
 * `code` is a stable string in SCREAMING_SNAKE_CASE: it is what survives leaving the process, where a class would not.
 */
export class AppError extends Error {
  readonly code: string;
  readonly retryable: boolean;
  readonly retryAfterMs?: number;
  readonly details?: ErrorDetails;

  constructor(code: string, message: string, options: AppErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'AppError';
    this.code = code;
    this.retryable = options.retryable ?? false;
    this.retryAfterMs = options.retryAfterMs;
    this.details = options.details;
  }

  /** The form that may travel; `cause` and the stack stay at home because they can name hosts, paths and values. */
  toShape(): AppErrorShape {
    return {
      code: this.code,
      message: this.message,
      retryable: this.retryable,
      ...(this.retryAfterMs === undefined ? {} : { retryAfterMs: this.retryAfterMs }),
      ...(this.details === undefined ? {} : { details: this.details }),
    };
  }

  /** An error that came over the wire, as an error again. */
  static fromShape(shape: AppErrorShape): AppError {
    return new AppError(shape.code, shape.message, {
      retryable: shape.retryable,
      retryAfterMs: shape.retryAfterMs,
      details: shape.details,
    });
  }

  /** Any thrown value as an AppError; what is not one already becomes a retryable-by-policy `INTERNAL_ERROR` without its text. */
  static from(error: unknown): AppError {
    if (error instanceof AppError) {
      return error;
    }
    return new AppError('INTERNAL_ERROR', 'An unexpected error occurred', { retryable: true, cause: error });
  }
}

/** `VALIDATION_FAILED` with one entry per wrong field. */
export function validationError(errors: readonly FieldError[], message = 'The request is not valid'): AppError {
  return new AppError('VALIDATION_FAILED', message, { details: { errors } });
}

/** Marks code the type checker proves unreachable; throws when a value arrives there all the same. */
export function assertNever(value: never): never {
  throw new AppError('INTERNAL_ERROR', `Unhandled case ${JSON.stringify(value)}`);
}
