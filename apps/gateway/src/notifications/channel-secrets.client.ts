import { CHANNEL_SECRET_PURPOSE, type ChannelBody, type ChannelFields, notificationRpc } from '@capstan/contracts';
import type { Clock } from '@capstan/kernel';
import { RpcClient } from '@capstan/messaging';
import { CLOCK } from '@capstan/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import { OwnerSeal } from '../secrets/owner-seal';

/** The secret of a channel on its way to the notifier. */
export interface SealedChannel {
  readonly fields: ChannelFields;
  readonly sealed_secret?: string;
  readonly forget_secret: boolean;
}

/** Takes the secret out of a channel that was typed, and hands it sealed to the notifier. */
@Injectable()
export class ChannelSecretsClient {
  private readonly seal: OwnerSeal;

  constructor(rpc: RpcClient, @Inject(CLOCK) clock: Clock) {
    this.seal = new OwnerSeal(CHANNEL_SECRET_PURPOSE, clock, () => rpc.call(notificationRpc.sealingKey, {}));
  }

  /** @throws what `send` throws */
  withSealed<T>(body: ChannelBody, send: (channel: SealedChannel) => Promise<T>): Promise<T> {
    if (body.type === 'in_app') {
      return send({ fields: body, forget_secret: false });
    }
    const { secret, ...fields } = body;
    return secret === undefined || secret === '' ? send({ fields, forget_secret: secret === '' }) : this.seal.withSealed(secret, (sealed) => send({ fields, sealed_secret: sealed, forget_secret: false }));
  }
}
