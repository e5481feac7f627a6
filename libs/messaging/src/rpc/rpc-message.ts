import { errorShape } from '@capstan/contracts';
import { AppError, type AppErrorShape } from '@capstan/kernel';

/** Body of an answer: one of the two. A question is an envelope like every other message. */
export type RpcAnswer = { readonly data: unknown } | { readonly error: AppErrorShape };

export function encodeAnswer(answer: RpcAnswer): Buffer {
  return Buffer.from(JSON.stringify(answer), 'utf8');
}

/**
 * The data of an answer.
 * @throws the remote AppError; AppError `RPC_ANSWER_INVALID` when the body is neither
 */
export function decodeAnswer(body: Buffer): unknown {
  let value: unknown;
  try {
    value = JSON.parse(body.toString('utf8')) as unknown;
  } catch (cause) {
    throw new AppError('RPC_ANSWER_INVALID', 'The answer is not JSON', { cause });
  }
  const answer = (value ?? {}) as Record<string, unknown>;
  if ('error' in answer) {
    const shape = errorShape.safeParse(answer['error']);
    throw shape.success ? AppError.fromShape(shape.data) : new AppError('RPC_ANSWER_INVALID', 'The error in the answer cannot be read');
  }
  return answer['data'];
}

/** A failure as it may travel: no cause, no stack, and of an unexpected error not even its text. */
export function errorAnswer(error: unknown): RpcAnswer {
  return { error: AppError.from(error).toShape() };
}
