import { type AnswerOf, receiverRpc, routes } from '@capstan/contracts';
import { RpcClient } from '@capstan/messaging';
import { Controller } from '@nestjs/common';
import { type CallOf, Endpoint, Input } from '../http/endpoint';
import { ReceiverSecretsClient } from './receiver-secrets.client';

/** Receivers that are exported at once. */
const EXPORT_PAGE = 100;

/** Receivers: every method is one question to the sdr-acquirer. Passwords go in, sealed, and never come out. */
@Controller()
export class ReceiversController {
  constructor(
    private readonly rpc: RpcClient,
    private readonly secrets: ReceiverSecretsClient,
  ) {}

  @Endpoint(routes.listReceivers)
  list(@Input() { query }: CallOf<typeof routes.listReceivers>): Promise<AnswerOf<typeof routes.listReceivers>> {
    return this.rpc.call(receiverRpc.list, query);
  }

  @Endpoint(routes.createReceiver)
  create(@Input() { body, newId }: CallOf<typeof routes.createReceiver>): Promise<AnswerOf<typeof routes.createReceiver>> {
    const { password, ...receiver } = body;
    return this.secrets.withSealed(textsOf(password), ([sealed]) => this.rpc.call(receiverRpc.create, { receiver_id: newId, receiver, ...(sealed === undefined ? {} : { sealed_password: sealed }) }));
  }

  @Endpoint(routes.receiversHealth)
  health(): Promise<AnswerOf<typeof routes.receiversHealth>> {
    return this.rpc.call(receiverRpc.health, {});
  }

  @Endpoint(routes.exportReceivers)
  async export(): Promise<AnswerOf<typeof routes.exportReceivers>> {
    const receivers: Array<Record<string, unknown>> = [];
    for (let page = 1; ; page += 1) {
      const answer = await this.rpc.call(receiverRpc.list, { page, per_page: EXPORT_PAGE, include_inactive: 'true' });
      receivers.push(...answer.receivers.map(({ health: _health, receiver_id: _id, receiver_no: _no, created_at: _at, has_password: _has, ...receiver }) => receiver));
      if (page * EXPORT_PAGE >= answer.total) {
        return { receivers };
      }
    }
  }

  @Endpoint(routes.importReceivers)
  import(@Input() { body }: CallOf<typeof routes.importReceivers>): Promise<AnswerOf<typeof routes.importReceivers>> {
    const secret = body.receivers.map(({ password }) => (typeof password === 'string' && password !== '' ? password : undefined));
    return this.secrets.withSealed(secret.filter((password) => password !== undefined), (sealed) => {
      let next = 0;
      const receivers = body.receivers.map(({ password: _password, ...row }, index) => (secret[index] === undefined ? row : { ...row, sealed_password: sealed[next++] }));
      return this.rpc.call(receiverRpc.import, { receivers });
    });
  }

  @Endpoint(routes.getReceiver)
  get(@Input() { params }: CallOf<typeof routes.getReceiver>): Promise<AnswerOf<typeof routes.getReceiver>> {
    return this.rpc.call(receiverRpc.get, { receiver_id: params.id });
  }

  @Endpoint(routes.updateReceiver)
  update(@Input() { params, body }: CallOf<typeof routes.updateReceiver>): Promise<AnswerOf<typeof routes.updateReceiver>> {
    const { password, ...changes } = body;
    return this.secrets.withSealed(textsOf(password), ([sealed]) =>
      this.rpc.call(receiverRpc.update, { receiver_id: params.id, changes, ...(sealed === undefined ? {} : { sealed_password: sealed }), clear_password: password === null }),
    );
  }

  @Endpoint(routes.deleteReceiver)
  async remove(@Input() { params }: CallOf<typeof routes.deleteReceiver>): Promise<void> {
    await this.rpc.call(receiverRpc.remove, { receiver_id: params.id });
  }

  @Endpoint(routes.checkReceiver)
  check(@Input() { params }: CallOf<typeof routes.checkReceiver>): Promise<AnswerOf<typeof routes.checkReceiver>> {
    return this.rpc.call(receiverRpc.check, { receiver_id: params.id });
  }
}

const textsOf = (password: string | null | undefined): string[] => (password === null || password === undefined ? [] : [password]);
