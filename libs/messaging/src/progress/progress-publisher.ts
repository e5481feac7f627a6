import type { InputOf, ProgressDefinition } from '@capstan/contracts';
import { Inject, Injectable, Logger } from '@nestjs/common';
import { BrokerConnection } from '../connection/broker-connection.client';
import { ManagedChannel, openChannel } from '../connection/managed-channel.client';
import { CONTENT_TYPE, encodeEnvelope, makeEnvelope, parseOutgoing } from '../envelope/encode';
import { MESSAGING_SETTINGS, type MessagingSettings } from '../messaging-options';
import { EXCHANGES, instanceKey, progressKey } from '../topology/names';
import { Coalescer } from './coalescer';

/** Least distance between two messages of one target: four a second. */
export const PROGRESS_INTERVAL_MS = 250;

/** What live numbers are about. */
export interface ProgressSubject {
  readonly sessionId: string;
  readonly targetId: string;
}

interface Sample {
  readonly definition: ProgressDefinition;
  readonly subject: ProgressSubject;
  readonly data: unknown;
}

/** Sends live numbers that may be lost. Call it as often as there is news: at most four a second per target leave, the last one always. */
@Injectable()
export class ProgressPublisher {
  private readonly logger = new Logger(ProgressPublisher.name);
  private readonly coalescer = new Coalescer<Sample>(PROGRESS_INTERVAL_MS);
  private readonly channel: ManagedChannel;
  private readonly stopped = new AbortController();
  private ticking = false;

  constructor(
    connection: BrokerConnection,
    @Inject(MESSAGING_SETTINGS) private readonly settings: MessagingSettings,
  ) {
    this.channel = new ManagedChannel(connection, settings, { name: 'progress', open: openChannel });
  }

  start(): Promise<void> {
    return this.channel.start();
  }

  /** Sends what still waits and closes. */
  async close(): Promise<void> {
    this.stopped.abort();
    for (const sample of this.coalescer.takeAll()) {
      this.send(sample);
    }
    await this.channel.close();
  }

  /** Never throws and never waits. While the broker is away, values are dropped. */
  publish<Definition extends ProgressDefinition>(definition: Definition, subject: ProgressSubject, data: InputOf<Definition>): void {
    const sample: Sample = { definition, subject, data };
    if (!definition.coalesce) {
      this.send(sample);
      return;
    }
    if (this.coalescer.offer(`${definition.type} ${subject.sessionId} ${subject.targetId}`, sample, this.settings.clock.monotonic())) {
      this.send(sample);
    }
    void this.tick();
  }

  /** Runs while a key is remembered, and ends by itself when all have fallen silent. */
  private async tick(): Promise<void> {
    if (this.ticking) {
      return;
    }
    this.ticking = true;
    const { clock } = this.settings;
    for (let at = this.coalescer.nextDueAt(); at !== undefined && !this.stopped.signal.aborted; at = this.coalescer.nextDueAt()) {
      await clock.sleep(Math.max(1, at - clock.monotonic()), this.stopped.signal).catch(() => undefined);
      for (const sample of this.stopped.signal.aborted ? [] : this.coalescer.takeDue(clock.monotonic())) {
        this.send(sample);
      }
    }
    this.ticking = false;
  }

  /** Tells every gateway something about this process. Never throws and never waits. */
  announce<Definition extends ProgressDefinition>(definition: Definition, data: InputOf<Definition>): void {
    const { name, instance } = this.settings;
    this.post(definition, instanceKey(name), { subject: instance }, data);
  }

  private send({ definition, subject, data }: Sample): void {
    this.post(definition, progressKey(subject.sessionId, subject.targetId), { subject: subject.targetId, correlationId: subject.sessionId }, data);
  }

  private post(definition: ProgressDefinition, routingKey: string, about: { subject: string; correlationId?: string }, data: unknown): void {
    const channel = this.channel.current;
    if (channel === undefined) {
      return;
    }
    const { clock, ids, name } = this.settings;
    try {
      const envelope = makeEnvelope(
        { id: ids.next(), source: `capstan/${name}`, type: definition.type, time: clock.now(), ...about },
        parseOutgoing(definition.type, definition.data, data),
      );
      channel.publish(EXCHANGES.progress, routingKey, encodeEnvelope(envelope), {
        persistent: false,
        type: definition.type,
        contentType: CONTENT_TYPE,
      });
      this.settings.metrics.published(definition.type);
    } catch (error) {
      this.logger.warn('Live numbers were dropped', { type: definition.type, reason: error instanceof Error ? error.message : String(error) });
    }
  }
}
