import { notificationRpc, type RequestOf, type ResponseOf } from '@capstan/contracts';
import { type Clock } from '@capstan/kernel';
import { OnRpc } from '@capstan/messaging';
import { transaction } from '@capstan/persistence';
import { CLOCK } from '@capstan/service-kit';
import { Controller, Inject } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { NOTIFIER_CONFIG, type NotifierConfig } from '../config';
import { Notifications } from '../in-app/notifications.repository';
import { Deliveries } from './deliveries.repository';
import { DeliveryLoop } from './delivery-loop.service';

type Rpc = typeof notificationRpc;
const HOUR_MS = 3_600_000;

/** Questions about what was sent, and about the notices in the web app. */
@Controller()
export class DeliveriesController {
  constructor(
    private readonly dataSource: DataSource,
    private readonly deliveries: Deliveries,
    private readonly notifications: Notifications,
    private readonly loop: DeliveryLoop,
    @Inject(NOTIFIER_CONFIG) private readonly config: NotifierConfig,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  @OnRpc(notificationRpc.listDeliveries)
  async list({ channel, status, page: wanted, per_page, limit }: RequestOf<Rpc['listDeliveries']>): Promise<ResponseOf<Rpc['listDeliveries']>> {
    const page = limit === undefined ? wanted : 1;
    const perPage = limit ?? per_page;
    const filter = { ...(channel === undefined ? {} : { channel }), ...(status === undefined ? {} : { status }) };
    return { ...(await this.deliveries.list(this.dataSource, filter, page, perPage)), page, per_page: perPage };
  }

  @OnRpc(notificationRpc.retryDelivery)
  async retry({ delivery_id }: RequestOf<Rpc['retryDelivery']>): Promise<ResponseOf<Rpc['retryDelivery']>> {
    const now = this.clock.now();
    const delivery = await transaction(this.dataSource, (manager) => this.deliveries.retry(manager, delivery_id, now, now + this.config.CAPSTAN_DELIVERY_HOURS * HOUR_MS));
    this.loop.wake();
    return { delivery };
  }

  @OnRpc(notificationRpc.listNotifications)
  async notices({ user_id, unread, page: wanted, per_page, limit }: RequestOf<Rpc['listNotifications']>): Promise<ResponseOf<Rpc['listNotifications']>> {
    const page = limit === undefined ? wanted : 1;
    const perPage = limit ?? per_page;
    return { ...(await this.notifications.list(user_id, unread === 'true', page, perPage)), page, per_page: perPage };
  }

  @OnRpc(notificationRpc.readNotifications)
  async read({ user_id, notification_ids }: RequestOf<Rpc['readNotifications']>): Promise<ResponseOf<Rpc['readNotifications']>> {
    return { unread: await this.notifications.read(user_id, notification_ids) };
  }
}
