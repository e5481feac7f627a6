import { AppError, validationError } from '@capstan/kernel';
import { toldError } from './run-error';

describe(toldError.name, () => {
  it('names what was refused, and counts what is left', () => {
    const error = validationError([0, 1, 2, 3].map((index) => ({ path: `targets.${index}.device_id`, code: 'DEVICE_NOT_FOUND', message: 'no such device' }))).toShape();
    expect(toldError(error)).toEqual({ ...error, message: 'targets.0.device_id no such device; targets.1.device_id no such device; targets.2.device_id no such device; and 1 more' });
  });

  it('leaves other errors as they are', () => {
    const error = new AppError('SERVICE_UNAVAILABLE', 'The device-collector is away', { retryable: true }).toShape();
    expect(toldError(error)).toBe(error);
  });
});
