import type { Envelope } from '@capstan/contracts';
import { AppError } from '@capstan/kernel';
import { Inject, Injectable, Logger } from '@nestjs/common';
import type { Channel, ConsumeMessage } from 'amqplib';
import { BrokerConnection } from '../connection/broker-connection.client';
import { ManagedChannel, openChannel } from '../connection/managed-channel.client';
import { decodeEnvelope } from '../envelope/decode';
import { MESSAGING_SETTINGS, type MessagingSettings } from '../messaging-options';
import { EXCHANGES } from '../topology/names';

/** What a {@link LiveFeed} is to bring. */
export interface LiveFeedOptions {
  /** Types of facts. */
  readonly events: readonly string[];
  /** Live numbers of every session, and what every process tells of itself. */
  readonly progress: boolean;
  /** Called after the feed was interrupted and is back: facts of the meantime are missing, so clients need a snapshot. */
  readonly onGap?: () => void;
}

/** Live numbers that wait for this instance; the oldest are dropped beyond it. */
export const PROGRESS_QUEUE_LENGTH = 1_000;
/** Unacknowledged at most, because what is already on its way can no longer be dropped. */
const PROGRESS_PREFETCH = 64;
const EVENTS_PREFETCH = 256;

/** Facts and live numbers for the sockets of this instance, through exclusive queues that vanish with it. */
@Injectable()
export class LiveFeed {
  private readonly logger = new Logger(LiveFeed.name);
  private channels: ManagedChannel[] = [];

  constructor(
    private readonly connection: BrokerConnection,
    @Inject(MESSAGING_SETTINGS) private readonly settings: MessagingSettings,
  ) {}

  /**
   * Begins to listen. `onMessage` must not throw and should be quick: it runs on the broker's reading loop.
   * @throws AppError `LIVE_FEED_RUNNING`
   */
  async start(options: LiveFeedOptions, onMessage: (message: Envelope) => void): Promise<void> {
    if (this.channels.length > 0) {
      throw new AppError('LIVE_FEED_RUNNING', 'The live feed was started twice');
    }
    let interrupted = false;
    const events = this.listen('events', EVENTS_PREFETCH, onMessage, {
      bind: async (channel, queue) => {
        await Promise.all(options.events.map((type) => channel.bindQueue(queue, EXCHANGES.events, type)));
        if (interrupted) {
          options.onGap?.();
        }
      },
      onClosed: () => {
        interrupted = true;
      },
    });
    const progress = this.listen('progress', PROGRESS_PREFETCH, onMessage, {
      arguments: { 'x-max-length': PROGRESS_QUEUE_LENGTH, 'x-overflow': 'drop-head' },
      bind: async (channel, queue) => {
        await channel.bindQueue(queue, EXCHANGES.progress, 'session.#');
        await channel.bindQueue(queue, EXCHANGES.progress, 'instance.#');
      },
    });
    this.channels = options.progress ? [events, progress] : [events];
    await Promise.all(this.channels.map((channel) => channel.start()));
  }

  /** Stops listening. Idempotent. */
  async stop(): Promise<void> {
    const channels = this.channels;
    this.channels = [];
    await Promise.all(channels.map((channel) => channel.close()));
  }

  private listen(
    kind: 'events' | 'progress',
    prefetch: number,
    onMessage: (message: Envelope) => void,
    options: { arguments?: Record<string, unknown>; bind: (channel: Channel, queue: string) => Promise<void>; onClosed?: () => void },
  ): ManagedChannel {
    const { name, instance, ids } = this.settings;
    return new ManagedChannel(this.connection, this.settings, {
      name: `live-${kind}`,
      open: openChannel,
      setUp: async (channel) => {
        // A new name each time: after a cut the broker may still hold the old queue for the old connection.
        const queue = `${name}.live.${instance}.${kind}.${ids.next()}`;
        await channel.assertQueue(queue, { exclusive: true, durable: false, autoDelete: true, arguments: options.arguments });
        await channel.prefetch(prefetch);
        await channel.consume(queue, (message) => this.onDelivery(channel, message, onMessage));
        await options.bind(channel, queue);
      },
      onClosed: options.onClosed,
    });
  }

  private onDelivery(channel: Channel, message: ConsumeMessage | null, onMessage: (message: Envelope) => void): void {
    if (message === null) {
      // The queue is gone, e.g. deleted by hand: a new channel makes a new one.
      void channel.close().catch(() => undefined);
      return;
    }
    const decoded = decodeEnvelope(message.content);
    try {
      if (decoded.kind === 'envelope') {
        onMessage(decoded.envelope);
      }
    } catch (error) {
      this.logger.error('A listener of the live feed failed', error instanceof Error ? error.stack : String(error));
    }
    channel.ack(message);
  }
}
