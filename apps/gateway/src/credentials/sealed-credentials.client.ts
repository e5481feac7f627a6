import { type Actor, credentialRpc, type CredentialView } from '@capstan/contracts';
import { AppError, type Clock } from '@capstan/kernel';
import { RpcClient } from '@capstan/messaging';
import { CLOCK } from '@capstan/service-kit';
import { type PublicSealingKey, sealFor, Secret, VaultErrorCode } from '@capstan/vault';
import { Inject, Injectable } from '@nestjs/common';

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
  private sealingKey: Promise<PublicSealingKey> | undefined;

  constructor(
    private readonly rpc: RpcClient,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** @throws AppError of the owner, e.g. `NAME_TAKEN`; `SERVICE_UNAVAILABLE`, `RPC_TIMEOUT` */
  async create(credential: NewCredential, actor: Actor): Promise<CredentialView> {
    try {
      return await this.send(credential, actor);
    } catch (error) {
      if (error instanceof AppError && error.code === VaultErrorCode.SealingKeyUnknown) {
        // The owner has a new key pair since we asked.
        this.sealingKey = undefined;
        return await this.send(credential, actor);
      }
      throw error;
    }
  }

  private async send({ credentialId, name, kind, username, secrets, sessionId }: NewCredential, actor: Actor): Promise<CredentialView> {
    const given = Object.fromEntries(Object.entries(secrets).filter(([, secret]) => secret !== undefined));
    const { credential } = await this.rpc.call(credentialRpc.create, {
      credential_id: credentialId,
      name,
      kind,
      username,
      sealed: await sealFor(await this.key(), new Secret(JSON.stringify(given)), { purpose: PURPOSE, clock: this.clock }),
      ...(sessionId === undefined ? {} : { session_id: sessionId }),
      requested_by: actor,
    });
    return credential;
  }

  private key(): Promise<PublicSealingKey> {
    if (!this.sealingKey) {
      const asked = this.rpc.call(credentialRpc.sealingKey, {}).then(({ jwk }) => jwk as unknown as PublicSealingKey);
      asked.catch(() => {
        this.sealingKey = undefined;
      });
      this.sealingKey = asked;
    }
    return this.sealingKey;
  }
}
