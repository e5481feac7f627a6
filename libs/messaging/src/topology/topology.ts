import type { ServiceName } from '@capstan/contracts';
import type { MessagingCatalogue } from '../messaging-catalogue';
import { EXCHANGES, queueOf, RETRY_TIERS, UNROUTABLE_QUEUE } from './names';

/**
 * The whole topology as data. Only what works from RabbitMQ 3.10 to 4.3 is used: durable quorum queues or exclusive ones,
 * explicit delivery limits, no priorities, no plugins.
 */
export interface Topology {
  readonly exchanges: readonly ExchangeSpec[];
  readonly queues: readonly QueueSpec[];
  readonly bindings: readonly BindingSpec[];
}

/** A durable exchange. */
export interface ExchangeSpec {
  readonly name: string;
  readonly type: 'direct' | 'topic' | 'fanout';
  /** Receives what no binding takes. */
  readonly alternate?: string;
}

/** A durable queue. */
export interface QueueSpec {
  readonly name: string;
  readonly arguments: Readonly<Record<string, string | number>>;
}

/** A binding of a queue to an exchange. */
export interface BindingSpec {
  readonly exchange: string;
  readonly queue: string;
  readonly key: string;
}

/**
 * Deliveries of one message before the broker itself parks it: the net under a handler that kills its process each time.
 * What a handler reports as failed does not count here, it travels through the retry tiers as a new message.
 */
export const DELIVERY_LIMIT = 10;

/** Browsing the parking queue is a delivery and a return each time; the limit of RabbitMQ 4 (20 by default) would drop what an operator looks at. */
const NO_DELIVERY_LIMIT = 1_000_000_000;

/** A queue of questions vanishes this long after its last consumer, so that a service that is away is `SERVICE_UNAVAILABLE` at once instead of a timeout. */
export const RPC_QUEUE_EXPIRES_MS = 15_000;

function work(service: ServiceName, kind: 'commands' | 'events'): QueueSpec {
  return {
    name: queueOf(service, kind),
    arguments: {
      'x-queue-type': 'quorum',
      'x-delivery-limit': DELIVERY_LIMIT,
      'x-dead-letter-exchange': EXCHANGES.parking,
      'x-dead-letter-routing-key': queueOf(service, 'parking'),
      'x-dead-letter-strategy': 'at-least-once',
      // At-least-once dead-lettering demands it.
      'x-overflow': 'reject-publish',
    },
  };
}

function parking(service: ServiceName): QueueSpec {
  return { name: queueOf(service, 'parking'), arguments: { 'x-queue-type': 'quorum', 'x-delivery-limit': NO_DELIVERY_LIMIT } };
}

function retryQueue({ name, delayMs }: (typeof RETRY_TIERS)[number]): QueueSpec {
  return {
    name,
    arguments: {
      'x-queue-type': 'quorum',
      'x-message-ttl': delayMs,
      // The default exchange and no dead-letter key: the message keeps its routing key, which is the name of the queue it came from.
      'x-dead-letter-exchange': '',
      'x-dead-letter-strategy': 'at-least-once',
      'x-overflow': 'reject-publish',
    },
  };
}

/** The queue of questions to a service. Declared by the service itself when it begins to answer, see {@link RPC_QUEUE_EXPIRES_MS}. */
export function rpcQueue(service: ServiceName): QueueSpec {
  return { name: queueOf(service, 'rpc'), arguments: { 'x-queue-type': 'classic', 'x-expires': RPC_QUEUE_EXPIRES_MS } };
}

/**
 * The durable topology of the whole platform, which every service asserts at boot: an order to a service that has never run
 * yet finds its queue and waits there.
 */
export function deriveTopology(catalogue: MessagingCatalogue): Topology {
  const subscribers = catalogue.services.filter((service) => (catalogue.subscriptions[service]?.length ?? 0) > 0);
  const owners = catalogue.services.filter((service) => catalogue.commands.some(({ owner }) => owner === service));
  return {
    exchanges: [
      { name: EXCHANGES.unroutable, type: 'fanout' },
      { name: EXCHANGES.rpc, type: 'direct' },
      { name: EXCHANGES.commands, type: 'topic', alternate: EXCHANGES.unroutable },
      { name: EXCHANGES.events, type: 'topic' },
      { name: EXCHANGES.progress, type: 'topic' },
      { name: EXCHANGES.control, type: 'fanout' },
      { name: EXCHANGES.parking, type: 'direct' },
      ...RETRY_TIERS.map(({ name }): ExchangeSpec => ({ name, type: 'fanout' })),
    ],
    queues: [
      { name: UNROUTABLE_QUEUE, arguments: { 'x-queue-type': 'quorum', 'x-delivery-limit': NO_DELIVERY_LIMIT } },
      ...RETRY_TIERS.map(retryQueue),
      ...catalogue.services.map(parking),
      ...owners.map((service) => work(service, 'commands')),
      ...subscribers.map((service) => work(service, 'events')),
    ],
    bindings: [
      { exchange: EXCHANGES.unroutable, queue: UNROUTABLE_QUEUE, key: '' },
      ...RETRY_TIERS.map(({ name }) => ({ exchange: name, queue: name, key: '' })),
      ...catalogue.services.map((service) => ({ exchange: EXCHANGES.parking, queue: queueOf(service, 'parking'), key: queueOf(service, 'parking') })),
      ...owners.map((service) => ({ exchange: EXCHANGES.commands, queue: queueOf(service, 'commands'), key: `${service}.#` })),
      ...subscribers.flatMap((service) =>
        (catalogue.subscriptions[service] ?? []).map((type) => ({ exchange: EXCHANGES.events, queue: queueOf(service, 'events'), key: type })),
      ),
    ],
  };
}

/**
 * Whether the broker must find a queue for a message. A fact no service stores is told to whoever listens now, which may be nobody;
 * everything else that finds no queue is a fault.
 */
export function mustBeRouted(catalogue: MessagingCatalogue, channel: 'command' | 'event' | 'control', type: string): boolean {
  switch (channel) {
    case 'command':
      return true;
    case 'control':
      return false;
    case 'event':
      return Object.values(catalogue.subscriptions).some((types) => types.includes(type));
  }
}
