import { Inject, Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { BrokerConnection } from '../connection/broker-connection.client';
import { LiveFeed } from '../live-feed/live-feed';
import { OutboxRelay } from '../outbox/outbox-relay';
import { ProgressPublisher } from '../progress/progress-publisher';
import { RpcClient } from '../rpc/rpc-client';

/** Starts and ends everything that sends. What receives is the strategy's, which ends before. */
@Injectable()
export class MessagingRuntime implements OnApplicationBootstrap, OnApplicationShutdown {
  private starting: Promise<void> | undefined;
  private stopping: Promise<void> | undefined;

  constructor(
    private readonly connection: BrokerConnection,
    @Inject(DataSource) readonly dataSource: DataSource,
    private readonly relay: OutboxRelay,
    private readonly rpc: RpcClient,
    private readonly progress: ProgressPublisher,
    private readonly liveFeed: LiveFeed,
  ) {}

  onApplicationBootstrap(): Promise<void> {
    return this.start();
  }

  /** For a process without consumers; elsewhere the strategy has done it already. */
  onApplicationShutdown(): Promise<void> {
    return this.stop();
  }

  /** Connects and opens what sends. Idempotent. @throws AppError `TOPOLOGY_MISMATCH`, `BROKER_UNAVAILABLE` */
  start(): Promise<void> {
    return (this.starting ??= this.open());
  }

  /** Sends what the outbox holds and closes the connection. Idempotent. */
  stop(): Promise<void> {
    return (this.stopping ??= this.close());
  }

  private async open(): Promise<void> {
    await this.connection.start();
    await Promise.all([this.relay.start(), this.rpc.start(), this.progress.start()]);
  }

  private async close(): Promise<void> {
    await this.starting?.catch(() => undefined);
    await this.liveFeed.stop();
    await this.progress.close();
    await this.rpc.close();
    await this.relay.stop();
    await this.connection.close();
  }
}
