import type { ServiceName } from '@capstan/contracts';

/** The exchanges. */
export const EXCHANGES = {
  rpc: 'capstan.rpc',
  commands: 'capstan.commands',
  unroutable: 'capstan.unroutable',
  events: 'capstan.events',
  progress: 'capstan.progress',
  control: 'capstan.control',
  parking: 'capstan.parking',
} as const;

/** The waiting rooms of failed deliveries, shortest first. The name is that of the exchange and of its queue. */
export const RETRY_TIERS = [
  { name: 'capstan.retry.5s', delayMs: 5_000 },
  { name: 'capstan.retry.30s', delayMs: 30_000 },
  { name: 'capstan.retry.5m', delayMs: 300_000 },
] as const;
/** See {@link RETRY_TIERS}. */
export type RetryTier = (typeof RETRY_TIERS)[number];

/** Where commands nobody owns are kept for a human. */
export const UNROUTABLE_QUEUE = 'capstan.unroutable';

/** RabbitMQ's pseudo-queue of direct reply-to: answers come on the channel that asked, and no queue is made. */
export const DIRECT_REPLY_TO = 'amq.rabbitmq.reply-to';

/** `capture-orchestrator.commands` and so on. */
export function queueOf(service: ServiceName, kind: 'commands' | 'events' | 'rpc' | 'parking'): string {
  return `${service}.${kind}`;
}

/** Routing key of what a process tells of itself. */
export function instanceKey(service: ServiceName): string {
  return `instance.${service}`;
}

/** Routing key of the live numbers of a target. */
export function progressKey(sessionId: string, targetId: string): string {
  return `session.${sessionId}.${targetId}`;
}
