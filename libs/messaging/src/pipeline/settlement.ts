import { AppError, assertNever } from '@capstan/kernel';
import { connectionProblem } from '@capstan/persistence';
import type { Settlement } from './delivery';
import type { Outcome } from './outcome';

/** Code with which a handler is interrupted at the end of the drain. */
export const SHUTTING_DOWN = 'SHUTTING_DOWN';

/** What a handler's outcome means for its delivery. */
export function settlementOfOutcome(outcome: Outcome | void): Settlement {
  if (outcome === undefined) {
    return { kind: 'ack', outcome: 'ok' };
  }
  switch (outcome.kind) {
    case 'ok':
    case 'duplicate':
      return { kind: 'ack', outcome: outcome.kind };
    case 'retry':
      return { kind: 'retry', code: 'RETRY_ASKED', reason: 'The handler asked for a retry', afterMs: outcome.afterMs, counts: true };
    case 'reject':
      return { kind: 'park', code: outcome.code, reason: outcome.message };
    default:
      return assertNever(outcome);
  }
}

/** What a thrown error means for its delivery: decided by its code and `retryable` alone. */
export function settlementOfError(error: unknown): Settlement {
  const known = connectionProblem(error) ?? AppError.from(error);
  if (known.code === SHUTTING_DOWN) {
    return { kind: 'requeue' };
  }
  if (!known.retryable) {
    return { kind: 'park', code: known.code, reason: known.message };
  }
  return { kind: 'retry', code: known.code, reason: known.message, afterMs: known.retryAfterMs, counts: known.code !== 'DATABASE_UNAVAILABLE' };
}
