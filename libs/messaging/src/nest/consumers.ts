import { setMaxListeners } from 'node:events';
import { AppError, withTimeout } from '@capstan/kernel';
import { Logger } from '@nestjs/common';
import type { Channel, ConsumeMessage } from 'amqplib';
import type { BrokerConnection } from '../connection/broker-connection.client';
import { ConfirmingPublisher } from '../connection/confirming-publisher.client';
import { ControlConsumer, type ControlHandlerEntry } from '../control/control.consumer';
import { HEADERS, positiveInteger } from '../envelope/headers';
import type { ConsumerClass, MessagingSettings } from '../messaging-options';
import { compose, type Delivery, type MessageHandlerEntry, type Settlement } from '../pipeline/delivery';
import { QueueConsumer } from '../pipeline/queue.consumer';
import { SHUTTING_DOWN } from '../pipeline/settlement';
import { Settler } from '../pipeline/settler';
import { sharedInbox } from '../pipeline/shared-transaction';
import { deadline, decode, handle, inbox, settleErrors, trace, validate } from '../pipeline/steps';
import { RpcServer, type RpcHandlerEntry } from '../rpc/rpc-server';
import { declareQueue } from '../topology/assert-topology.client';
import { EXCHANGES, queueOf } from '../topology/names';
import { rpcQueue } from '../topology/topology';
import type { MessagingRuntime } from './messaging-runtime';
import type { RegisteredHandler } from './wiring';

/** Handlers that do not notice their signal get this much more before their deliveries are handed back under them. */
const ABORT_GRACE_MS = 1_000;

/** All consumers of a process, from its handlers. */
export class Consumers {
  private readonly logger = new Logger(Consumers.name);
  private readonly draining = new AbortController();
  private readonly settling: ConfirmingPublisher;
  private readonly queues = new Map<ConsumerClass, QueueConsumer>();
  private readonly control: ControlConsumer | undefined;

  constructor(
    private readonly connection: BrokerConnection,
    private readonly settings: MessagingSettings,
    private readonly runtime: MessagingRuntime,
    handlers: readonly RegisteredHandler[],
  ) {
    // Each handler at work listens; a dozen of them is no leak.
    setMaxListeners(0, this.draining.signal);
    this.settling = new ConfirmingPublisher(connection, settings, 'settling');
    const commands = messageEntries(handlers, 'command');
    const events = messageEntries(handlers, 'event');
    const rpcs = rpcEntries(handlers);
    const controls = controlEntries(handlers);
    if (commands.size > 0) {
      this.queues.set('commands', this.messageConsumer('commands', commands));
    }
    if (events.size > 0) {
      this.queues.set('events', this.messageConsumer('events', events));
    }
    if (rpcs.size > 0) {
      this.queues.set('rpc', this.rpcConsumer(rpcs));
    }
    if (controls.size > 0) {
      this.control = new ControlConsumer(connection, settings, controls);
    }
  }

  async start(): Promise<void> {
    await this.settling.start();
    await Promise.all([...this.queues.values(), ...(this.control ? [this.control] : [])].map((consumer) => consumer.start()));
  }

  async pause(name: ConsumerClass): Promise<void> {
    await this.queues.get(name)?.pause();
  }

  async resume(name: ConsumerClass): Promise<void> {
    await this.queues.get(name)?.resume();
  }

  /** Stops taking, waits for the handlers at work, interrupts those that take too long, hands back the rest. */
  async drain(): Promise<void> {
    const { clock, drainTimeoutMs } = this.settings;
    const consumers = [...this.queues.values()];
    const finished = async (): Promise<void> => {
      await Promise.all(consumers.map((consumer) => consumer.pause()));
      await Promise.all([...consumers.map((consumer) => consumer.idle()), this.control?.close()]);
    };
    try {
      await withTimeout(clock, drainTimeoutMs, SHUTTING_DOWN, 'The drain took too long', finished);
    } catch {
      this.logger.warn('Handlers are still at work at the end of the drain; their deliveries go back', {
        in_flight: consumers.reduce((sum, consumer) => sum + consumer.inFlight, 0),
      });
      this.draining.abort(new AppError(SHUTTING_DOWN, 'The service is shutting down', { retryable: true }));
      await withTimeout(clock, ABORT_GRACE_MS, SHUTTING_DOWN, 'Handlers ignored their signal', finished).catch(() => undefined);
    }
    await Promise.all([...consumers.map((consumer) => consumer.close()), this.settling.close()]);
  }

