import type { Envelope } from '@capstan/contracts';
import type { FieldError } from '@capstan/kernel';
import type { EntityManager } from 'typeorm';

/** What the handler of a command or fact is given beside its data. */
export interface DeliveryContext {
  readonly envelope: Envelope;
  /** The transaction that also holds the inbox row. Every effect goes through it, or it is not once-only. */
  readonly manager: EntityManager;
  /** Aborts when the handler's time is over, or at the end of the drain. */
  readonly signal: AbortSignal;
  /** 1 on the first delivery; grows with each pass through a retry tier. */
  readonly attempt: number;
  /** Runs `effect` in the transaction when everything that shares it was handled, so that what is stored for many can be stored at once. */
  beforeCommit(effect: () => Promise<void>): void;
  /** Runs `effect` once after the transaction has committed and before the delivery is acknowledged; an error in it is logged, no more. */
  afterCommit(effect: () => void | Promise<void>): void;
}

/** What the handler of a question is given beside the request. */
export interface RpcContext {
  readonly envelope: Envelope;
  /** Aborts at the deadline: nobody waits for the answer any more. */
  readonly signal: AbortSignal;
  /** Unix time in milliseconds at which the caller gives up. */
  readonly deadline: number;
}

/** What the handler of a hint is given beside its data. */
export interface ControlContext {
  readonly envelope: Envelope;
}

const INVALID_DATA = Symbol('invalid data');

/** Marks a context whose data does not match the schema, for a handler that answers such a message itself. */
export function withInvalidData(context: DeliveryContext, errors: FieldError[]): DeliveryContext {
  return { ...context, [INVALID_DATA]: errors } as DeliveryContext;
}

/** What {@link withInvalidData} marked. */
export function invalidDataOf(context: unknown): FieldError[] | undefined {
  return (context as { [INVALID_DATA]?: FieldError[] } | undefined)?.[INVALID_DATA];
}
