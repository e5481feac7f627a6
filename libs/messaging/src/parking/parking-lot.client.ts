import { type Envelope, type ServiceName } from '@capstan/contracts';
import { AppError } from '@capstan/kernel';
import { type ChannelModel, type ConfirmChannel, connect, type GetMessage, type Message } from 'amqplib';
import { decodeEnvelope } from '../envelope/decode';
import { HEADERS } from '../envelope/headers';
import { queueOf } from '../topology/names';
import { type ParkedEvidence, readEvidence } from './evidence';

/** A parked message as an operator sees it. */
export interface ParkedMessage extends ParkedEvidence {
  /** Of the envelope; of the AMQP message when the body is none; else null. */
  readonly id: string | null;
  readonly type: string | null;
  readonly correlationId: string | null;
  readonly bytes: number;
}

/** Which parked messages an order means. */
export interface ParkedSelection {
  /** Only these message ids. */
  readonly ids?: readonly string[];
  /** No more than this many. */
  readonly limit?: number;
}

/** The parking queue of one service, for operators. Messages it looks at are held until {@link close} and then lie where they lay. */
export class ParkingLot {
  private readonly returned = new Set<string>();

  private constructor(
    private readonly model: ChannelModel,
    private readonly channel: ConfirmChannel,
    private readonly queue: string,
  ) {}

  /** @param url of a user who may read the queue and publish to the default exchange */
  static async open(url: string, service: ServiceName): Promise<ParkingLot> {
    const model = await connect(url, { timeout: 10_000 });
    model.on('error', () => undefined);
    const channel = await model.createConfirmChannel();
    channel.on('error', () => undefined);
    const lot = new ParkingLot(model, channel, queueOf(service, 'parking'));
    channel.on('return', (message: Message) => lot.returned.add(publicationOf(message)));
    return lot;
  }

  async close(): Promise<void> {
    // Ending the channel gives back what was taken and not settled.
    await this.model.close();
  }

  /** Oldest first. */
  async list(selection: ParkedSelection = {}): Promise<ParkedMessage[]> {
    return (await this.take(selection)).map(describeParked);
  }

  /** One message with its body; the body as text when it is no envelope. @throws AppError `NOT_PARKED` */
  async show(id: string): Promise<ParkedMessage & { headers: Record<string, unknown>; body: Envelope | string }> {
    const [message] = await this.take({ ids: [id] });
    if (message === undefined) {
      throw new AppError('NOT_PARKED', `No message ${id} is in ${this.queue}`);
    }
    const decoded = decodeEnvelope(message.content);
    return {
      ...describeParked(message),
      headers: { ...message.properties.headers },
      body: decoded.kind === 'envelope' ? decoded.envelope : message.content.toString('utf8'),
    };
  }

  /**
   * Sends messages back to the queues they came from, as first attempts under their old ids: what took effect before is recognised.
   * Each leaves parking only after the broker has confirmed its copy.
   * @returns the messages sent, and those that stay because nobody knows where they came from or their queue is gone
   */
  async redrive(selection: ParkedSelection = {}): Promise<{ sent: ParkedMessage[]; kept: ParkedMessage[] }> {
    const sent: ParkedMessage[] = [];
    const kept: ParkedMessage[] = [];
    for (const message of await this.take(selection)) {
      const parked = describeParked(message);
      if (parked.queue !== null && (await this.republish(message, parked.queue, parked.redriven + 1))) {
        this.channel.ack(message);
        sent.push(parked);
      } else {
        kept.push(parked);
      }
    }
    await this.flush();
    return { sent, kept };
  }

  /** Deletes messages for good. @returns what was deleted */
  async purge(selection: ParkedSelection = {}): Promise<ParkedMessage[]> {
    const messages = await this.take(selection);
    for (const message of messages) {
      this.channel.ack(message);
    }
    await this.flush();
    return messages.map(describeParked);
  }

  /** Looks at each message that is there now, once, and keeps those that are meant. */
  private async take({ ids, limit = Infinity }: ParkedSelection): Promise<GetMessage[]> {
    const { messageCount } = await this.channel.checkQueue(this.queue);
    const chosen: GetMessage[] = [];
    for (let seen = 0; seen < messageCount && chosen.length < limit && chosen.length < (ids?.length ?? Infinity); seen += 1) {
      const message = await this.channel.get(this.queue);
      if (message === false) {
        break;
      }
      if (ids === undefined || ids.includes(describeParked(message).id ?? '')) {
        chosen.push(message);
      }
    }
    return chosen;
  }

  private async republish(message: GetMessage, queue: string, redriven: number): Promise<boolean> {
    const publication = String(message.fields.deliveryTag);
    this.channel.publish('', queue, message.content, {
      persistent: true,
      mandatory: true,
      messageId: message.properties.messageId as string | undefined,
      type: message.properties.type as string | undefined,
      contentType: message.properties.contentType as string | undefined,
      headers: { [HEADERS.redriven]: redriven, [HEADERS.publication]: publication },
    });
    await this.channel.waitForConfirms();
    return !this.returned.has(publication);
  }

  /** A question with an answer: when it has come, the broker has seen the acknowledgements before it. */
  private async flush(): Promise<void> {
    await this.channel.checkQueue(this.queue);
  }
}

function publicationOf(message: Message): string {
  return String(message.properties.headers?.[HEADERS.publication]);
}

function describeParked(message: GetMessage): ParkedMessage {
  const decoded = decodeEnvelope(message.content);
  const envelope = decoded.kind === 'envelope' ? decoded.envelope : undefined;
  const text = (value: unknown): string | null => (typeof value === 'string' && value !== '' ? value : null);
  return {
    ...readEvidence(message.properties.headers),
    id: envelope?.id ?? text(message.properties.messageId),
    type: envelope?.type ?? text(message.properties.type),
    correlationId: envelope?.correlationid ?? null,
    bytes: message.content.length,
  };
}
