import { type Actor, type AnswerOf, collectionRpc, credentialRpc, type routes, type StartCollectionBody } from '@capstan/contracts';
import { AppError } from '@capstan/kernel';
import { RpcClient } from '@capstan/messaging';
import { Injectable, Logger } from '@nestjs/common';
import { SealedCredentialsClient } from '../credentials/sealed-credentials.client';

/** Errors after which nobody knows whether the collection was started. */
const UNCERTAIN: readonly string[] = ['RPC_TIMEOUT', 'SERVICE_UNAVAILABLE', 'INTERNAL_ERROR'];

/** Starts collections with secrets that were typed for them. */
@Injectable()
export class CollectionsService {
  private readonly logger = new Logger(CollectionsService.name);

  constructor(
    private readonly rpc: RpcClient,
    private readonly sealed: SealedCredentialsClient,
  ) {}

  /** Keeps the typed secrets first, then starts; when that is refused, they are forgotten again. */
  async start(actor: Actor, { credentials, filters, options, ...body }: StartCollectionBody, sessionId: string): Promise<AnswerOf<typeof routes.startCollection>> {
    const typed = credentials?.credential_id === undefined && credentials?.username !== undefined && credentials.password !== undefined;
    const credentialId = typed ? sessionId : credentials?.credential_id;
    try {
      if (typed) {
        const { username = '', password, enable_secret } = credentials;
        await this.sealed.create({ credentialId: sessionId, name: `collection ${sessionId}`, kind: 'password', username, secrets: { password, enable_secret }, sessionId }, actor);
      }
      const answer = await this.rpc.call(collectionRpc.start, {
        ...body,
        session_id: sessionId,
        ...(credentialId === undefined ? {} : { credential_id: credentialId }),
        filters,
        options,
        requested_by: actor,
      });
      return { success: true, ...answer };
    } catch (error) {
      if (typed) {
        await this.forgetSecrets(sessionId, error);
      }
      throw error;
    }
  }

  /** After an uncertain end the collection may run and need them; a repeated request with the same key will tell. */
  private async forgetSecrets(sessionId: string, cause: unknown): Promise<void> {
    if (!(cause instanceof AppError) || UNCERTAIN.includes(cause.code)) {
      return;
    }
    try {
      await this.rpc.call(credentialRpc.removeOfSession, { session_id: sessionId });
    } catch (error) {
      this.logger.error('The secrets of a collection that was not started could not be removed', { session_id: sessionId }, error);
    }
  }
}
