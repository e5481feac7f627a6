import { AppError } from '@capstan/kernel';
import { Inject, Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import { type CustomTransportStrategy, type MessageHandler, Server } from '@nestjs/microservices';
import { isObservable, lastValueFrom } from 'rxjs';
import { BrokerConnection } from '../connection/broker-connection.client';
import { MESSAGING_SETTINGS, type ConsumerClass, type MessagingSettings } from '../messaging-options';
import { Consumers } from './consumers';
import type { HandlerExtras } from './decorators';
import { MessagingRuntime } from './messaging-runtime';
import { type RegisteredHandler, wiringProblems } from './wiring';

/** A Nest handler answers with a value or, behind an interceptor, with an observable. */
async function valueOf(result: unknown): Promise<unknown> {
  return isObservable(result) ? lastValueFrom(result, { defaultValue: undefined }) : result;
}

/**
 * Nest's side of the messaging layer: collects the handlers of all controllers, refuses to start when they are not those of the catalogue,
 * consumes, and drains. Use it as `app.connectMicroservice({ strategy: app.get(MessagingStrategy) })`.
 */
@Injectable()
export class MessagingStrategy extends Server implements CustomTransportStrategy, OnApplicationBootstrap {
  private readonly found: RegisteredHandler[] = [];
  private readonly foreign: string[] = [];
  private readonly waitingFor = new Set<'listen' | 'bootstrap'>(['listen', 'bootstrap']);
  private consumers: Consumers | undefined;
  private drained: Promise<void> | undefined;
  private closed: Promise<void> | undefined;
  protected override readonly logger = new Logger(MessagingStrategy.name);

  constructor(
    private readonly connection: BrokerConnection,
    private readonly runtime: MessagingRuntime,
    @Inject(MESSAGING_SETTINGS) private readonly settings: MessagingSettings,
  ) {
    super();
  }

  /** Called by Nest for each handler it finds. Replaces the base's, which chains a second handler behind the first without a word. */
  override addHandler(pattern: unknown, callback: MessageHandler, isEventHandler = false, extras: Record<string, unknown> = {}): void {
    const { capstan } = extras as unknown as Partial<HandlerExtras>;
    callback.isEventHandler = isEventHandler;
    if (capstan === undefined || capstan.definition.channel === 'progress') {
      this.foreign.push(String(pattern));
      return;
    }
    this.messageHandlers.set(String(pattern), callback);
    this.found.push({
      definition: capstan.definition,
      handler: capstan.handler,
      options: capstan.options,
      call: async (data, context) => valueOf(await callback(data, context)),
    });
  }

  /**
   * Checks the wiring and connects. Consuming begins when the application has run its hooks as well, whichever comes last: no handler is
   * called before `onModuleInit` of its module.
   * @param callback given AppError `WIRING_INCOMPLETE` listing all that is wrong, `TOPOLOGY_MISMATCH` or `BROKER_UNAVAILABLE`
   */
  listen(callback: (error?: unknown) => void): void {
    this.begin().then(
      () => callback(),
      (error: unknown) => callback(error),
    );
  }

  async onApplicationBootstrap(): Promise<void> {
    await this.consumeAfter('bootstrap');
  }

  /**
   * Stops taking, lets running handlers finish within the drain's time and hands back the rest. What sends goes on working, for those who
   * end their work after this. Idempotent.
   */
  drain(): Promise<void> {
    return (this.drained ??= this.consumers?.drain() ?? Promise.resolve());
  }

  /** {@link drain}, then sends what the outbox holds and closes the connection. Idempotent. */
  close(): Promise<void> {
    return (this.closed ??= this.end());
  }

  /** Stops taking deliveries of a class until {@link resumeConsumer}: for a worker without a free slot. Those already fetched are still handled. */
  async pauseConsumer(name: ConsumerClass): Promise<void> {
    await this.consumers?.pause(name);
  }

  /** Takes deliveries of a class again. */
  async resumeConsumer(name: ConsumerClass): Promise<void> {
    await this.consumers?.resume(name);
  }

  /** There are no events to subscribe to; part of Nest's interface. */
  on(): void {
    throw new AppError('NOT_SUPPORTED', 'The messaging strategy has no events');
  }

  /** The connection. */
  unwrap<T>(): T {
    return this.connection as T;
  }

  private async begin(): Promise<void> {
    const { catalogue, name } = this.settings;
    const problems = [...wiringProblems(catalogue, name, this.found), ...this.foreign.map((pattern) => `${pattern} was not declared by OnCommand, OnEvent, OnRpc or OnControl`)];
    if (problems.length > 0) {
      throw new AppError('WIRING_INCOMPLETE', `The handlers of ${name} do not match the catalogue:\n- ${problems.join('\n- ')}`, { details: { problems } });
    }
    await this.runtime.start();
    await this.consumeAfter('listen');
  }

  private async consumeAfter(event: 'listen' | 'bootstrap'): Promise<void> {
    this.waitingFor.delete(event);
    if (this.waitingFor.size === 0 && this.consumers === undefined && this.drained === undefined) {
      this.consumers = new Consumers(this.connection, this.settings, this.runtime, this.found);
      await this.consumers.start();
    }
  }

  private async end(): Promise<void> {
    await this.drain();
    await this.runtime.stop();
  }
}
