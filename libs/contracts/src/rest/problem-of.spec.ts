import { problemDetails } from './problem';
import { AppError, validationError } from '@capstan/kernel';
import { problemOf } from './problem-of';

describe(problemOf.name, () => {
  it('lists wrong fields as the API does', () => {
    const problem = problemOf(validationError([{ path: 'targets.0.host', code: 'INVALID', message: 'must be a host' }]));
    expect(problemDetails.parse(problem)).toEqual({
      type: 'urn:capstan:problem:validation-failed',
      title: 'The request is not valid',
      status: 422,
      detail: 'The request is not valid',
      code: 'VALIDATION_FAILED',
      errors: [{ path: 'targets.0.host', code: 'INVALID', message: 'must be a host' }],
    });
  });

  it('keeps facts that help', () => {
    expect(problemOf(new AppError('SESSION_STATE_CONFLICT', 'Cannot stop', { details: { state: 'completed' } }))).toMatchObject({ status: 409, details: { state: 'completed' } });
  });

  it('says nothing of an error nobody foresaw', () => {
    expect(JSON.stringify(problemOf(new AppError('SOMETHING_INSIDE', 'password hunter2')))).not.toContain('hunter2');
  });
});
