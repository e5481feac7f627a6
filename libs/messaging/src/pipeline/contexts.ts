import type { Envelope } from '@capstan/contracts';
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
