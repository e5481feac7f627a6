import type { AppErrorShape } from '@capstan/kernel';

/** Numbers of a target, by their names on the wire. */
export type Metrics = Record<string, number>;

/** What is said with a state. Times in Unix milliseconds. */
export interface StateFields {
  readonly message?: string;
  readonly metrics?: Metrics;
  readonly startSentAt?: number;
  readonly startedAt?: number;
  readonly stoppedAt?: number;
  /** Since when the target is paused; null when it goes on; left out where nothing changed. */
  readonly pausedAt?: number | null;
}

/** How a task ended. */
export interface TaskOutcome {
  readonly outcome: 'completed' | 'failed' | 'cancelled';
  readonly error?: AppErrorShape;
  readonly message?: string;
  readonly metrics: Metrics;
  readonly stoppedAt?: number;
  /** Whether anything was captured; an attempt in which nothing was may be repeated without loss. */
  readonly captureBegan: boolean;
}

/** One command that was sent to a device, for the audit log. */
export interface SentCommand {
  /** Unix milliseconds. */
  readonly at: number;
  /** What it was sent for. */
  readonly step: string;
  /** Without secrets. */
  readonly command: string;
}
