import { PROBLEMS } from '@capstan/contracts';
import { AppError, validationError } from '@capstan/kernel';
import { toAppError, toProblem } from './problem';

describe(toProblem.name, () => {
  it.each(Object.entries(PROBLEMS))('gives %s its status and title', (code, [status, title]) => {
    expect(toProblem(new AppError(code, 'why'), 'r1').problem).toMatchObject({ status, title, code, request_id: 'r1' });
  });

  it('makes every other code an internal error and keeps its text', () => {
    const { problem } = toProblem(new AppError('DEVICE_EXPLODED', 'at 10.0.0.1', { details: { at: '10.0.0.1' } }), 'r1');
    expect(problem).toMatchObject({ status: 500, code: 'INTERNAL_ERROR' });
    expect(JSON.stringify(problem)).not.toContain('10.0.0.1');
  });

  it('lists wrong fields beside the details', () => {
    const { problem } = toProblem(validationError([{ path: 'a', code: 'REQUIRED', message: 'm' }]), 'r1');
    expect(problem.errors).toEqual([{ path: 'a', code: 'REQUIRED', message: 'm' }]);
    expect(problem).not.toHaveProperty('details');
  });

  it('says how long to wait, in whole seconds', () => {
    expect(toProblem(new AppError('TOO_MANY_REQUESTS', 'wait', { retryAfterMs: 1_200 }), 'r1').headers['Retry-After']).toBe('2');
    expect(toProblem(new AppError('RPC_TIMEOUT', 'away'), 'r1').headers['Retry-After']).toBe('5');
  });
});

describe(toAppError.name, () => {
  it.each([
    [{ type: 'entity.too.large', status: 413 }, 'BODY_TOO_LARGE'],
    [{ type: 'entity.parse.failed', status: 400 }, 'MALFORMED_JSON'],
    [{ type: 'charset.unsupported', status: 415 }, 'UNSUPPORTED_MEDIA_TYPE'],
    [{ status: 400 }, 'MALFORMED_JSON'],
    [{ status: 404 }, 'NOT_FOUND'],
    [new Error('boom'), 'INTERNAL_ERROR'],
    ['text', 'INTERNAL_ERROR'],
    [null, 'INTERNAL_ERROR'],
  ])('makes %p %s', (thrown, code) => {
    expect(toAppError(thrown).code).toBe(code);
  });
});
