import { AppError } from '@capstan/kernel';
import type { ValueTransformer } from 'typeorm';

/**
 * `bigint` as a number: `pg` gives it as text because it may not fit.
 * @throws AppError `NUMBER_OUT_OF_RANGE` for what a number cannot hold exactly
 */
export const bigintAsNumber: ValueTransformer = {
  from: (stored: string | null): number | null => (stored === null ? null : exactly(Number(stored))),
  to: (value: unknown): unknown => (typeof value === 'number' ? exactly(value) : value),
};

function exactly(value: number): number {
  if (!Number.isSafeInteger(value)) {
    throw new AppError('NUMBER_OUT_OF_RANGE', 'A stored number is outside of what can be counted exactly (2^53)');
  }
  return value;
}
