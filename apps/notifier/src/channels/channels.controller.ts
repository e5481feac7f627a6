import { type ChannelFields, notificationRpc, type RequestOf, type ResponseOf } from '@capstan/contracts';
import { type Clock, type IdSource, isoTime } from '@capstan/kernel';
import { OnRpc, type RpcContext } from '@capstan/messaging';
import { CLOCK, IDS, SealingKeys } from '@capstan/service-kit';
import { Controller, Inject } from '@nestjs/common';
import { DeliveryLoop } from '../deliveries/delivery-loop.service';
import { Channels, type SecretWish } from './channels.repository';

type Rpc = typeof notificationRpc;

/** Questions about channels. Secrets come in sealed and never go out. */
@Controller()
export class ChannelsController {
  constructor(
    private readonly channels: Channels,
    private readonly loop: DeliveryLoop,
    private readonly sealingKeys: SealingKeys,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(IDS) private readonly ids: IdSource,
  ) {}

  @OnRpc(notificationRpc.sealingKey)
  async sealingKey(): Promise<ResponseOf<Rpc['sealingKey']>> {
    return { jwk: { ...(await this.sealingKeys.publicKey()) } };
  }

  @OnRpc(notificationRpc.listChannels)
  async list({ page: wanted, per_page, limit }: RequestOf<Rpc['listChannels']>): Promise<ResponseOf<Rpc['listChannels']>> {
    const page = limit === undefined ? wanted : 1;
    const perPage = limit ?? per_page;
    return { ...(await this.channels.list(page, perPage)), page, per_page: perPage };
  }

  @OnRpc(notificationRpc.getChannel)
  async get({ channel_id }: RequestOf<Rpc['getChannel']>): Promise<ResponseOf<Rpc['getChannel']>> {
    return { channel: await this.channels.get(channel_id) };
  }

  @OnRpc(notificationRpc.createChannel)
  async create({ channel_id, fields, ...secret }: RequestOf<Rpc['createChannel']>): Promise<ResponseOf<Rpc['createChannel']>> {
    await this.check(fields);
    return { channel: await this.channels.create(channel_id, fields, await this.wish(secret)) };
  }

  @OnRpc(notificationRpc.updateChannel)
  async update({ channel_id, revision, fields, ...secret }: RequestOf<Rpc['updateChannel']>): Promise<ResponseOf<Rpc['updateChannel']>> {
    await this.check(fields);
    const channel = await this.channels.update(channel_id, revision, fields, await this.wish(secret));
    this.loop.wake();
    return { channel };
  }

  @OnRpc(notificationRpc.removeChannel)
  async remove({ channel_id }: RequestOf<Rpc['removeChannel']>): Promise<ResponseOf<Rpc['removeChannel']>> {
    await this.channels.remove(channel_id);
    return {};
  }

  @OnRpc(notificationRpc.testChannel)
  async test({ channel_id }: RequestOf<Rpc['testChannel']>, { signal }: RpcContext): Promise<ResponseOf<Rpc['testChannel']>> {
    const channel = await this.channels.row(channel_id);
    const id = this.ids.next();
    const notice = {
      topic: 'session.completed' as const,
      severity: 'info' as const,
      subject: `channel:${channel_id}`,
      subject_name: channel.name,
      kinds: [],
      title: `Test of the channel ${channel.name}`,
      text: 'If you read this, messages arrive.',
      path: '/notifications/channels',
      occurred_at: isoTime(this.clock.now()),
    };
    const begun = this.clock.monotonic();
    const { outcome, response } = await this.loop.attempt(channel, { id, notices: [notice] }, signal);
    return { success: outcome === 'delivered', response, duration_ms: Math.round(this.clock.monotonic() - begun) };
  }

  /** @throws AppError `WEBHOOK_ADDRESS_REFUSED` */
  private async check(fields: ChannelFields): Promise<void> {
    if (fields.type === 'webhook') {
      await this.loop.checkWebhook(fields.settings.url);
    }
  }

  /** @throws AppError of the sealing keys */
  private async wish({ sealed_secret, forget_secret }: { sealed_secret?: string | null | undefined; forget_secret: boolean }): Promise<SecretWish> {
    if (forget_secret) {
      return 'forget';
    }
    return sealed_secret === null || sealed_secret === undefined ? 'keep' : { set: (await this.sealingKeys.open(sealed_secret)).reveal() };
  }
}
