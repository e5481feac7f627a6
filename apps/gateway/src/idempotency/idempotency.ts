import { createHmac } from 'node:crypto';
import { AppError } from '@capstan/kernel';

/** Hours an answer is remembered. */
export const REMEMBER_HOURS = 24;
/**
 * Milliseconds after which a request counts as lost, and may be made again, whose gateway has said nothing more of it. It may
 * be at work all the same, as that of a process that hung: what both make is one thing, under one id.
 */
export const LOCK_MS = 15_000;
/** Between two signs of life of a request that takes long. */
export const RENEW_MS = 5_000;

const KEY = /^[\x21-\x7e]{1,200}$/;

/**
 * The key of a request, if it has one.
 * @throws AppError `VALIDATION_FAILED`
 */
export function readIdempotencyKey(header: string | undefined): string | undefined {
  if (header === undefined) {
    return undefined;
  }
  if (!KEY.test(header)) {
    throw new AppError('VALIDATION_FAILED', 'The Idempotency-Key must have 1 to 200 visible ASCII characters', {
      details: { errors: [{ path: 'Idempotency-Key', code: 'INVALID_FORMAT', message: 'must have 1 to 200 visible ASCII characters' }] },
    });
  }
  return header;
}

/** Whether two requests are the same request. Key order does not matter. */
export function fingerprint(key: Uint8Array, input: unknown): string {
  return createHmac('sha256', key).update(canonical(input)).digest('hex');
}

function canonical(value: unknown): string {
  if (Array.isArray(value)) {
    return `[${value.map(canonical).join(',')}]`;
  }
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value as Record<string, unknown>).filter(([, item]) => item !== undefined);
    return `{${entries
      .sort(([one], [other]) => (one < other ? -1 : 1))
      .map(([name, item]) => `${JSON.stringify(name)}:${canonical(item)}`)
      .join(',')}}`;
  }
  return JSON.stringify(value) ?? 'null';
}

/** What is known of a key; times are Unix milliseconds. */
export interface KnownRequest {
  readonly fingerprint: string;
  readonly lockedUntil: number | null;
  readonly status: number | null;
}

/** What to do with a request whose key was used before. */
export type RepeatDecision = 'replay' | 'run' | 'conflict' | 'in-progress';

/** Decides about a repeated request. */
export function decideRepeat(known: KnownRequest, given: string, now: number): RepeatDecision {
  if (known.fingerprint !== given) {
    return 'conflict';
  }
  if (known.status !== null) {
    return 'replay';
  }
  return known.lockedUntil !== null && known.lockedUntil > now ? 'in-progress' : 'run';
}
