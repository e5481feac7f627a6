import { cameraEvents, catalogueEvents, credentialEvents, type DataOf, deviceEvents, inventoryEvents, type Notice, receiverEvents, scheduleEvents, sessionEvents, storageEvents } from '@capstan/contracts';
import { type Clock, type IdSource } from '@capstan/kernel';
import { type DeliveryContext, OnEvent } from '@capstan/messaging';
import { CLOCK, IDS } from '@capstan/service-kit';
import { Controller, Inject } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { NOTIFIER_CONFIG, type NotifierConfig } from '../config';
import { DeliveryLoop } from '../deliveries/delivery-loop.service';
import { Deliveries, type NewDelivery } from '../deliveries/deliveries.repository';
import { concerns, counts, see, toldAt } from '../rules/rule-decision';
import { Rules } from '../rules/rules.repository';
import type { RuleRow } from '../rules/rule.entity';
import { noticesOf } from './notice-of-fact';

const HOUR_MS = 3_600_000;

/** Turns facts into messages, in the transaction that remembers the fact: none is lost, and none is told twice. */
@Controller()
export class FactsConsumer {
  constructor(
    private readonly rules: Rules,
    private readonly deliveries: Deliveries,
    private readonly loop: DeliveryLoop,
    @Inject(NOTIFIER_CONFIG) private readonly config: NotifierConfig,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(IDS) private readonly ids: IdSource,
  ) {}

  @OnEvent(sessionEvents.finished)
  session(_data: DataOf<typeof sessionEvents.finished>, context: DeliveryContext): Promise<void> {
    return this.take(context);
  }

  @OnEvent(scheduleEvents.runDecided)
  run(_data: DataOf<typeof scheduleEvents.runDecided>, context: DeliveryContext): Promise<void> {
    return this.take(context);
  }

  @OnEvent(deviceEvents.hostKeyChanged)
  hostKey(_data: DataOf<typeof deviceEvents.hostKeyChanged>, context: DeliveryContext): Promise<void> {
    return this.take(context);
  }

  @OnEvent(inventoryEvents.identityChanged)
  identity(_data: DataOf<typeof inventoryEvents.identityChanged>, context: DeliveryContext): Promise<void> {
    return this.take(context);
  }

  @OnEvent(catalogueEvents.configChanged)
  configuration(_data: DataOf<typeof catalogueEvents.configChanged>, context: DeliveryContext): Promise<void> {
    return this.take(context);
  }

  @OnEvent(catalogueEvents.deviceChanged)
  device(_data: DataOf<typeof catalogueEvents.deviceChanged>, context: DeliveryContext): Promise<void> {
    return this.take(context);
  }

  @OnEvent(catalogueEvents.arpConflict)
  arp(_data: DataOf<typeof catalogueEvents.arpConflict>, context: DeliveryContext): Promise<void> {
    return this.take(context);
  }

  @OnEvent(credentialEvents.breakerOpened)
  credential(_data: DataOf<typeof credentialEvents.breakerOpened>, context: DeliveryContext): Promise<void> {
    return this.take(context);
  }

  @OnEvent(cameraEvents.healthChanged)
  camera(_data: DataOf<typeof cameraEvents.healthChanged>, context: DeliveryContext): Promise<void> {
    return this.take(context);
  }

  @OnEvent(receiverEvents.healthChanged)
  receiver(_data: DataOf<typeof receiverEvents.healthChanged>, context: DeliveryContext): Promise<void> {
    return this.take(context);
  }

  @OnEvent(storageEvents.nearlyFull)
  storage(_data: DataOf<typeof storageEvents.nearlyFull>, context: DeliveryContext): Promise<void> {
    return this.take(context);
  }

  @OnEvent(storageEvents.objectsLost)
  lost(_data: DataOf<typeof storageEvents.objectsLost>, context: DeliveryContext): Promise<void> {
    return this.take(context);
  }

  private async take({ envelope, manager, afterCommit }: DeliveryContext): Promise<void> {
    const notices = noticesOf(envelope);
    if (notices.length === 0) {
      return;
    }
    const now = this.clock.now();
    const rules = await this.rules.about(manager, [...new Set(notices.map(({ topic }) => topic))]);
    const messages: NewDelivery[] = [];
    const matched = new Set<string>();
    for (const notice of notices) {
      for (const row of rules) {
        if (concerns(row.rule, notice) && (await this.isTold(manager, row, notice, now))) {
          matched.add(row.rule_id);
          messages.push(...this.messagesOf(row, notice, now));
        }
      }
    }
    if (messages.length > 0) {
      await this.deliveries.add(manager, messages, now);
      await this.rules.matched(manager, [...matched], now);
      afterCommit(() => this.loop.wake());
    }
  }

  private async isTold(manager: EntityManager, { rule_id: id, rule }: RuleRow, { topic, subject }: Notice, now: number): Promise<boolean> {
    if (!counts(rule)) {
      return true;
    }
    const { tell, after } = see(rule, await this.rules.sighting(manager, id, topic, subject), now);
    await this.rules.remember(manager, id, topic, subject, after);
    return tell;
  }

  private messagesOf({ rule_id: ruleId, rule }: RuleRow, notice: Notice, now: number): NewDelivery[] {
    const { at, together } = toldAt(rule, notice, now);
    return rule.channel_ids.map((channelId) => ({ deliveryId: this.ids.next(), channelId, ruleId, ruleName: rule.name, notice, dueAt: at, giveUpAt: at + this.config.CAPSTAN_DELIVERY_HOURS * HOUR_MS, together }));
  }
}
