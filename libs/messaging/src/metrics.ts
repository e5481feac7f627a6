/** How the handling of one delivery ended. */
export type HandledOutcome = 'ok' | 'duplicate' | 'retry' | 'parked' | 'rejected' | 'requeued' | 'expired' | 'error';

/**
 * What the messaging layer counts. A port: the service kit implements it with Prometheus, tests with arrays.
 * `type` is always a type of the catalogue or `unknown`, so that a foreign publisher cannot blow up the number of series.
 */
export interface MessagingMetrics {
  /** A message was handed to the broker. */
  published(type: string): void;
  /** The broker confirmed a message of the outbox; `latencySec` from its insertion. */
  confirmed(type: string, latencySec: number): void;
  /** A delivery was settled; `durationSec` from its arrival. */
  handled(type: string, outcome: HandledOutcome, durationSec: number): void;
  /** A question was answered or failed; `code` is `ok` or the code of the error. */
  rpcCalled(type: string, code: string, durationSec: number): void;
  /** Seconds the oldest row of the outbox has been waiting; 0 when it is empty. Known to the active relay only. */
  outboxLag(seconds: number): void;
  /** A delivery was sent to a retry tier. */
  retried(type: string, code: string): void;
  /** A delivery was parked. */
  parked(type: string, code: string): void;
  /** The connection to the broker is up or down. */
  connected(up: boolean): void;
}

const nothing = (): void => undefined;

/** Counts nothing. */
export const noMetrics: MessagingMetrics = {
  published: nothing,
  confirmed: nothing,
  handled: nothing,
  rpcCalled: nothing,
  outboxLag: nothing,
  retried: nothing,
  parked: nothing,
  connected: nothing,
};

/** Injection token of {@link MessagingMetrics}, from a global module. */
export const MESSAGING_METRICS = Symbol('MESSAGING_METRICS');
