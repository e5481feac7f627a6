import { RECEIVER_SECRET_PURPOSE, receiverRpc } from '@capstan/contracts';
import { AppError, type Clock } from '@capstan/kernel';
import { RpcClient } from '@capstan/messaging';
import { CLOCK } from '@capstan/service-kit';
import { type PublicSealingKey, sealFor, Secret, VaultErrorCode } from '@capstan/vault';
import { Inject, Injectable } from '@nestjs/common';

/** Hands passwords of receivers, sealed, to the service that keeps them. */
@Injectable()
export class ReceiverSecretsClient {
  private sealingKey: Promise<PublicSealingKey> | undefined;

  constructor(
    private readonly rpc: RpcClient,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /**
   * Calls `send` with each text sealed, in order; once more when the owner has made new keys since we asked for them.
   * @throws what `send` throws
   */
  async withSealed<T>(texts: readonly string[], send: (sealed: readonly string[]) => Promise<T>): Promise<T> {
    try {
      return await send(await this.seal(texts));
    } catch (error) {
      if (!(error instanceof AppError) || error.code !== VaultErrorCode.SealingKeyUnknown) {
        throw error;
      }
      this.sealingKey = undefined;
      return send(await this.seal(texts));
    }
  }

  private async seal(texts: readonly string[]): Promise<string[]> {
    if (texts.length === 0) {
      return [];
    }
    const key = await this.key();
    return Promise.all(texts.map((text) => sealFor(key, new Secret(text), { purpose: RECEIVER_SECRET_PURPOSE, clock: this.clock })));
  }

  private key(): Promise<PublicSealingKey> {
    if (!this.sealingKey) {
      const asked = this.rpc.call(receiverRpc.sealingKey, {}).then(({ jwk }) => jwk as unknown as PublicSealingKey);
      asked.catch(() => {
        this.sealingKey = undefined;
      });
      this.sealingKey = asked;
    }
    return this.sealingKey;
  }
}
