import type { FieldError } from '@capstan/kernel';
import type { ErrorShape } from '../sessions/engine/wire';

/** Problems that are named in the sentence; the others are in its details. */
const NAMED = 3;

/** An error as people read it who were not there: a refused session says what of it was refused, since nobody sees the fields of a form. */
export function toldError(error: ErrorShape): ErrorShape {
  const errors = error.code === 'VALIDATION_FAILED' ? error.details?.['errors'] : undefined;
  if (!Array.isArray(errors) || errors.length === 0) {
    return error;
  }
  const sentence = (errors as FieldError[]).slice(0, NAMED).map(({ path, message }) => `${path} ${message}`.trim()).join('; ');
  return { ...error, message: `${sentence}${errors.length > NAMED ? `; and ${errors.length - NAMED} more` : ''}` };
}
