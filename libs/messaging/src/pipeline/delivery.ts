import type { CommandDefinition, Envelope, EventDefinition } from '@capstan/contracts';
import type { FieldError } from '@capstan/kernel';
import type { EntityManager } from 'typeorm';
import type { DeliveryContext } from './contexts';
import type { Outcome } from './outcome';

/** A handler as the pipeline calls it. */
export interface MessageHandlerEntry {
  readonly definition: CommandDefinition | EventDefinition;
  /** `Class.method`, for logs and evidence. */
  readonly handler: string;
  readonly timeoutMs?: number;
  readonly handle: (data: unknown, context: DeliveryContext) => Promise<Outcome | void>;
  /** Whether the handler answers data that does not match the schema itself. */
  readonly answersInvalid: boolean;
  /** Tells of valid data whether the handler has anything to do with it; absent where it always has. */
  readonly concerns?: (data: unknown) => boolean;
}

/** A message as it came from a durable queue, and what the steps of the pipeline find out about it. */
export interface Delivery {
  readonly queue: string;
  readonly body: Buffer;
  readonly routingKey: string;
  readonly attempt: number;
  /** Filled in by `decode`. */
  envelope?: Envelope;
  /** Filled in by `validate`. */
  entry?: MessageHandlerEntry;
  data?: unknown;
  invalid?: FieldError[];
  /** Filled in by `inbox`. */
  manager?: EntityManager;
  beforeCommit?: Array<() => Promise<void>>;
  afterCommit?: Array<() => void | Promise<void>>;
  /** Filled in by `deadline`. */
  signal?: AbortSignal;
}

/** What is to happen with a delivery. */
export type Settlement =
  | { readonly kind: 'ack'; readonly outcome: 'ok' | 'duplicate' }
  | {
      readonly kind: 'retry';
      readonly code: string;
      readonly reason: string;
      readonly afterMs?: number;
      /** False when the message is not to blame, e.g. while the database is away: then it may come back for ever. */
      readonly counts: boolean;
    }
  | { readonly kind: 'park'; readonly code: string; readonly reason: string }
  /** Handed back to the queue for another instance. */
  | { readonly kind: 'requeue' };

/** One link of the pipeline: does its part and lets the rest run, or settles without it. */
export type Step = (delivery: Delivery, next: () => Promise<Settlement>) => Promise<Settlement>;

/** Joins steps into one, the first being the outermost. */
export function compose(steps: readonly Step[]): (delivery: Delivery) => Promise<Settlement> {
  return (delivery) => {
    const run = (index: number): Promise<Settlement> => {
      const step = steps[index];
      if (step === undefined) {
        return Promise.resolve({ kind: 'ack', outcome: 'ok' });
      }
      return step(delivery, () => run(index + 1));
    };
    return run(0);
  };
}
