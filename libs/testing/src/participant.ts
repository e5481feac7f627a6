import {
  type CommandDefinition,
  type Envelope,
  envelopeSchema,
  type InputOf,
  type RequestInputOf,
  type ResponseOf,
  type RpcDefinition,
} from '@capstan/contracts';
import { AppError, Deferred, systemClock, systemIds } from '@capstan/kernel';
import { type Channel, type ChannelModel, connect, type ConsumeMessage } from 'amqplib';

/** Names on the wire, written out: a participant must notice when they change. */
const COMMANDS = 'capstan.commands';
const RPC = 'capstan.rpc';

/** Another participant on the broker, speaking plain AMQP: what it sees and says is what is really on the wire. */
export class Participant {
  private readonly pending = new Map<string, Deferred<unknown>>();

  private constructor(
    private readonly model: ChannelModel,
    readonly channel: Channel,
    private readonly source: string,
  ) {}

  static async join(url: string, source: string): Promise<Participant> {
    const model = await connect(url);
    const channel = await model.createChannel();
    const participant = new Participant(model, channel, source);
    await channel.consume('amq.rabbitmq.reply-to', (message) => participant.onAnswer(message), { noAck: true });
    return participant;
  }

  leave(): Promise<void> {
    return this.model.close();
  }

  /** Hears everything an exchange carries from now on. */
  async listen(exchange: string, onMessage: (envelope: Envelope) => void): Promise<void> {
    const { queue } = await this.channel.assertQueue('', { exclusive: true, autoDelete: true });
    await this.channel.bindQueue(queue, exchange, '#');
    await this.consume(queue, onMessage);
  }

  /** Takes the messages of a queue that exists. */
  async consume(queue: string, onMessage: (envelope: Envelope, message: ConsumeMessage) => void): Promise<string> {
    const { consumerTag } = await this.channel.consume(queue, (message) => message !== null && onMessage(envelopeOf(message), message), { noAck: true });
    return consumerTag;
  }

  /** Publishes data under a type, as it is: it may well be wrong. @returns the message id */
  publish(exchange: string, type: string, data: unknown, attributes: Partial<Envelope> = {}): string {
    const envelope = { specversion: '1.0', id: systemIds.next(), source: this.source, type, time: new Date(systemClock.now()).toISOString(), ...attributes, data };
    this.channel.publish(exchange, type, Buffer.from(JSON.stringify(envelope)), { persistent: true, messageId: envelope.id, type, contentType: 'application/cloudevents+json' });
    return envelope.id;
  }

  /** Gives an order to its owner. */
  order<Definition extends CommandDefinition>(definition: Definition, data: InputOf<Definition>, attributes: Partial<Envelope> = {}): string {
    return this.publish(COMMANDS, definition.type, data, attributes);
  }

  /** Asks a question as the gateway does. @throws the AppError that was answered */
  async ask<Definition extends RpcDefinition>(definition: Definition, request: RequestInputOf<Definition>): Promise<ResponseOf<Definition>> {
    const id = systemIds.next();
    const answer = new Deferred<unknown>();
    this.pending.set(id, answer);
    const envelope = { specversion: '1.0', id, source: this.source, type: definition.type, time: new Date(systemClock.now()).toISOString(), data: request };
    this.channel.publish(RPC, definition.owner, Buffer.from(JSON.stringify(envelope)), {
      messageId: id,
      correlationId: id,
      replyTo: 'amq.rabbitmq.reply-to',
      type: definition.type,
      headers: { 'x-capstan-deadline': systemClock.now() + 10_000 },
    });
    const body = (await answer.promise) as { data?: unknown; error?: Parameters<typeof AppError.fromShape>[0] };
    if (body.error !== undefined) {
      throw AppError.fromShape(body.error);
    }
    return definition.response.parse(body.data) as ResponseOf<Definition>;
  }

  private onAnswer(message: ConsumeMessage | null): void {
    const id = String(message?.properties.correlationId);
    this.pending.get(id)?.resolve(JSON.parse(message?.content.toString() ?? 'null'));
    this.pending.delete(id);
  }
}

function envelopeOf(message: ConsumeMessage): Envelope {
  return envelopeSchema.parse(JSON.parse(message.content.toString())) as Envelope;
}
