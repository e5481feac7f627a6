import { notificationRpc, type RequestOf, type ResponseOf, type RuleBody } from '@capstan/contracts';
import { validationError } from '@capstan/kernel';
import { OnRpc } from '@capstan/messaging';
import { Controller } from '@nestjs/common';
import { Channels } from '../channels/channels.repository';
import { Rules } from './rules.repository';

type Rpc = typeof notificationRpc;

/** Questions about rules. */
@Controller()
export class RulesController {
  constructor(
    private readonly rules: Rules,
    private readonly channels: Channels,
  ) {}

  @OnRpc(notificationRpc.listRules)
  async list({ page: wanted, per_page, limit }: RequestOf<Rpc['listRules']>): Promise<ResponseOf<Rpc['listRules']>> {
    const page = limit === undefined ? wanted : 1;
    const perPage = limit ?? per_page;
    return { ...(await this.rules.list(page, perPage)), page, per_page: perPage };
  }

  @OnRpc(notificationRpc.getRule)
  async get({ rule_id }: RequestOf<Rpc['getRule']>): Promise<ResponseOf<Rpc['getRule']>> {
    return { rule: await this.rules.get(rule_id) };
  }

  @OnRpc(notificationRpc.createRule)
  async create({ rule_id, rule }: RequestOf<Rpc['createRule']>): Promise<ResponseOf<Rpc['createRule']>> {
    await this.check(rule);
    return { rule: await this.rules.create(rule_id, rule) };
  }

  @OnRpc(notificationRpc.updateRule)
  async update({ rule_id, revision, rule }: RequestOf<Rpc['updateRule']>): Promise<ResponseOf<Rpc['updateRule']>> {
    await this.check(rule);
    return { rule: await this.rules.update(rule_id, revision, rule) };
  }

  @OnRpc(notificationRpc.removeRule)
  async remove({ rule_id }: RequestOf<Rpc['removeRule']>): Promise<ResponseOf<Rpc['removeRule']>> {
    await this.rules.remove(rule_id);
    return {};
  }

  /** @throws AppError `VALIDATION_FAILED` with the places of channels that do not exist */
  private async check({ channel_ids }: RuleBody): Promise<void> {
    const unknown = await this.channels.unknown(channel_ids);
    if (unknown.length > 0) {
      throw validationError(unknown.map((id) => ({ path: `channel_ids.${channel_ids.indexOf(id)}`, code: 'CHANNEL_NOT_FOUND', message: 'there is no channel with this id' })));
    }
  }
}
