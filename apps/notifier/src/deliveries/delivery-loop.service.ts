import { AppError, assertNever, backoffDelay, type Clock, Deferred, type IdSource, type Random } from '@capstan/kernel';
import { Outbox } from '@capstan/messaging';
import { transaction } from '@capstan/persistence';
import { CLOCK, IDS, Metrics, RANDOM } from '@capstan/service-kit';
import { type BeforeApplicationShutdown, Inject, Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { ChannelRow } from '../channels/channel.entity';
import { Channels } from '../channels/channels.repository';
import { NOTIFIER_CONFIG, type NotifierConfig } from '../config';
import { InAppSender } from '../in-app/in-app.sender';
import { EmailSender } from '../senders/email.client';
import type { Attempt, Message, Sender } from '../senders/sender';
import { WebhookSender } from '../senders/webhook.client';
import { readNetworks } from '../channels/webhook-address';
import { Deliveries } from './deliveries.repository';
import type { DeliveryRow } from './delivery.entity';

/** Channels that are served at the same time: a dead one costs a place for the length of its time-out, no more. */
const PLACES = 6;
const TICK_MS = 500;
/** Wishes to be woken are heard so long after the last look: a burst of messages is looked for once, and not once for each. */
const REST_MS = 20;
/** Messages of a channel taken at once. */
const BATCH = 50;
const SWEEP_EVERY_MS = 600_000;
const SWEEP_BATCH = 1_000;
const DAY_MS = 86_400_000;

/**
 * Sends what waits. A channel belongs to one instance at a time, so that its messages keep their order; a channel that fails
 * is left alone for a growing while, and no other waits for it. An attempt is written down after it was made: a crash between
 * the two repeats one message, with the same id.
 */
@Injectable()
export class DeliveryLoop implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly log = new Logger(DeliveryLoop.name);
  private readonly stopping = new AbortController();
  private readonly senders: Readonly<Record<ChannelRow['type'], Sender>>;
  private readonly webhooks: WebhookSender;
  private readonly sent;
  /** Places with nothing to do, and whether somebody wanted them while there was none. */
  private readonly idle: Deferred<void>[] = [];
  private wanted = false;
  private running: Promise<unknown> = Promise.resolve();
  private sweptAt = 0;

  constructor(
    private readonly dataSource: DataSource,
    private readonly deliveries: Deliveries,
    private readonly channels: Channels,
    outbox: Outbox,
    metrics: Metrics,
    @Inject(NOTIFIER_CONFIG) private readonly config: NotifierConfig,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(RANDOM) private readonly random: Random,
    @Inject(IDS) ids: IdSource,
  ) {
    const timeoutMs = config.CAPSTAN_DELIVERY_TIMEOUT_SEC * 1_000;
    const networks = readNetworks(config.CAPSTAN_WEBHOOK_NETWORKS);
    if (networks === undefined) {
      throw new Error('CAPSTAN_WEBHOOK_NETWORKS was checked when the settings were read');
    }
    this.webhooks = new WebhookSender(networks, timeoutMs, config.CAPSTAN_PUBLIC_URL, clock);
    this.senders = { webhook: this.webhooks, email: new EmailSender(timeoutMs, config.CAPSTAN_PUBLIC_URL), in_app: new InAppSender(dataSource, outbox, clock, ids) };
    metrics.gauge('capstan_deliveries_waiting', 'Messages that wait for their channel or for their next attempt', [], async (gauge) => gauge.set(await deliveries.waiting(dataSource)));
    this.sent = metrics.duration('capstan_delivery_seconds', 'Time of one attempt to deliver a message', ['type', 'outcome']);
  }

  onApplicationBootstrap(): void {
    this.running = Promise.all(Array.from({ length: PLACES }, () => this.serve()));
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.stopping.abort();
    this.idle.splice(0).forEach((place) => place.resolve());
    await this.running;
    Object.values(this.senders).forEach((sender) => sender.close());
  }

  /** Something is to be sent: one place looks, and calls the next one where it finds something. */
  wake(): void {
    const place = this.idle.shift();
    this.wanted = place === undefined;
    place?.resolve();
  }

  /** @throws AppError `WEBHOOK_ADDRESS_REFUSED` */
  checkWebhook(url: string): Promise<void> {
    return this.webhooks.check(url);
  }

  /** Sends one message now, outside of the order; for tests by people. */
  attempt(channel: ChannelRow, message: Message, signal: AbortSignal): Promise<Attempt> {
    return this.send(channel, message, signal);
  }

  private async serve(): Promise<void> {
    const { signal } = this.stopping;
    while (!signal.aborted) {
      let busy = false;
      try {
        busy = await this.serveOne(signal);
        await this.sweepNowAndThen();
      } catch (error) {
        this.log.warn(`Messages must wait: ${AppError.from(error).message}`);
      }
      if (!busy) {
        await this.pause(signal);
      }
    }
  }

  private async pause(signal: AbortSignal): Promise<void> {
    await this.clock.sleep(REST_MS, signal).catch(() => undefined);
    if (this.wanted || signal.aborted) {
      this.wanted = false;
      return;
    }
    const place = new Deferred<void>();
    const over = new AbortController();
    this.idle.push(place);
    await Promise.race([place.promise, this.clock.sleep(TICK_MS, over.signal).catch(() => undefined)]);
    over.abort();
    const left = this.idle.indexOf(place);
    if (left >= 0) {
      this.idle.splice(left, 1);
    }
  }

  /** Serves a channel until it has nothing more, or fails. @returns whether there was one */
  private async serveOne(signal: AbortSignal): Promise<boolean> {
    const leaseMs = 3 * this.config.CAPSTAN_DELIVERY_TIMEOUT_SEC * 1_000;
    const now = this.clock.now();
    const channel = await this.deliveries.claim(this.dataSource, now, now + leaseMs);
    if (channel === undefined) {
      return false;
    }
    this.wake();
    let keptUntil = now + leaseMs;
    const waiting = await this.deliveries.next(this.dataSource, channel.channel_id, now, BATCH);
    for (const delivery of waiting) {
      if (signal.aborted) {
        break;
      }
      if (keptUntil - this.clock.now() < leaseMs / 2) {
        keptUntil = this.clock.now() + leaseMs;
        if (!(await this.deliveries.keep(this.dataSource, channel, keptUntil))) {
          return true;
        }
      }
      if (!(await this.deliver(channel, delivery, signal))) {
        break;
      }
    }
    await this.deliveries.release(this.dataSource, channel);
    return true;
  }

  /** @returns whether the next message of the channel may be sent */
  private async deliver(channel: ChannelRow, delivery: DeliveryRow, signal: AbortSignal): Promise<boolean> {
    const { outcome, response } = await this.send(channel, { id: delivery.delivery_id, notices: delivery.notices }, signal);
    const now = this.clock.now();
    switch (outcome) {
      case 'delivered':
        await this.deliveries.delivered(this.dataSource, delivery, response, now);
        channel.failures = 0;
        return true;
      case 'never':
        await this.deliveries.conclude(this.dataSource, delivery.delivery_id, 'failed', response);
        return true;
      case 'later': {
        if (signal.aborted) {
          return false;
        }
        const givenUp = delivery.give_up_at.getTime() <= now;
        const policy = { initialMs: 1_000, maxMs: this.config.CAPSTAN_DELIVERY_RETRY_MAX_SEC * 1_000 };
        const retryAt = now + backoffDelay(policy, channel.failures + 1, this.random());
        await transaction(this.dataSource, async (manager) => {
          await this.deliveries.conclude(manager, delivery.delivery_id, givenUp ? 'failed' : 'waiting', response);
          await this.deliveries.fails(manager, channel.channel_id, response, now, retryAt);
        });
        return false;
      }
      default:
        return assertNever(outcome);
    }
  }

  private async send(channel: ChannelRow, message: Message, signal: AbortSignal): Promise<Attempt> {
    const begun = this.clock.monotonic();
    const attempt = await this.trySend(channel, message, signal);
    this.sent.observe({ type: channel.type, outcome: attempt.outcome }, (this.clock.monotonic() - begun) / 1_000);
    return attempt;
  }

  private async trySend(channel: ChannelRow, message: Message, signal: AbortSignal): Promise<Attempt> {
    try {
      return await this.senders[channel.type].send(channel, this.channels.secretOf(channel), message, signal);
    } catch (error) {
      // A vault key that is away for now, settings of a release that is gone: somebody can mend it.
      return { outcome: 'later', response: AppError.from(error).message };
    }
  }

  private async sweepNowAndThen(): Promise<void> {
    const now = this.clock.now();
    if (now - this.sweptAt >= SWEEP_EVERY_MS) {
      this.sweptAt = now;
      await this.deliveries.sweep(this.dataSource, now - this.config.CAPSTAN_DELIVERY_DAYS * DAY_MS, SWEEP_BATCH);
    }
  }
}
