import { isoTime } from '@capstan/kernel';
import { HEADERS, type Headers } from '../envelope/headers';

/** Longest reason kept: a headers table over 64 KiB cannot be sent at all, and a human reads it. */
const REASON_LENGTH = 300;

/** Why a message was parked. */
export interface Evidence {
  readonly code: string;
  readonly reason: string;
  readonly attempts: number;
  /** The queue it was consumed from, and goes back to. */
  readonly queue: string;
  /** `Class.method`, where one was found. */
  readonly handler?: string;
  /** Unix time in milliseconds. */
  readonly at: number;
}

/** Evidence as headers. */
export function evidenceHeaders(evidence: Evidence): Headers {
  return {
    [HEADERS.parkedCode]: evidence.code.slice(0, 100),
    [HEADERS.parkedReason]: evidence.reason.slice(0, REASON_LENGTH),
    [HEADERS.parkedAttempts]: evidence.attempts,
    [HEADERS.parkedQueue]: evidence.queue,
    [HEADERS.parkedAt]: isoTime(evidence.at),
    ...(evidence.handler === undefined ? {} : { [HEADERS.parkedHandler]: evidence.handler.slice(0, 200) }),
  };
}

/** What the headers of a parked message say. A message parked by the broker itself, after too many deliveries, has RabbitMQ's words only. */
export interface ParkedEvidence {
  readonly code: string;
  readonly reason: string;
  readonly attempts: number | null;
  readonly queue: string | null;
  readonly handler: string | null;
  readonly at: string | null;
  /** How often it was sent back to work before. */
  readonly redriven: number;
}

/** Reads {@link evidenceHeaders}, or what RabbitMQ leaves when it parks a message. */
export function readEvidence(headers: Headers | undefined): ParkedEvidence {
  const text = (name: string): string | null => (typeof headers?.[name] === 'string' ? headers[name] : null);
  const count = (name: string): number | null => (typeof headers?.[name] === 'number' ? headers[name] : null);
  const broker = text('x-first-death-reason');
  return {
    code: text(HEADERS.parkedCode) ?? (broker === null ? 'UNKNOWN' : broker.toUpperCase()),
    reason: text(HEADERS.parkedReason) ?? (broker === 'delivery_limit' ? 'Delivered too often without being settled: the handler may end its process' : (broker ?? 'No evidence')),
    attempts: count(HEADERS.parkedAttempts),
    queue: text(HEADERS.parkedQueue) ?? text('x-first-death-queue'),
    handler: text(HEADERS.parkedHandler),
    at: text(HEADERS.parkedAt),
    redriven: count(HEADERS.redriven) ?? 0,
  };
}
