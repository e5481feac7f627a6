import { AppError, type FieldError } from '@capstan/kernel';

/**
 * What a driver refuses, field by field: `details.paths` of the error, or its `details.path`.
 * @throws the error itself when it is none of the request
 */
export function toFieldErrors(error: unknown): FieldError[] {
  if (!(error instanceof AppError) || error.retryable) {
    throw error;
  }
  const { path, paths } = error.details ?? {};
  const all = Array.isArray(paths) ? paths.filter((each) => typeof each === 'string') : [typeof path === 'string' ? path : 'filter'];
  return all.map((each) => ({ path: each, code: error.code, message: error.message }));
}
