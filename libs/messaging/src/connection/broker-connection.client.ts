import { AppError, backoffDelay, type BackoffPolicy, Deferred, withTimeout } from '@capstan/kernel';
import { Inject, Injectable, Logger } from '@nestjs/common';
import { type ChannelModel, connect, type RecoveringChannelModel } from 'amqplib';
import { MESSAGING_SETTINGS, type MessagingSettings } from '../messaging-options';
import { assertTopology } from '../topology/assert-topology.client';
import { deriveTopology } from '../topology/topology';

const RECONNECT: BackoffPolicy = { initialMs: 100, maxMs: 5_000 };
/** Seconds. A peer that vanished without a word is noticed after two of them. */
const HEARTBEAT_SEC = 10;
const HANDSHAKE_TIMEOUT_MS = 10_000;

/** Called with every new connection, after the topology has been asserted on it. */
export type ConnectionListener = (model: ChannelModel) => void;

/** Adds what the URL leaves open; the URL wins. */
export function withHeartbeat(url: string): string {
  const parsed = new URL(url);
  if (!parsed.searchParams.has('heartbeat')) {
    parsed.searchParams.set('heartbeat', String(HEARTBEAT_SEC));
  }
  return parsed.toString();
}

/**
 * The one connection of a process. It comes back by itself with growing pauses for as long as it takes, and asserts the topology anew
 * each time, because the broker may have come back empty.
 */
@Injectable()
export class BrokerConnection {
  private readonly logger = new Logger(BrokerConnection.name);
  private readonly listeners = new Set<ConnectionListener>();
  private recovering: RecoveringChannelModel | undefined;
  private model: ChannelModel | undefined;
  private starting: Promise<void> | undefined;
  private closing = false;

  constructor(@Inject(MESSAGING_SETTINGS) private readonly settings: MessagingSettings) {}

  /** Whether the broker can be talked to now. */
  get connected(): boolean {
    return this.model !== undefined;
  }

  /**
   * Connects for the first time; later calls wait for the same. While the broker is away it tries on.
   * @throws AppError `TOPOLOGY_MISMATCH`, `BROKER_UNAVAILABLE` after `connectTimeoutMs`
   */
  start(): Promise<void> {
    return (this.starting ??= this.open());
  }

  /** Calls `listener` with the present connection and with every later one. @returns a function that ends it */
  onConnection(listener: ConnectionListener): () => void {
    this.listeners.add(listener);
    if (this.model) {
      listener(this.model);
    }
    return () => this.listeners.delete(listener);
  }

  /** Closes for good. Idempotent. */
  async close(): Promise<void> {
    this.closing = true;
    this.model = undefined;
    this.listeners.clear();
    await this.recovering?.close();
  }

  private async open(): Promise<void> {
    const { url, instance, name, connectTimeoutMs, clock } = this.settings;
    const first = new Deferred<void>();
    const topology = deriveTopology(this.settings.catalogue);
    this.recovering = await connect(withHeartbeat(url), {
      noDelay: true,
      timeout: HANDSHAKE_TIMEOUT_MS,
      clientProperties: { connection_name: `${name} ${instance}` },
      recovery: {
        waitForConnect: false,
        maxRetries: Infinity,
        calculateDelay: (attempt) => backoffDelay(RECONNECT, attempt, this.settings.random()),
        setup: async (model: ChannelModel): Promise<void> => {
          // amqplib binds its own listener only after the setup; a connection that fails meanwhile must not end the process.
          model.on('error', () => undefined);
          try {
            await assertTopology(model, topology);
          } catch (error) {
            if (error instanceof AppError) {
              first.reject(error);
            }
            throw error;
          }
        },
      },
    });
    this.follow(this.recovering, first);
    try {
      await withTimeout(clock, connectTimeoutMs, 'BROKER_UNAVAILABLE', `The broker could not be reached within ${connectTimeoutMs} ms`, () => first.promise);
    } catch (error) {
      await this.close();
      throw error;
    }
  }

  private follow(recovering: RecoveringChannelModel, first: Deferred<void>): void {
    recovering.on('connect', (model) => {
      this.model = model;
      this.settings.metrics.connected(true);
      this.logger.log('Connected to the broker');
      first.resolve();
      for (const listener of this.listeners) {
        listener(model);
      }
    });
    recovering.on('disconnect', (error) => {
      this.model = undefined;
      this.settings.metrics.connected(false);
      if (!this.closing) {
        this.logger.error('Lost the broker', { reason: error.message });
      }
    });
    recovering.on('reconnect-scheduled', ({ attempt, delay, error }) => {
      // The 1st, 2nd, 4th, 8th, … attempt: an outage of an hour is a dozen lines.
      if (Number.isInteger(Math.log2(attempt))) {
        this.logger.warn(`No connection to the broker, trying again in ${delay} ms`, { reason: error.message, attempt });
      }
    });
    recovering.on('blocked', (reason) => this.logger.warn('The broker refuses messages for now', { reason }));
    recovering.on('unblocked', () => this.logger.log('The broker takes messages again'));
    // The disconnection that follows says what there is to say.
    recovering.on('error', () => undefined);
    recovering.on('handler-error', (error: Error) => this.logger.error('A listener of the connection failed', error.stack));
  }
}
