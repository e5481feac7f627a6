import { type CommandDefinition, envelopeSchema, type EventDefinition, sessionCommands, sessionEvents } from '@capstan/contracts';
import { EXCHANGES } from '@capstan/messaging';
import { NAMED_SCHEMAS } from '../openapi/named-schemas';
import { type JsonSchema, SchemaCollection } from '../openapi/schema-registry';

type Json = Record<string, unknown>;

const CONTENT_TYPE = 'application/cloudevents+json';

/** `capture-orchestrator.create-session.v1` → `createSession`; `session.state-changed.v1` → `sessionStateChanged`. */
function nameOf({ channel, type }: CommandDefinition | EventDefinition): string {
  const words = type.replace(/\.v\d+$/, '').split(/[.-]/);
  const own = channel === 'command' ? words.slice(2) : words;
  return own.map((word, index) => (index === 0 ? word : word.charAt(0).toUpperCase() + word.slice(1))).join('');
}

function message(definition: CommandDefinition | EventDefinition, schemas: SchemaCollection, envelope: JsonSchema): Json {
  const io = definition.channel === 'command' ? 'input' : 'output';
  return {
    name: definition.type,
    title: definition.summary,
    contentType: CONTENT_TYPE,
    correlationId: { location: '$message.payload#/correlationid', description: 'The same in a command and in every fact it leads to' },
    payload: {
      allOf: [envelope, { type: 'object', required: ['data'], properties: { type: { const: definition.type }, data: schemas.add(definition.data, io) } }],
    },
    bindings: { amqp: { contentEncoding: 'utf-8', messageType: definition.type, bindingVersion: '0.3.0' } },
  };
}

function channel(definition: CommandDefinition | EventDefinition, name: string): Json {
  const exchange = definition.channel === 'command' ? EXCHANGES.commands : EXCHANGES.events;
  return {
    address: definition.type,
    title: definition.summary,
    messages: { [name]: { $ref: `#/components/messages/${name}` } },
    bindings: { amqp: { is: 'routingKey', exchange: { name: exchange, type: 'topic', durable: true, autoDelete: false, vhost: '/' }, bindingVersion: '0.3.0' } },
  };
}

/** What the application does: it receives commands and sends facts. */
function operation(definition: CommandDefinition | EventDefinition, name: string): Json {
  const isCommand = definition.channel === 'command';
  return {
    action: isCommand ? 'receive' : 'send',
    summary: definition.summary,
    channel: { $ref: `#/channels/${name}` },
    messages: [{ $ref: `#/channels/${name}/messages/${name}` }],
    bindings: { amqp: { deliveryMode: 2, mandatory: isCommand, ack: true, bindingVersion: '0.3.0' } },
  };
}

/**
 * The AsyncAPI 3.0 document of what services inside the network may order and hear, made from the same contracts the
 * services check every message with.
 */
export function asyncApiDocument(version: string): Json {
  const schemas = new SchemaCollection({ ...NAMED_SCHEMAS, Envelope: envelopeSchema });
  const envelope = schemas.add(envelopeSchema, 'input');
  const definitions = [...Object.values(sessionCommands), ...Object.values(sessionEvents)].map((definition: CommandDefinition | EventDefinition) => [nameOf(definition), definition] as const);
  const messages = Object.fromEntries(definitions.map(([name, definition]) => [name, message(definition, schemas, envelope)]));
  return {
    asyncapi: '3.0.0',
    info: {
      title: 'Capstan',
      version,
      description: [
        'Whatever the API can start, a service inside the network can start by publishing a command. Messages are CloudEvents 1.0 in structured JSON mode, published as persistent and mandatory.',
        'A command is carried out once for each `id`. It is answered by facts with the same `correlationid` (the session id when the command carried none); one that cannot be carried out is answered by `session.rejected.v1` with the problem details the API would have answered.',
        'Each publisher has a broker user of its own, which may publish these commands on `capstan.commands`, bind `session.*` facts of `capstan.events`, and own queues named `client.<user>.*`.',
      ].join('\n\n'),
    },
    defaultContentType: CONTENT_TYPE,
    servers: {
      broker: {
        host: '{host}:{port}',
        protocol: 'amqp',
        protocolVersion: '0.9.1',
        description: 'The RabbitMQ of this deployment',
        variables: { host: { default: 'localhost' }, port: { default: '5672' } },
        security: [{ $ref: '#/components/securitySchemes/user' }],
      },
    },
    channels: Object.fromEntries(definitions.map(([name, definition]) => [name, channel(definition, name)])),
    operations: Object.fromEntries(definitions.map(([name, definition]) => [name, operation(definition, name)])),
    components: {
      messages,
      schemas: Object.fromEntries(Object.entries(schemas.components).sort(([one], [other]) => (one < other ? -1 : 1))),
      securitySchemes: { user: { type: 'userPassword', description: 'The broker user of the publisher' } },
    },
  };
}
