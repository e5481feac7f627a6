import { SpanKind } from '@opentelemetry/api';
import type { RequestInputOf, ResponseOf, RpcDefinition } from '@capstan/contracts';
import { AppError } from '@capstan/kernel';
import { Inject, Injectable } from '@nestjs/common';
import type { Channel, ConsumeMessage, Message } from 'amqplib';
import { BrokerConnection } from '../connection/broker-connection.client';
import { ManagedChannel, openChannel } from '../connection/managed-channel.client';
import { CONTENT_TYPE, encodeEnvelope, makeEnvelope, parseOutgoing } from '../envelope/encode';
import { HEADERS } from '../envelope/headers';
import { messageContext } from '../envelope/message-context';
import { currentTraceparent, inSpan } from '../envelope/trace';
import { MESSAGING_SETTINGS, type MessagingSettings } from '../messaging-options';
import { DIRECT_REPLY_TO, EXCHANGES } from '../topology/names';
import { decodeAnswer } from './rpc-message';

/** Options of {@link RpcClient.call}. */
export interface RpcOptions {
  /** Milliseconds to wait. Default: the definition's. */
  timeoutMs?: number;
  /** Ends the waiting; the question may still be answered, to nobody. */
  signal?: AbortSignal;
}

interface Pending {
  resolve: (data: unknown) => void;
  reject: (error: unknown) => void;
}

function unavailable(owner: string): AppError {
  return new AppError('SERVICE_UNAVAILABLE', `${owner} is away`, { retryable: true, retryAfterMs: 1_000, details: { service: owner } });
}

/** Asks other services. Any number of questions may be on their way at once: all share one channel. */
@Injectable()
export class RpcClient {
  private readonly channel: ManagedChannel<Channel>;
  private readonly pending = new Map<string, Pending>();

  constructor(
    connection: BrokerConnection,
    @Inject(MESSAGING_SETTINGS) private readonly settings: MessagingSettings,
  ) {
    this.channel = new ManagedChannel(connection, settings, {
      name: 'rpc-client',
      open: openChannel,
      setUp: async (channel) => {
        channel.on('return', (message: Message) => this.settle(message, (pending) => pending.reject(unavailable(message.fields.routingKey))));
        await channel.consume(DIRECT_REPLY_TO, (message) => this.onAnswer(message), { noAck: true });
      },
      // Answers come on the channel that asked: those are lost.
      onClosed: () => this.failAll(),
    });
  }

  start(): Promise<void> {
    return this.channel.start();
  }

  async close(): Promise<void> {
    await this.channel.close();
    this.failAll();
  }

  /**
   * Asks and waits for the answer.
   * @throws the AppError the owner threw, as it left it; AppError `SERVICE_UNAVAILABLE` (retryable) at once when no instance of the owner
   *   listens or the broker is away, and when the broker goes while waiting; `RPC_TIMEOUT` (retryable); `VALIDATION_FAILED` when `request` does not match
   *   the schema; the signal's reason when it aborts.
   */
  call<Definition extends RpcDefinition>(definition: Definition, request: RequestInputOf<Definition>, options: RpcOptions = {}): Promise<ResponseOf<Definition>> {
    return inSpan(`${definition.type} call`, { kind: SpanKind.CLIENT, attributes: { 'messaging.system': 'rabbitmq' } }, async () => {
      const begun = this.settings.clock.monotonic();
      let code = 'ok';
      try {
        const answer = await this.ask(definition, parseOutgoing(definition.type, definition.request, request), options);
        const parsed = definition.response.safeParse(answer);
        if (!parsed.success) {
          throw new AppError('RPC_ANSWER_INVALID', `The answer to ${definition.type} is not what was agreed`, {
            details: { paths: parsed.error.issues.slice(0, 10).map((issue) => issue.path.join('.')) },
          });
        }
        return parsed.data as ResponseOf<Definition>;
      } catch (error) {
        code = AppError.from(error).code;
        throw error;
      } finally {
        this.settings.metrics.rpcCalled(definition.type, code, (this.settings.clock.monotonic() - begun) / 1_000);
      }
    });
  }

  private ask(definition: RpcDefinition, data: unknown, options: RpcOptions): Promise<unknown> {
    const { clock, ids, name } = this.settings;
    const timeoutMs = options.timeoutMs ?? definition.timeoutMs;
    const { correlationId, causationId } = messageContext();
    const id = ids.next();
    const body = encodeEnvelope(
      makeEnvelope({ id, source: `capstan/${name}`, type: definition.type, time: clock.now(), correlationId, causationId, traceparent: currentTraceparent() }, data),
    );
    return new Promise((resolve, reject) => {
      const over = new AbortController();
      const onAbort = (): void => finish(() => reject(options.signal?.reason as Error));
      const finish = (settle: () => void): void => {
        this.pending.delete(id);
        over.abort();
        options.signal?.removeEventListener('abort', onAbort);
        settle();
      };
      if (options.signal?.aborted === true) {
        reject(options.signal.reason as Error);
        return;
      }
      const channel = this.channel.current;
      if (channel === undefined) {
        reject(unavailable(definition.owner));
        return;
      }
      this.pending.set(id, { resolve: (answer) => finish(() => resolve(answer)), reject: (error) => finish(() => reject(error)) });
      options.signal?.addEventListener('abort', onAbort, { once: true });
      clock.sleep(timeoutMs, over.signal).then(
        () => finish(() => reject(new AppError('RPC_TIMEOUT', `${definition.owner} did not answer within ${timeoutMs} ms`, { retryable: true, details: { service: definition.owner } }))),
        () => undefined,
      );
      try {
        channel.publish(EXCHANGES.rpc, definition.owner, body, {
          mandatory: true,
          persistent: false,
          messageId: id,
          correlationId: id,
          replyTo: DIRECT_REPLY_TO,
          type: definition.type,
          contentType: CONTENT_TYPE,
          expiration: String(Math.ceil(timeoutMs)),
          headers: { [HEADERS.deadline]: clock.now() + timeoutMs },
        });
        this.settings.metrics.published(definition.type);
      } catch {
        finish(() => reject(unavailable(definition.owner)));
      }
    });
  }

  private onAnswer(message: ConsumeMessage | null): void {
    if (message === null) {
      // The broker ended the consumer; nothing more would ever come on this channel.
      void this.channel.current?.close().catch(() => undefined);
      return;
    }
    this.settle(message, (pending) => {
      try {
        pending.resolve(decodeAnswer(message.content));
      } catch (error) {
        pending.reject(error);
      }
    });
  }

  /** An answer nobody waits for any more is dropped. */
  private settle(message: Message, work: (pending: Pending) => void): void {
    const pending = this.pending.get(String(message.properties.correlationId));
    if (pending) {
      work(pending);
    }
  }

  private failAll(): void {
    for (const pending of [...this.pending.values()]) {
      pending.reject(new AppError('SERVICE_UNAVAILABLE', 'The message broker went away before the answer came', { retryable: true, retryAfterMs: 1_000 }));
    }
  }
}
