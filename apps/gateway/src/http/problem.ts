import { type ProblemDetails, problemOf } from '@capstan/contracts';
import { AppError } from '@capstan/kernel';

/** A problem, and the headers that go with it. */
export interface ProblemAnswer {
  readonly problem: ProblemDetails;
  readonly headers: Readonly<Record<string, string>>;
}

function retryAfterSeconds(error: AppError, status: number): number | undefined {
  if (error.retryAfterMs !== undefined) {
    return Math.max(1, Math.ceil(error.retryAfterMs / 1_000));
  }
  return status === 503 ? 5 : undefined;
}

/** Problem details of an error as this API answers them. */
export function toProblem(error: AppError, requestId: string): ProblemAnswer {
  const problem = { ...problemOf(error), request_id: requestId };
  const retryAfter = retryAfterSeconds(error, problem.status);
  return {
    problem,
    headers: {
      ...(retryAfter === undefined ? {} : { 'Retry-After': String(retryAfter) }),
      ...(problem.status === 401 ? { 'WWW-Authenticate': 'Bearer realm="capstan"' } : {}),
    },
  };
}

/** Errors of the body parser and of Express, as they mark themselves. */
interface HttpLikeError {
  readonly type?: unknown;
  readonly status?: unknown;
}

/**
 * Any thrown value as an AppError with a code of the table of problems where it has one. Knows the errors of the body
 * parser (by their `type`) and of the framework (by their `status`); everything else is an internal error.
 */
export function toAppError(thrown: unknown): AppError {
  if (thrown instanceof AppError) {
    return thrown;
  }
  const { type, status } = (typeof thrown === 'object' && thrown !== null ? thrown : {}) as HttpLikeError;
  switch (type) {
    case 'entity.too.large':
      return new AppError('BODY_TOO_LARGE', 'The body is larger than 1 MB', { cause: thrown });
    case 'entity.parse.failed':
    case 'request.aborted':
    case 'request.size.invalid':
      return new AppError('MALFORMED_JSON', 'The body is not a JSON object or array', { cause: thrown });
    case 'charset.unsupported':
    case 'encoding.unsupported':
      return new AppError('UNSUPPORTED_MEDIA_TYPE', 'The body must be JSON in UTF-8', { cause: thrown });
    default:
      break;
  }
  switch (status) {
    case 400:
      return new AppError('MALFORMED_JSON', 'The request cannot be understood', { cause: thrown });
    case 404:
      return new AppError('NOT_FOUND', 'There is nothing at this address', { cause: thrown });
    case 415:
      return new AppError('UNSUPPORTED_MEDIA_TYPE', 'The body must be JSON', { cause: thrown });
    default:
      return AppError.from(thrown);
  }
}
