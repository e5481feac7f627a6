import { sessionRpc } from '@capstan/contracts';
import { AppError } from '@capstan/kernel';
import type { RpcClient } from '@capstan/messaging';

const NOT_THERE: readonly string[] = ['RECORDING_NOT_FOUND', 'COLLECTION_NOT_FOUND'];

/**
 * What a worker knows no more may have gone with its session by retention: then the answer is the session's, with the reason.
 * @throws AppError `SESSION_EXPIRED`, or what the question failed with
 */
export async function orExpired<Answer>(rpc: RpcClient, sessionId: string, asked: Promise<Answer>): Promise<Answer> {
  try {
    return await asked;
  } catch (error) {
    if (NOT_THERE.includes(AppError.from(error).code)) {
      const why = await rpc.call(sessionRpc.get, { session_id: sessionId }).then(
        () => undefined,
        (reason: unknown) => AppError.from(reason),
      );
      if (why?.code === 'SESSION_EXPIRED') {
        throw why;
      }
    }
    throw error;
  }
}
