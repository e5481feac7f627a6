import { AppError } from '@capstan/kernel';
import type { ConfirmChannel, Message, Options } from 'amqplib';
import { HEADERS } from '../envelope/headers';
import type { MessagingSettings } from '../messaging-options';
import type { BrokerConnection } from './broker-connection.client';
import { brokerUnavailable, ManagedChannel, openConfirmChannel } from './managed-channel.client';

/** A message on its way to the broker. */
export interface Publication {
  readonly exchange: string;
  readonly routingKey: string;
  readonly body: Buffer;
  readonly id: string;
  readonly type: string;
  readonly headers?: Readonly<Record<string, unknown>>;
  readonly contentType: string;
}

/** What became of it: in a queue and on disk, or nowhere because no queue is bound. */
export type PublishResult = 'confirmed' | 'unroutable';

interface Waiting {
  returned: boolean;
  reject: (error: AppError) => void;
}

/** Publishes persistent messages and waits for the broker's word. Holds nothing back for later: without a connection it fails at once. */
export class ConfirmingPublisher {
  private readonly channel: ManagedChannel<ConfirmChannel>;
  /** By the number of the publication, because the same message may be on its way twice. */
  private readonly waiting = new Map<string, Waiting>();
  private count = 0;

  constructor(connection: BrokerConnection, settings: MessagingSettings, name: string, onOpened?: () => void) {
    this.channel = new ManagedChannel(connection, settings, {
      name,
      open: openConfirmChannel,
      setUp: async (channel) => {
        // The broker sends the return of a message before its confirmation.
        channel.on('return', (message: Message) => this.onReturn(message));
      },
      onOpened,
      onClosed: () => this.failAll(),
    });
  }

  get connected(): boolean {
    return this.channel.current !== undefined;
  }

  start(): Promise<void> {
    return this.channel.start();
  }

  close(): Promise<void> {
    return this.channel.close();
  }

  /**
   * Publishes with `mandatory`. Messages published one after another reach a queue in that order.
   * @throws AppError `BROKER_UNAVAILABLE` when there is no connection, or it ends before the confirmation: the message may have arrived;
   *   `BROKER_REFUSED` when the broker answers no
   */
  publish(message: Publication): Promise<PublishResult> {
    const channel = this.channel.current;
    if (channel === undefined) {
      return Promise.reject(brokerUnavailable());
    }
    this.count += 1;
    const number = String(this.count);
    return new Promise<PublishResult>((resolve, reject) => {
      const entry: Waiting = { returned: false, reject };
      this.waiting.set(number, entry);
      const onConfirm = (error: unknown): void => {
        this.waiting.delete(number);
        if (error !== null && error !== undefined) {
          reject(new AppError('BROKER_REFUSED', 'The broker did not take the message', { retryable: true, cause: error }));
        } else {
          resolve(entry.returned ? 'unroutable' : 'confirmed');
        }
      };
      try {
        channel.publish(message.exchange, message.routingKey, message.body, this.properties(message, number), onConfirm);
      } catch (error) {
        this.waiting.delete(number);
        reject(brokerUnavailable(error));
      }
    });
  }

  private properties(message: Publication, number: string): Options.Publish {
    return {
      persistent: true,
      mandatory: true,
      messageId: message.id,
      type: message.type,
      contentType: message.contentType,
      headers: { ...message.headers, [HEADERS.publication]: number },
    };
  }

  private onReturn(message: Message): void {
    const entry = this.waiting.get(String(message.properties.headers?.[HEADERS.publication]));
    if (entry) {
      entry.returned = true;
    }
  }

  private failAll(): void {
    for (const entry of this.waiting.values()) {
      entry.reject(brokerUnavailable());
    }
    this.waiting.clear();
  }
}
