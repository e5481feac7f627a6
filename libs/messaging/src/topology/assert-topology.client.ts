import { AppError } from '@capstan/kernel';
import type { Channel, ChannelModel } from 'amqplib';
import type { ExchangeSpec, QueueSpec, Topology } from './topology';

/** RabbitMQ's reply code for something that exists with other properties (AMQP 0-9-1, `precondition-failed`). */
const PRECONDITION_FAILED = 406;

/** A mismatch closes the channel it shows on: this one opens another for the rest. */
class DisposableChannel {
  private channel: Channel | undefined;

  constructor(private readonly model: ChannelModel) {}

  /** @returns false when what exists has other properties */
  async declare(work: (channel: Channel) => Promise<unknown>): Promise<boolean> {
    const channel = (this.channel ??= await this.open());
    try {
      await work(channel);
      return true;
    } catch (error) {
      this.channel = undefined;
      if ((error as { code?: unknown }).code === PRECONDITION_FAILED) {
        return false;
      }
      throw error;
    }
  }

  async close(): Promise<void> {
    await this.channel?.close();
  }

  private async open(): Promise<Channel> {
    const channel = await this.model.createChannel();
    // The rejected promise of the declaration tells the same.
    channel.on('error', () => undefined);
    return channel;
  }
}

function declareExchange(channel: Channel, { name, type, alternate }: ExchangeSpec): Promise<unknown> {
  return channel.assertExchange(name, type, { durable: true, ...(alternate === undefined ? {} : { alternateExchange: alternate }) });
}

/** Declares a durable queue. */
export function declareQueue(channel: Channel, queue: QueueSpec): Promise<unknown> {
  return channel.assertQueue(queue.name, { durable: true, arguments: queue.arguments });
}

/**
 * Declares what is missing and checks what is there.
 * @throws AppError `TOPOLOGY_MISMATCH`, not retryable, naming all that exists with other properties: an operator has to empty and delete it
 */
export async function assertTopology(model: ChannelModel, topology: Topology): Promise<void> {
  const channel = new DisposableChannel(model);
  const different: string[] = [];
  for (const exchange of topology.exchanges) {
    if (!(await channel.declare((open) => declareExchange(open, exchange)))) {
      different.push(`exchange ${exchange.name}`);
    }
  }
  for (const queue of topology.queues) {
    if (!(await channel.declare((open) => declareQueue(open, queue)))) {
      different.push(`queue ${queue.name}`);
    }
  }
  if (different.length > 0) {
    await channel.close();
    throw new AppError('TOPOLOGY_MISMATCH', `The broker has these with other properties than this version needs: ${different.join(', ')}`, { details: { different } });
  }
  await channel.declare(async (open) => {
    await Promise.all(topology.bindings.map(({ exchange, queue, key }) => open.bindQueue(queue, exchange, key)));
  });
  await channel.close();
}
