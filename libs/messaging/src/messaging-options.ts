import type { ServiceName } from '@capstan/contracts';
import { type Clock, type IdSource, type Random, systemClock, systemIds, systemRandom } from '@capstan/kernel';
import { type MessagingCatalogue, platformCatalogue } from './messaging-catalogue';
import { type MessagingMetrics, noMetrics } from './metrics';

/** The durable consumers a service has, by class. Each has a channel and a prefetch of its own. */
export const CONSUMER_CLASSES = ['commands', 'events', 'rpc'] as const;
/** See {@link CONSUMER_CLASSES}. */
export type ConsumerClass = (typeof CONSUMER_CLASSES)[number];

/** Options of `MessagingModule.forService`. */
export interface MessagingOptions {
  name: ServiceName;
  /** Unique per running process; names exclusive queues. */
  instance: string;
  /** `amqp://` or `amqps://`, with user, password and virtual host. Holds a secret: never logged. */
  url: string;
  /** Of the service's own role, for the one connection of the outbox relay. Holds a secret: never logged. */
  databaseUrl: string;
  /** Default: the platform's. Tests bring their own. */
  catalogue?: MessagingCatalogue;
  /** Unacknowledged deliveries per consumer. Default: commands 8, events 32, rpc 64. */
  prefetch?: Partial<Record<ConsumerClass, number>>;
  /**
   * Facts that share a transaction when so many wait: many small ones then cost one commit. What a handler locks stays locked until
   * the last of them is handled, and all run again where one fails. Default 1.
   */
  eventsTogether?: number;
  /** Milliseconds a handler may take before its signal aborts and the delivery is retried. Default 30,000. */
  handlerTimeoutMs?: number;
  /** Milliseconds that running handlers get at shutdown. Default 20,000. */
  drainTimeoutMs?: number;
  /** Milliseconds the first connection may take at boot. Default 60,000. */
  connectTimeoutMs?: number;
  /** Milliseconds between two looks into the outbox when no notification comes. Default 2,000. */
  outboxPollMs?: number;
  /** Milliseconds an inbox row is kept: a duplicate that comes later is not recognised. Default 7 days. */
  inboxRetentionMs?: number;
  clock?: Clock;
  ids?: IdSource;
  random?: Random;
  metrics?: MessagingMetrics;
}

/** {@link MessagingOptions} with every default filled in. */
export interface MessagingSettings extends Omit<Required<MessagingOptions>, 'prefetch'> {
  prefetch: Record<ConsumerClass, number>;
}

/** Injection token of {@link MessagingSettings}. */
export const MESSAGING_SETTINGS = Symbol('MESSAGING_SETTINGS');

/** Fills in the defaults. */
export function messagingSettings(options: MessagingOptions): MessagingSettings {
  return {
    ...options,
    catalogue: options.catalogue ?? platformCatalogue,
    prefetch: { commands: 8, events: 32, rpc: 64, ...options.prefetch },
    eventsTogether: options.eventsTogether ?? 1,
    handlerTimeoutMs: options.handlerTimeoutMs ?? 30_000,
    drainTimeoutMs: options.drainTimeoutMs ?? 20_000,
    connectTimeoutMs: options.connectTimeoutMs ?? 60_000,
    outboxPollMs: options.outboxPollMs ?? 2_000,
    inboxRetentionMs: options.inboxRetentionMs ?? 7 * 24 * 3_600_000,
    clock: options.clock ?? systemClock,
    ids: options.ids ?? systemIds,
    random: options.random ?? systemRandom,
    metrics: options.metrics ?? noMetrics,
  };
}
