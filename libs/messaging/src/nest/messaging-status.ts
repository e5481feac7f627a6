import type { ServiceName } from '@capstan/contracts';
import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { BrokerConnection } from '../connection/broker-connection.client';
import { ManagedChannel, openChannel } from '../connection/managed-channel.client';
import { MESSAGING_SETTINGS, type MessagingSettings } from '../messaging-options';
import { countOutbox } from '../outbox/outbox.repository';
import { queueOf } from '../topology/names';
import { deriveTopology } from '../topology/topology';

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
  parked(service: ServiceName = this.settings.name): Promise<number> {
    return this.ready(queueOf(service, 'parking'));
  }

  /** Messages that wait in each durable queue of this service, by its name. @throws AppError `BROKER_UNAVAILABLE` */
  async queueDepths(): Promise<ReadonlyMap<string, number>> {
    const own = deriveTopology(this.settings.catalogue).queues.map(({ name }) => name).filter((name) => name.startsWith(`${this.settings.name}.`));
    return new Map(await Promise.all(own.map(async (name): Promise<[string, number]> => [name, await this.ready(name)])));
  }

  private async ready(queue: string): Promise<number> {
    await (this.opened ??= this.channel.start());
    return (await this.channel.required.checkQueue(queue)).messageCount;
  }
}
