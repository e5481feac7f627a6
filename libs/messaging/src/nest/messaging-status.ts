import type { ServiceName } from '@capstan/contracts';
import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { BrokerConnection } from '../connection/broker-connection.client';
import { ManagedChannel, openChannel } from '../connection/managed-channel.client';
import { MESSAGING_SETTINGS, type MessagingSettings } from '../messaging-options';
import { countOutbox } from '../outbox/outbox.repository';
import { queueOf } from '../topology/names';

/** What health and metrics ask. */
@Injectable()
export class MessagingStatus {
  private readonly channel: ManagedChannel;
  private opened: Promise<void> | undefined;

  constructor(
    private readonly connection: BrokerConnection,
    @Inject(DataSource) private readonly dataSource: DataSource,
    @Inject(MESSAGING_SETTINGS) private readonly settings: MessagingSettings,
  ) {
    this.channel = new ManagedChannel(connection, settings, { name: 'status', open: openChannel });
  }

  /** Whether the broker can be talked to now. */
  get connected(): boolean {
    return this.connection.connected;
  }

  /** Messages waiting in the outbox. */
  outboxPending(): Promise<number> {
    return countOutbox(this.dataSource);
  }

  /** Messages in a service's parking queue. @param service default: this one @throws AppError `BROKER_UNAVAILABLE` */
  async parked(service: ServiceName = this.settings.name): Promise<number> {
    await (this.opened ??= this.channel.start());
    const { messageCount } = await this.channel.required.checkQueue(queueOf(service, 'parking'));
    return messageCount;
  }
}
