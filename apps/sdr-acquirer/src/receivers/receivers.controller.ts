import { receiverRpc, type RequestOf, type ResponseOf } from '@capstan/contracts';
import { OnRpc } from '@capstan/messaging';
import { SealingKeys } from '@capstan/service-kit';
import { Controller } from '@nestjs/common';
import { ReceiverChecks } from './receiver-checks.service';
import { Receivers } from './receivers.repository';

/** Questions about receivers. */
@Controller()
export class ReceiversController {
  constructor(
    private readonly receivers: Receivers,
    private readonly checks: ReceiverChecks,
    private readonly sealingKeys: SealingKeys,
  ) {}

  @OnRpc(receiverRpc.sealingKey)
  async sealingKey(): Promise<ResponseOf<typeof receiverRpc.sealingKey>> {
    return { jwk: { ...(await this.sealingKeys.publicKey()) } };
  }

  @OnRpc(receiverRpc.list)
  list(query: RequestOf<typeof receiverRpc.list>): Promise<ResponseOf<typeof receiverRpc.list>> {
    return this.receivers.list(query);
  }

  @OnRpc(receiverRpc.get)
  async get({ receiver_id }: RequestOf<typeof receiverRpc.get>): Promise<ResponseOf<typeof receiverRpc.get>> {
    return { receiver: await this.receivers.get(receiver_id) };
  }

  @OnRpc(receiverRpc.create)
  async create({ receiver_id, receiver, sealed_password }: RequestOf<typeof receiverRpc.create>): Promise<ResponseOf<typeof receiverRpc.create>> {
    return { receiver: await this.receivers.create(receiver_id, receiver, sealed_password) };
  }

  @OnRpc(receiverRpc.update)
  async update({ receiver_id, changes, sealed_password: sealed, clear_password: clear }: RequestOf<typeof receiverRpc.update>): Promise<ResponseOf<typeof receiverRpc.update>> {
    return { receiver: await this.receivers.update(receiver_id, changes, { sealed, clear }) };
  }

  @OnRpc(receiverRpc.remove)
  async remove({ receiver_id }: RequestOf<typeof receiverRpc.remove>): Promise<ResponseOf<typeof receiverRpc.remove>> {
    await this.receivers.remove(receiver_id);
    return {};
  }

  @OnRpc(receiverRpc.import)
  import({ receivers }: RequestOf<typeof receiverRpc.import>): Promise<ResponseOf<typeof receiverRpc.import>> {
    return this.receivers.import(receivers);
  }

  @OnRpc(receiverRpc.health)
  async health(): Promise<ResponseOf<typeof receiverRpc.health>> {
    return { health: Object.fromEntries((await this.receivers.all()).map((receiver) => [receiver.receiver_id, receiver.health])) };
  }

  @OnRpc(receiverRpc.check)
  async check({ receiver_id }: RequestOf<typeof receiverRpc.check>): Promise<ResponseOf<typeof receiverRpc.check>> {
    return { health: await this.checks.check(receiver_id) };
  }
}
