import { Serial } from '@capstan/kernel';
import type { Channel, ConsumeMessage } from 'amqplib';
import type { BrokerConnection } from '../connection/broker-connection.client';
import { ManagedChannel, openChannel } from '../connection/managed-channel.client';
import type { MessagingSettings } from '../messaging-options';

/** What a {@link QueueConsumer} consumes. */
export interface QueueConsumerOptions {
  readonly queue: string;
  /** Unacknowledged deliveries at most. */
  readonly prefetch: number;
  /** Runs on every new channel before consuming, e.g. to declare the queue. */
  readonly declare?: (channel: Channel) => Promise<void>;
}

/** Settles one delivery on the channel it came from. Never rejects. */
export type OnDelivery = (message: ConsumeMessage, channel: Channel) => Promise<void>;

/** Consumes one durable queue over a channel of its own, across reconnections, with pause and drain. */
export class QueueConsumer {
  private readonly channel: ManagedChannel;
  private readonly running = new Set<Promise<void>>();
  /** Pausing and resuming wait for each other's answer from the broker. */
  private readonly orders = new Serial();
  private paused = false;
  private consumer: { channel: Channel; tag: string } | undefined;

  constructor(
    connection: BrokerConnection,
    settings: MessagingSettings,
    private readonly options: QueueConsumerOptions,
    private readonly onDelivery: OnDelivery,
  ) {
    this.channel = new ManagedChannel(connection, settings, {
      name: options.queue,
      open: openChannel,
      setUp: async (channel) => {
        await options.declare?.(channel);
        await channel.prefetch(options.prefetch);
        await this.orders.run(() => this.consumeOn(channel));
      },
      onClosed: (channel) => {
        if (this.consumer?.channel === channel) {
          this.consumer = undefined;
        }
      },
    });
  }

  /** Handlers at work. */
  get inFlight(): number {
    return this.running.size;
  }

  start(): Promise<void> {
    return this.channel.start();
  }

  /** No new deliveries after this; those already here are handled. */
  pause(): Promise<void> {
    this.paused = true;
    return this.orders.run(async () => {
      const consumer = this.consumer;
      this.consumer = undefined;
      await consumer?.channel.cancel(consumer.tag).catch(() => undefined);
    });
  }

  /** Takes deliveries again. */
  resume(): Promise<void> {
    this.paused = false;
    return this.orders.run(async () => {
      const channel = this.channel.current;
      if (channel !== undefined) {
        // On a channel that is just going, its successor consumes.
        await this.consumeOn(channel).catch(() => undefined);
      }
    });
  }

  /** Resolves when no handler runs. */
  async idle(): Promise<void> {
    while (this.running.size > 0) {
      await Promise.all(this.running);
    }
  }

  /** Hands everything unacknowledged back to the broker. */
  close(): Promise<void> {
    return this.channel.close();
  }

  private async consumeOn(channel: Channel): Promise<void> {
    if (this.paused || this.consumer?.channel === channel) {
      return;
    }
    const { consumerTag } = await channel.consume(this.options.queue, (message) => this.take(message, channel));
    this.consumer = { channel, tag: consumerTag };
  }

  private take(message: ConsumeMessage | null, channel: Channel): void {
    if (message === null) {
      // The broker ended the consumer, e.g. because the queue was deleted: a new channel tries again.
      void channel.close().catch(() => undefined);
      return;
    }
    const work = this.onDelivery(message, channel).finally(() => this.running.delete(work));
    this.running.add(work);
  }
}
