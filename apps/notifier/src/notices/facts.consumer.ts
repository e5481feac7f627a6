import { cameraEvents, catalogueEvents, credentialEvents, type DataOf, deviceEvents, inventoryEvents, receiverEvents, recordingEvents, scheduleEvents, sessionEvents, storageEvents } from '@capstan/contracts';
import { type DeliveryContext, OnEvent } from '@capstan/messaging';
import { Controller } from '@nestjs/common';
import { DeliveryLoop } from '../deliveries/delivery-loop.service';
import { noticesOf } from './notice-of-fact';
import { NoticeTeller } from './notice-teller.service';

/** Turns facts into messages, in the transaction that remembers the fact: none is lost, and none is told twice. */
@Controller()
export class FactsConsumer {
  constructor(
    private readonly teller: NoticeTeller,
    private readonly loop: DeliveryLoop,
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

  @OnEvent(recordingEvents.warning)
  recording(_data: DataOf<typeof recordingEvents.warning>, context: DeliveryContext): Promise<void> {
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

  private async take({ envelope, manager, beforeCommit, afterCommit }: DeliveryContext): Promise<void> {
    if (await this.teller.make(manager, noticesOf(envelope))) {
      beforeCommit(() => this.teller.store(manager));
      afterCommit(() => this.loop.wake());
    }
  }
}
