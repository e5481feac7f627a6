import { AppError } from '@capstan/kernel';

/** What an earlier step has left. @throws AppError `INTERNAL_ERROR` when that step was not taken: a fault of the runner */
export function required<T>(value: T | undefined): T {
  if (value === undefined) {
    throw new AppError('INTERNAL_ERROR', 'A step of the capture was called out of order');
  }
  return value;
}
