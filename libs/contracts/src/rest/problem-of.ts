import type { AppError } from '@capstan/kernel';
import { z } from 'zod';
import { fieldProblem, PROBLEMS, type ProblemCode, type ProblemDetails } from './problem';

const fieldErrors = z.object({ errors: z.array(fieldProblem) }).partial();

/**
 * Problem details (RFC 9457) of an error. A code that is not in the table of problems is an internal error, whatever its
 * text says: texts of unknown errors can name hosts, paths and values.
 */
export function problemOf(error: Pick<AppError, 'code' | 'message' | 'details'>): ProblemDetails {
  const code: ProblemCode = Object.hasOwn(PROBLEMS, error.code) ? (error.code as ProblemCode) : 'INTERNAL_ERROR';
  const known = code !== 'INTERNAL_ERROR';
  const [status, title] = PROBLEMS[code];
  const { errors, ...details } = error.details ?? {};
  const fields = fieldErrors.safeParse({ errors }).data?.errors;
  return {
    type: `urn:capstan:problem:${code.toLowerCase().replaceAll('_', '-')}`,
    title,
    status,
    detail: known ? error.message : 'The request could not be completed; the request id helps to find out why',
    code,
    ...(fields === undefined ? {} : { errors: fields }),
    ...(known && Object.keys(details).length > 0 ? { details } : {}),
  };
}
