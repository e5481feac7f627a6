import { RECEIVER_SECRET_PURPOSE, receiverRpc } from '@capstan/contracts';
import type { Clock } from '@capstan/kernel';
import { RpcClient } from '@capstan/messaging';
import { CLOCK } from '@capstan/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import { OwnerSeal } from '../secrets/owner-seal';

/** Hands passwords of receivers, sealed, to the service that keeps them. */
@Injectable()
export class ReceiverSecretsClient {
  private readonly seal: OwnerSeal;

  constructor(rpc: RpcClient, @Inject(CLOCK) clock: Clock) {
    this.seal = new OwnerSeal(RECEIVER_SECRET_PURPOSE, clock, () => rpc.call(receiverRpc.sealingKey, {}));
  }

  /** Calls `send` with each text sealed, in order. @throws what `send` throws */
  withSealed<T>(texts: readonly string[], send: (sealed: readonly string[]) => Promise<T>): Promise<T> {
    return this.seal.withSealedAll(texts, send);
  }
}
