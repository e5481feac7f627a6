import { fieldProblem, PROBLEMS, type ProblemCode, type ProblemDetails, z } from '@capstan/contracts';
import type { AppError } from '@capstan/kernel';

const fieldErrors = z.object({ errors: z.array(fieldProblem) }).partial();

/** An error as the API would answer it. */
export function problemOf(error: AppError): ProblemDetails {
  const known = error.code in PROBLEMS ? (error.code as ProblemCode) : 'INTERNAL_ERROR';
  const [status, title] = PROBLEMS[known];
  const { errors, ...details } = error.details ?? {};
  const fields = fieldErrors.safeParse({ errors }).data?.errors;
  return {
    type: `urn:capstan:problem:${known.toLowerCase().replaceAll('_', '-')}`,
    title,
    status,
    detail: known === 'INTERNAL_ERROR' ? title : error.message,
    code: known,
    ...(fields === undefined ? {} : { errors: fields }),
    ...(Object.keys(details).length === 0 ? {} : { details }),
  };
}
