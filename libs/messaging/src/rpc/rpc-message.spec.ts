import { AppError } from '@capstan/kernel';
import { decodeAnswer, encodeAnswer, errorAnswer } from './rpc-message';

describe(decodeAnswer.name, () => {
  it('brings data back', () => {
    expect(decodeAnswer(encodeAnswer({ data: { a: 1 } }))).toEqual({ a: 1 });
  });

  it('throws the remote error with its code, details and advice, and without its cause', () => {
    const remote = new AppError('BUSY', 'busy', { retryable: true, retryAfterMs: 5, details: { a: 1 }, cause: new Error('secret') });
    const body = encodeAnswer(errorAnswer(remote));
    expect(body.toString()).not.toContain('secret');
    expect(() => decodeAnswer(body)).toThrow(expect.objectContaining({ code: 'BUSY', message: 'busy', retryable: true, retryAfterMs: 5, details: { a: 1 } }));
  });

  it.each(['', 'null{', '{"error":7}'])('throws RPC_ANSWER_INVALID for %j', (body) => {
    expect(() => decodeAnswer(Buffer.from(body))).toThrow(expect.objectContaining({ code: 'RPC_ANSWER_INVALID' }));
  });
});
