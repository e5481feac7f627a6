import { SpanKind } from '@opentelemetry/api';
import type { ControlDefinition } from '@capstan/contracts';
import { Logger } from '@nestjs/common';
import type { ConsumeMessage } from 'amqplib';
import type { BrokerConnection } from '../connection/broker-connection.client';
import { ManagedChannel, openChannel } from '../connection/managed-channel.client';
import { decodeEnvelope } from '../envelope/decode';
import { runInMessageContext } from '../envelope/message-context';
import { inSpan } from '../envelope/trace';
import type { MessagingSettings } from '../messaging-options';
import type { ControlContext } from '../pipeline/contexts';
import { EXCHANGES } from '../topology/names';

/** A handler of hints as the consumer calls it. */
export interface ControlHandlerEntry {
  readonly definition: ControlDefinition;
  readonly handler: string;
  readonly handle: (data: unknown, context: ControlContext) => Promise<unknown>;
}

/** Hints that nobody took in time are worth nothing: the durable command says the same. */
const MAX_WAITING = 1_000;

/** Takes hints through an exclusive queue of this instance, without acknowledgement: a hint that is lost costs milliseconds, not correctness. */
export class ControlConsumer {
  private readonly logger = new Logger(ControlConsumer.name);
  private readonly channel: ManagedChannel;
  private readonly running = new Set<Promise<void>>();

  constructor(
    connection: BrokerConnection,
    private readonly settings: MessagingSettings,
    private readonly entries: ReadonlyMap<string, ControlHandlerEntry>,
  ) {
    this.channel = new ManagedChannel(connection, settings, {
      name: 'control',
      open: openChannel,
      setUp: async (channel) => {
        const queue = `${settings.name}.control.${settings.instance}.${settings.ids.next()}`;
        await channel.assertQueue(queue, {
          exclusive: true,
          durable: false,
          autoDelete: true,
          arguments: { 'x-max-length': MAX_WAITING, 'x-overflow': 'drop-head' },
        });
        await channel.bindQueue(queue, EXCHANGES.control, '');
        await channel.consume(queue, (message) => this.take(message), { noAck: true });
      },
    });
  }

  start(): Promise<void> {
    return this.channel.start();
  }

  /** Stops taking and waits for the handlers at work. */
  async close(): Promise<void> {
    await this.channel.close();
    await Promise.all(this.running);
  }

  private take(message: ConsumeMessage | null): void {
    if (message === null) {
      void this.channel.current?.close().catch(() => undefined);
      return;
    }
    const work = this.handle(message).finally(() => this.running.delete(work));
    this.running.add(work);
  }

  private async handle(message: ConsumeMessage): Promise<void> {
    const decoded = decodeEnvelope(message.content);
    const entry = decoded.kind === 'envelope' ? this.entries.get(decoded.envelope.type) : undefined;
    if (decoded.kind === 'undecodable' || entry === undefined) {
      // An instance of a newer version may hint at something this one does not know yet.
      return;
    }
    const { envelope } = decoded;
    const { clock, metrics } = this.settings;
    const begun = clock.monotonic();
    const parsed = entry.definition.data.safeParse(envelope.data);
    try {
      if (parsed.success) {
        await runInMessageContext({ correlationId: envelope.correlationid, causationId: envelope.id, traceparent: envelope.traceparent }, () =>
          inSpan(`${envelope.type} process`, { kind: SpanKind.CONSUMER, traceparent: envelope.traceparent }, () => entry.handle(parsed.data, { envelope })),
        );
      }
      metrics.handled(envelope.type, parsed.success ? 'ok' : 'error', (clock.monotonic() - begun) / 1_000);
    } catch (error) {
      this.logger.error(`${entry.handler} failed`, error instanceof Error ? error.stack : String(error));
      metrics.handled(envelope.type, 'error', (clock.monotonic() - begun) / 1_000);
    }
  }
}
