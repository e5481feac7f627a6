import { CHANNEL_SECRET_PURPOSE } from '@capstan/contracts';
import { provideSealingKeys } from '@capstan/service-kit';
import { type DynamicModule, Module } from '@nestjs/common';
import { ChannelsController } from './channels/channels.controller';
import { Channels } from './channels/channels.repository';
import { NOTIFIER_CONFIG, type NotifierConfig } from './config';
import { DeliveriesController } from './deliveries/deliveries.controller';
import { Deliveries } from './deliveries/deliveries.repository';
import { DeliveryLoop } from './deliveries/delivery-loop.service';
import { Notifications } from './in-app/notifications.repository';
import { FactsConsumer } from './notices/facts.consumer';
import { NoticeTeller } from './notices/notice-teller.service';
import { ParkingWatch } from './notices/parking-watch.service';
import { RulesController } from './rules/rules.controller';
import { Rules } from './rules/rules.repository';

/** Composition root: facts in, messages out. */
@Module({})
export class NotifierModule {
  static with(config: NotifierConfig): DynamicModule {
    return {
      module: NotifierModule,
      controllers: [ChannelsController, RulesController, DeliveriesController, FactsConsumer],
      providers: [{ provide: NOTIFIER_CONFIG, useValue: config }, provideSealingKeys({ service: 'notifier', purpose: CHANNEL_SECRET_PURPOSE }), Channels, Rules, Deliveries, DeliveryLoop, Notifications, NoticeTeller, ParkingWatch],
    };
  }
}
