import { assertNever } from '@capstan/kernel';
import { Logger } from '@nestjs/common';
import type { Channel, ConsumeMessage } from 'amqplib';
import type { ConfirmingPublisher } from '../connection/confirming-publisher.client';
import { CONTENT_TYPE } from '../envelope/encode';
import { HEADERS, type Headers, positiveInteger } from '../envelope/headers';
import type { MessagingSettings } from '../messaging-options';
import type { HandledOutcome } from '../metrics';
import { evidenceHeaders } from '../parking/evidence';
import { EXCHANGES, queueOf } from '../topology/names';
import type { Delivery, Settlement } from './delivery';
import { retryTier } from './retry-policy';

/** Pause before a delivery is handed back because it could be neither retried nor parked: without one it would spin. */
const HAND_BACK_PAUSE_MS = 1_000;

/**
 * 7. The last step: acknowledges, or moves the message to a retry tier or to parking, and acknowledges only after the broker has confirmed
 * the copy. A failure in between leaves the message twice, never nowhere.
 */
export class Settler {
  private readonly logger = new Logger(Settler.name);

  constructor(
    private readonly publisher: ConfirmingPublisher,
    private readonly settings: MessagingSettings,
  ) {}

  /** @returns how it ended, for the counters */
  async settle(settlement: Settlement, delivery: Delivery, message: ConsumeMessage, channel: Channel): Promise<HandledOutcome> {
    const type = delivery.entry?.definition.type ?? 'unknown';
    try {
      switch (settlement.kind) {
        case 'ack':
          acknowledge(channel, message);
          return settlement.outcome;
        case 'requeue':
          handBack(channel, message);
          return 'requeued';
        case 'park':
          await this.park(settlement, delivery, message, type);
          acknowledge(channel, message);
          return 'parked';
        case 'retry':
          return await this.retry(settlement, delivery, message, channel, type);
        default:
          return assertNever(settlement);
      }
    } catch (error) {
      this.logger.warn('A delivery could be neither retried nor parked and goes back to its queue', { type, reason: error instanceof Error ? error.message : String(error) });
      await this.settings.clock.sleep(HAND_BACK_PAUSE_MS);
      handBack(channel, message);
      return 'requeued';
    }
  }

  private async retry(settlement: Settlement & { kind: 'retry' }, delivery: Delivery, message: ConsumeMessage, channel: Channel, type: string): Promise<HandledOutcome> {
    const tier = retryTier(settlement.counts ? delivery.attempt : 1, settlement.afterMs);
    if (tier === undefined) {
      await this.park({ kind: 'park', code: settlement.code, reason: settlement.reason }, delivery, message, type);
      acknowledge(channel, message);
      return 'parked';
    }
    await this.move(tier.name, delivery.queue, message, delivery, { [HEADERS.attempt]: settlement.counts ? delivery.attempt + 1 : delivery.attempt });
    acknowledge(channel, message);
    this.settings.metrics.retried(type, settlement.code);
    this.logger.warn(`Retrying ${type} in ${tier.delayMs / 1_000} s`, { code: settlement.code, reason: settlement.reason, attempt: delivery.attempt, ...idsOf(delivery) });
    return 'retry';
  }

  private async park(settlement: Settlement & { kind: 'park' }, delivery: Delivery, message: ConsumeMessage, type: string): Promise<void> {
    const { clock, metrics, name } = this.settings;
    const evidence = { ...settlement, attempts: delivery.attempt, queue: delivery.queue, handler: delivery.entry?.handler, at: clock.now() };
    await this.move(EXCHANGES.parking, queueOf(name, 'parking'), message, delivery, evidenceHeaders(evidence));
    metrics.parked(type, settlement.code);
    this.logger.error(`Parked ${type}`, { code: settlement.code, reason: settlement.reason, attempts: delivery.attempt, queue: delivery.queue, ...idsOf(delivery) });
  }

  /** The same body under the same id somewhere else. Headers of strangers stay behind: what they say cannot be trusted, and they may be large. */
  private async move(exchange: string, routingKey: string, message: ConsumeMessage, delivery: Delivery, headers: Headers): Promise<void> {
    const redriven = positiveInteger(message.properties.headers, HEADERS.redriven, 0);
    const result = await this.publisher.publish({
      exchange,
      routingKey,
      body: message.content,
      id: delivery.envelope?.id ?? String(message.properties.messageId ?? ''),
      type: delivery.envelope?.type ?? String(message.properties.type ?? ''),
      contentType: typeof message.properties.contentType === 'string' ? message.properties.contentType : CONTENT_TYPE,
      headers: { ...headers, ...(redriven === 0 ? {} : { [HEADERS.redriven]: redriven }) },
    });
    if (result === 'unroutable') {
      throw new Error(`${exchange} has no queue`);
    }
  }
}

/** On a closed channel there is nothing to acknowledge: the broker has taken the message back, and the inbox knows it when it comes again. */
function acknowledge(channel: Channel, message: ConsumeMessage): void {
  try {
    channel.ack(message);
  } catch {
    return;
  }
}

function handBack(channel: Channel, message: ConsumeMessage): void {
  try {
    channel.nack(message, false, true);
  } catch {
    return;
  }
}

function idsOf({ envelope }: Delivery): Record<string, string> {
  return {
    ...(envelope === undefined ? {} : { message_id: envelope.id }),
    ...(envelope?.correlationid === undefined ? {} : { correlation_id: envelope.correlationid }),
  };
}
