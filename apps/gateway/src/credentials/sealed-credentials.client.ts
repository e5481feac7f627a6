import { type Actor, credentialRpc, type CredentialView } from '@capstan/contracts';
import type { Clock } from '@capstan/kernel';
import { RpcClient } from '@capstan/messaging';
import { CLOCK } from '@capstan/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import { OwnerSeal } from '../secrets/owner-seal';

/** Secrets of a credential, as they were typed. */
export interface Secrets {
  readonly password?: string | undefined;
  readonly private_key?: string | undefined;
  readonly passphrase?: string | undefined;
  readonly enable_secret?: string | undefined;
}

/** A credential to keep. */
export interface NewCredential {
  readonly credentialId: string;
  readonly name: string;
  readonly kind: CredentialView['kind'];
  readonly username: string;
  readonly secrets: Secrets;
  /** Set for secrets typed into a session: they go with it. */
  readonly sessionId?: string;
}

/** What the sealed texts are good for, and nothing else. */
const PURPOSE = credentialRpc.create.type;

/** Hands secrets to the service that keeps them, sealed so that nobody between can read them, the broker included. */
@Injectable()
export class SealedCredentialsClient {
  private readonly seal: OwnerSeal;

  constructor(
    private readonly rpc: RpcClient,
    @Inject(CLOCK) clock: Clock,
  ) {
    this.seal = new OwnerSeal(PURPOSE, clock, () => rpc.call(credentialRpc.sealingKey, {}));
  }

  /** @throws AppError of the owner, e.g. `NAME_TAKEN`; `SERVICE_UNAVAILABLE`, `RPC_TIMEOUT` */
  create({ credentialId, name, kind, username, secrets, sessionId }: NewCredential, actor: Actor): Promise<CredentialView> {
    const given = Object.fromEntries(Object.entries(secrets).filter(([, secret]) => secret !== undefined));
    return this.seal.withSealed(JSON.stringify(given), async (sealed) => {
      const { credential } = await this.rpc.call(credentialRpc.create, {
        credential_id: credentialId,
        name,
        kind,
        username,
        sealed,
        ...(sessionId === undefined ? {} : { session_id: sessionId }),
        requested_by: actor,
      });
      return credential;
    });
  }

  /** A document for the same service, in pieces. @throws what `send` throws */
  withSealedDocument<T>(text: string, send: (sealed: string[]) => Promise<T>): Promise<T> {
    return this.seal.withSealedDocument(text, send);
  }
}
