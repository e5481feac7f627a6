import { type ServiceName, sessionCommands } from '@capstan/contracts';
import { type MessagingCatalogue, platformCatalogue } from '../messaging-catalogue';
import { DIRECT_REPLY_TO, EXCHANGES, queueOf } from './names';
import { deriveTopology } from './topology';

/** What a broker user may do: regular expressions over names, as `rabbitmqctl set_permissions` takes them. */
export interface BrokerPermission {
  readonly configure: string;
  readonly write: string;
  readonly read: string;
}

/** What a broker user may publish to, and bind from, a topic exchange: regular expressions over routing keys, as `rabbitmqctl set_topic_permissions` takes them. */
export interface BrokerTopicPermission {
  readonly exchange: string;
  readonly write: string;
  readonly read: string;
}

/** Everything a broker user may do in the virtual host. */
export interface BrokerAccess {
  readonly permissions: BrokerPermission[];
  readonly topicPermissions: BrokerTopicPermission[];
}

const NOTHING = '^$';
const REPLY_TO = `${DIRECT_REPLY_TO.replaceAll('.', '\\.')}.*`;

function quote(name: string): string {
  return name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

function anyOf(names: readonly string[], patterns: readonly string[] = []): string {
  return `^(${[...names.map(quote), ...patterns].join('|')})$`;
}

function unique(names: readonly string[]): string[] {
  return [...new Set(names)];
}

/** Pattern of the exclusive queues of a service's instances. */
function exclusiveQueues(service: ServiceName): string {
  return `${quote(service)}\\.(live|control)\\..+`;
}

/**
 * The rights of a service. It may assert the whole durable topology, publish on every exchange, and consume its own queues. It cannot
 * touch what other services park, nor the exclusive queues of their instances.
 *
 * It could read the queues of work of others: RabbitMQ demands read on every queue one declares with a dead-letter exchange
 * (docs of access control, `queue.declare` with `x-dead-letter-exchange`). Nothing secret is in them, see rule 9 of the messaging page.
 */
export function servicePermissions(service: ServiceName, catalogue: MessagingCatalogue = platformCatalogue): BrokerAccess {
  const { exchanges, queues } = deriveTopology(catalogue);
  const names = unique([...exchanges.map(({ name }) => name), ...queues.map(({ name }) => name), queueOf(service, 'rpc')]);
  const deadLettering = queues.filter((queue) => 'x-dead-letter-exchange' in queue.arguments).map(({ name }) => name);
  const own = (['commands', 'events', 'rpc', 'parking'] as const).map((kind) => queueOf(service, kind));
  return {
    permissions: [
      {
        configure: anyOf(names, [exclusiveQueues(service)]),
        // Answers to questions go through the default exchange, to the asker's pseudo-queue.
        write: anyOf([...names, 'amq.default'], [exclusiveQueues(service), REPLY_TO]),
        // A binding needs read on the exchange.
        read: anyOf(unique([...exchanges.map(({ name }) => name), ...own, ...deadLettering]), [exclusiveQueues(service), REPLY_TO]),
      },
    ],
    topicPermissions: [],
  };
}

/** Names of the queues an outside publisher may make for itself: `client.<name>.*`. */
export function publisherQueuePrefix(name: string): string {
  return `client.${name}.`;
}

/**
 * The rights of an outside publisher: the four session commands on `capstan.commands`, and reading `session.*` facts through queues
 * of its own named `client.<name>.*`. It can read no service's queue, publish no fact, and not reach a worker.
 * @param name of the broker user: lower-case letters, digits and hyphens
 */
export function publisherPermissions(name: string): BrokerAccess {
  const ownQueues = `${quote(publisherQueuePrefix(name))}.+`;
  return {
    permissions: [
      {
        configure: anyOf([], [ownQueues]),
        // A binding needs write on the queue.
        write: anyOf([EXCHANGES.commands], [ownQueues]),
        read: anyOf([EXCHANGES.events], [ownQueues]),
      },
    ],
    topicPermissions: [
      { exchange: EXCHANGES.commands, write: anyOf(Object.values(sessionCommands).map(({ type }) => type)), read: NOTHING },
      // Checked against the binding key, so `#` is refused and `session.#` is not.
      { exchange: EXCHANGES.events, write: NOTHING, read: '^session\\..+$' },
    ],
  };
}

