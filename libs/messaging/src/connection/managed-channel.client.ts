import { AppError, backoffDelay, type BackoffPolicy, withTimeout } from '@capstan/kernel';
import { Logger } from '@nestjs/common';
import type { Channel, ChannelModel, ConfirmChannel } from 'amqplib';
import type { MessagingSettings } from '../messaging-options';
import type { BrokerConnection } from './broker-connection.client';

const SETUP_TIMEOUT_MS = 20_000;
const REOPEN: BackoffPolicy = { initialMs: 200, maxMs: 10_000 };

/** What a channel is for. */
export interface ChannelPurpose<Kind extends Channel> {
  /** For logs. */
  readonly name: string;
  readonly open: (model: ChannelModel) => Promise<Kind>;
  /** Runs on every new channel before it counts as open: prefetch, consumers, listeners. */
  readonly setUp?: (channel: Kind) => Promise<void>;
  /** Called when a channel has become {@link ManagedChannel.current}. */
  readonly onOpened?: () => void;
  /** Called once for every channel that was set up, when it is gone. */
  readonly onClosed?: (channel: Kind) => void;
}

/** A channel with publisher confirms. */
export const openConfirmChannel = (model: ChannelModel): Promise<ConfirmChannel> => model.createConfirmChannel();
/** A channel without. */
export const openChannel = (model: ChannelModel): Promise<Channel> => model.createChannel();

/**
 * One channel that is there whenever the connection is. It is opened anew with each connection, and when the broker closes it alone,
 * as it does after a protocol error or an acknowledgement that took too long.
 */
export class ManagedChannel<Kind extends Channel = Channel> {
  private readonly logger = new Logger(ManagedChannel.name);
  private channel: Kind | undefined;
  private generation = 0;
  private stopListening: (() => void) | undefined;
  private readonly stopped = new AbortController();

  constructor(
    private readonly connection: BrokerConnection,
    private readonly settings: MessagingSettings,
    private readonly purpose: ChannelPurpose<Kind>,
  ) {}

  /** The open channel, or undefined while there is none. */
  get current(): Kind | undefined {
    return this.channel;
  }

  /**
   * The open channel.
   * @throws AppError `BROKER_UNAVAILABLE`, retryable
   */
  get required(): Kind {
    if (this.channel === undefined) {
      throw brokerUnavailable();
    }
    return this.channel;
  }

  /** Opens the channel and keeps it open until {@link close}. @returns after the first opening, or its failure, which is retried by itself */
  async start(): Promise<void> {
    let first: Promise<void> | undefined;
    this.stopListening = this.connection.onConnection((model) => {
      const opening = this.openOn(model, 1);
      first ??= opening;
    });
    await first;
  }

  /** Closes the channel for good. Idempotent. */
  async close(): Promise<void> {
    this.stopListening?.();
    this.stopped.abort();
    const channel = this.channel;
    this.channel = undefined;
    this.generation += 1;
    await channel?.close().catch(() => undefined);
  }

  private async openOn(model: ChannelModel, attempt: number): Promise<void> {
    if (this.stopped.signal.aborted) {
      return;
    }
    this.generation += 1;
    const generation = this.generation;
    try {
      const channel = await this.inTime('open', () => this.purpose.open(model));
      const gone = { yet: false };
      channel.on('error', (error: Error) => this.logger.error(`The broker closed the channel ${this.purpose.name}`, { reason: error.message }));
      channel.on('close', () => {
        gone.yet = true;
        this.onChannelClosed(channel, model, generation);
      });
      await this.setUp(channel);
      if (generation !== this.generation || gone.yet) {
        await channel.close().catch(() => undefined);
        return;
      }
      this.channel = channel;
      this.purpose.onOpened?.();
    } catch (error) {
      this.logger.warn(`Could not open the channel ${this.purpose.name}`, { reason: error instanceof Error ? error.message : String(error) });
      this.reopen(model, generation, attempt + 1);
    }
  }

  private async setUp(channel: Kind): Promise<void> {
    try {
      await this.inTime('set up', async () => this.purpose.setUp?.(channel));
    } catch (error) {
      // Not awaited: a channel the broker does not answer on does not answer to this either.
      void channel.close().catch(() => undefined);
      throw error;
    }
  }

  /** A queue that has lost its leader leaves questions about it unanswered; without a limit nobody would ever hear of it. */
  private inTime<T>(what: string, work: () => Promise<T>): Promise<T> {
    return withTimeout(this.settings.clock, SETUP_TIMEOUT_MS, 'BROKER_TIMEOUT', `The broker took longer than ${SETUP_TIMEOUT_MS} ms to ${what} the channel`, work);
  }

  private onChannelClosed(channel: Kind, model: ChannelModel, generation: number): void {
    if (this.channel === channel) {
      this.channel = undefined;
    }
    this.purpose.onClosed?.(channel);
    this.reopen(model, generation, 1);
  }

  /** If the connection is gone as well this fails quietly: its successor opens a channel of a later generation. */
  private reopen(model: ChannelModel, generation: number, attempt: number): void {
    const { clock, random } = this.settings;
    void clock
      .sleep(backoffDelay(REOPEN, attempt, random()), this.stopped.signal)
      .then(() => (generation === this.generation && this.connection.connected ? this.openOn(model, attempt) : undefined))
      .catch(() => undefined);
  }
}

/** What a sender is told while there is no connection. */
export function brokerUnavailable(cause?: unknown): AppError {
  return new AppError('BROKER_UNAVAILABLE', 'The message broker is away', { retryable: true, retryAfterMs: 1_000, cause });
}