  private messageConsumer(kind: 'commands' | 'events', entries: ReadonlyMap<string, MessageHandlerEntry>): QueueConsumer {
    const { clock, eventsTogether, handlerTimeoutMs, metrics, name, prefetch } = this.settings;
    const { dataSource } = this.runtime;
    const queue = queueOf(name, kind);
    const settler = new Settler(this.settling, this.settings);
    const run = compose([
      decode,
      trace,
      settleErrors(this.logger),
      validate(entries),
      kind === 'events' && eventsTogether > 1 ? sharedInbox(dataSource, this.logger, eventsTogether) : inbox(dataSource, this.logger),
      deadline(clock, handlerTimeoutMs, this.draining.signal),
      handle,
    ]);
    return new QueueConsumer(this.connection, this.settings, { queue, prefetch: prefetch[kind] }, async (message, channel) => {
      const begun = clock.monotonic();
      const delivery: Delivery = {
        queue,
        body: message.content,
        routingKey: message.fields.routingKey,
        attempt: positiveInteger(message.properties.headers, HEADERS.attempt, 1),
      };
      const settlement = await run(delivery).catch((error: unknown): Settlement => {
        this.logger.error('The pipeline failed', error instanceof Error ? error.stack : String(error));
        return { kind: 'retry', code: 'INTERNAL_ERROR', reason: 'The pipeline failed', counts: true };
      });
      const outcome = await settler.settle(settlement, delivery, message, channel);
      metrics.handled(delivery.entry?.definition.type ?? 'unknown', outcome, (clock.monotonic() - begun) / 1_000);
    });
  }

  private rpcConsumer(entries: ReadonlyMap<string, RpcHandlerEntry>): QueueConsumer {
    const { name, prefetch } = this.settings;
    const server = new RpcServer(entries, this.settings, this.draining.signal);
    const spec = rpcQueue(name);
    const declare = async (channel: Channel): Promise<void> => {
      await declareQueue(channel, spec);
      await channel.bindQueue(spec.name, EXCHANGES.rpc, name);
    };
    return new QueueConsumer(this.connection, this.settings, { queue: spec.name, prefetch: prefetch.rpc, declare }, (message: ConsumeMessage, channel) => server.serve(message, channel));
  }
}

function messageEntries(handlers: readonly RegisteredHandler[], channel: 'command' | 'event'): Map<string, MessageHandlerEntry> {
  const entries = new Map<string, MessageHandlerEntry>();
  for (const { definition, handler, options, call } of handlers) {
    if (definition.channel === channel) {
      entries.set(definition.type, {
        definition: definition as MessageHandlerEntry['definition'],
        handler,
        timeoutMs: options.timeoutMs,
        handle: call as MessageHandlerEntry['handle'],
        answersInvalid: options.onInvalid !== undefined,
        ...(options.concerns === undefined ? {} : { concerns: options.concerns }),
      });
    }
  }
  return entries;
}

function rpcEntries(handlers: readonly RegisteredHandler[]): Map<string, RpcHandlerEntry> {
  return new Map(handlers.flatMap(({ definition, handler, call }) => (definition.channel === 'rpc' ? [[definition.type, { definition, handler, handle: call }] as const] : [])));
}

function controlEntries(handlers: readonly RegisteredHandler[]): Map<string, ControlHandlerEntry> {
  return new Map(handlers.flatMap(({ definition, handler, call }) => (definition.channel === 'control' ? [[definition.type, { definition, handler, handle: call }] as const] : [])));
}

