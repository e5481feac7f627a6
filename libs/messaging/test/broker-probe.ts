import { type Channel, type ChannelModel, connect, type ConfirmChannel } from 'amqplib';
import type { Envelope } from '@capstan/contracts';
import { systemClock, systemIds } from '@capstan/kernel';

/** A client beside the services: publishes as an outsider would, and looks into queues. */
export class BrokerProbe {
  private constructor(
    private readonly model: ChannelModel,
    private readonly channel: ConfirmChannel,
    readonly plain: Channel,
  ) {}

  static async open(url: string): Promise<BrokerProbe> {
    const model = await connect(url);
    model.on('error', () => undefined);
    return new BrokerProbe(model, await model.createConfirmChannel(), await model.createChannel());
  }

  envelope(type: string, data: unknown): Envelope {
    return {
      specversion: '1.0',
      id: systemIds.next(),
      source: 'probe',
      type,
      time: new Date(systemClock.now()).toISOString(),
      datacontenttype: 'application/json',
      data,
    };
  }

  body(envelope: Envelope): Buffer {
    return Buffer.from(JSON.stringify(envelope));
  }

  /** Publishes a command as an outside publisher does. */
  command(envelope: Envelope, headers: Record<string, unknown> = {}): Promise<void> {
    return this.raw('capstan.commands', envelope.type, this.body(envelope), headers);
  }

  async raw(exchange: string, routingKey: string, body: Buffer, headers: Record<string, unknown> = {}): Promise<void> {
    this.channel.publish(exchange, routingKey, body, { persistent: true, headers });
    await this.channel.waitForConfirms();
  }

  /** Messages ready in a queue. */
  async count(queue: string): Promise<number> {
    return (await this.plain.checkQueue(queue)).messageCount;
  }

  async takeAll(queue: string): Promise<{ headers: Record<string, unknown>; body: string; messageId: unknown }[]> {
    const taken = [];
    for (let message = await this.plain.get(queue, { noAck: true }); message !== false; message = await this.plain.get(queue, { noAck: true })) {
      taken.push({ headers: message.properties.headers ?? {}, body: message.content.toString('utf8'), messageId: message.properties.messageId as unknown });
    }
    return taken;
  }

  async bind(queue: string, exchange: string, key: string): Promise<void> {
    await this.plain.bindQueue(queue, exchange, key);
  }

  async unbind(queue: string, exchange: string, key: string): Promise<void> {
    await this.plain.unbindQueue(queue, exchange, key);
  }

  async close(): Promise<void> {
    await this.model.close().catch(() => undefined);
  }
}
