import { type AnswerOf, notificationRpc, routes } from '@capstan/contracts';
import { RpcClient } from '@capstan/messaging';
import { Controller } from '@nestjs/common';
import type { Principal } from '../auth/principal';
import { Caller, type CallOf, Endpoint, Input } from '../http/endpoint';
import { ChannelSecretsClient } from './channel-secrets.client';

/** Channels, rules, deliveries, and the caller's own notifications. */
@Controller()
export class NotificationsController {
  constructor(
    private readonly rpc: RpcClient,
    private readonly secrets: ChannelSecretsClient,
  ) {}

  @Endpoint(routes.listChannels)
  listChannels(@Input() { query }: CallOf<typeof routes.listChannels>): Promise<AnswerOf<typeof routes.listChannels>> {
    return this.rpc.call(notificationRpc.listChannels, query);
  }

  @Endpoint(routes.getChannel)
  getChannel(@Input() { params }: CallOf<typeof routes.getChannel>): Promise<AnswerOf<typeof routes.getChannel>> {
    return this.rpc.call(notificationRpc.getChannel, { channel_id: params.id });
  }

  @Endpoint(routes.createChannel)
  createChannel(@Input() { body, newId }: CallOf<typeof routes.createChannel>): Promise<AnswerOf<typeof routes.createChannel>> {
    return this.secrets.withSealed(body, (channel) => this.rpc.call(notificationRpc.createChannel, { channel_id: newId, ...channel }));
  }

  @Endpoint(routes.updateChannel)
  updateChannel(@Input() { params, query, body }: CallOf<typeof routes.updateChannel>): Promise<AnswerOf<typeof routes.updateChannel>> {
    return this.secrets.withSealed(body, (channel) => this.rpc.call(notificationRpc.updateChannel, { channel_id: params.id, revision: query.revision, ...channel }));
  }

  @Endpoint(routes.deleteChannel)
  async deleteChannel(@Input() { params }: CallOf<typeof routes.deleteChannel>): Promise<void> {
    await this.rpc.call(notificationRpc.removeChannel, { channel_id: params.id });
  }

  @Endpoint(routes.testChannel)
  testChannel(@Input() { params }: CallOf<typeof routes.testChannel>): Promise<AnswerOf<typeof routes.testChannel>> {
    return this.rpc.call(notificationRpc.testChannel, { channel_id: params.id });
  }

  @Endpoint(routes.listRules)
  listRules(@Input() { query }: CallOf<typeof routes.listRules>): Promise<AnswerOf<typeof routes.listRules>> {
    return this.rpc.call(notificationRpc.listRules, query);
  }

  @Endpoint(routes.getRule)
  getRule(@Input() { params }: CallOf<typeof routes.getRule>): Promise<AnswerOf<typeof routes.getRule>> {
    return this.rpc.call(notificationRpc.getRule, { rule_id: params.id });
  }

  @Endpoint(routes.createRule)
  createRule(@Input() { body, newId }: CallOf<typeof routes.createRule>): Promise<AnswerOf<typeof routes.createRule>> {
    return this.rpc.call(notificationRpc.createRule, { rule_id: newId, rule: body });
  }

  @Endpoint(routes.updateRule)
  updateRule(@Input() { params, body }: CallOf<typeof routes.updateRule>): Promise<AnswerOf<typeof routes.updateRule>> {
    const { revision, ...rule } = body;
    return this.rpc.call(notificationRpc.updateRule, { rule_id: params.id, revision, rule });
  }

  @Endpoint(routes.deleteRule)
  async deleteRule(@Input() { params }: CallOf<typeof routes.deleteRule>): Promise<void> {
    await this.rpc.call(notificationRpc.removeRule, { rule_id: params.id });
  }

  @Endpoint(routes.listDeliveries)
  listDeliveries(@Input() { query }: CallOf<typeof routes.listDeliveries>): Promise<AnswerOf<typeof routes.listDeliveries>> {
    return this.rpc.call(notificationRpc.listDeliveries, query);
  }

  @Endpoint(routes.retryDelivery)
  retryDelivery(@Input() { params }: CallOf<typeof routes.retryDelivery>): Promise<AnswerOf<typeof routes.retryDelivery>> {
    return this.rpc.call(notificationRpc.retryDelivery, { delivery_id: params.id });
  }

  @Endpoint(routes.listNotifications)
  listNotifications(@Caller() { actor }: Principal, @Input() { query }: CallOf<typeof routes.listNotifications>): Promise<AnswerOf<typeof routes.listNotifications>> {
    return this.rpc.call(notificationRpc.listNotifications, { ...query, user_id: actor.id });
  }

  @Endpoint(routes.readNotifications)
  readNotifications(@Caller() { actor }: Principal, @Input() { body }: CallOf<typeof routes.readNotifications>): Promise<AnswerOf<typeof routes.readNotifications>> {
    return this.rpc.call(notificationRpc.readNotifications, { ...body, user_id: actor.id });
  }
}
