import { type DynamicModule, Module, type Provider } from '@nestjs/common';
import { BrokerConnection } from '../connection/broker-connection.client';
import { LiveFeed } from '../live-feed/live-feed';
import { MESSAGING_SETTINGS, messagingSettings, type MessagingOptions } from '../messaging-options';
import { MESSAGING_METRICS, type MessagingMetrics } from '../metrics';
import { Outbox } from '../outbox/outbox';
import { OutboxRelay } from '../outbox/outbox-relay';
import { ProgressPublisher } from '../progress/progress-publisher';
import { RpcClient } from '../rpc/rpc-client';
import { MessagingRuntime } from './messaging-runtime';
import { MessagingStatus } from './messaging-status';
import { ParkingDesk } from './parking-desk';
import { MessagingStrategy } from './messaging.strategy';

/**
 * Everything between services. Global; needs a `DataSource` provider whose entities and migrations include `messagingEntities` and
 * `messagingMigrations`, and takes a `MESSAGING_METRICS` provider where there is one.
 */
@Module({})
export class MessagingModule {
  static forService(options: MessagingOptions): DynamicModule {
    const settings: Provider = {
      provide: MESSAGING_SETTINGS,
      useFactory: (metrics?: MessagingMetrics) => messagingSettings({ ...options, metrics: options.metrics ?? metrics }),
      inject: [{ token: MESSAGING_METRICS, optional: true }],
    };
    const offered = [Outbox, RpcClient, ProgressPublisher, LiveFeed, MessagingStrategy, MessagingStatus, ParkingDesk];
    return {
      module: MessagingModule,
      global: true,
      providers: [settings, BrokerConnection, OutboxRelay, MessagingRuntime, ...offered],
      exports: offered,
    };
  }
}
