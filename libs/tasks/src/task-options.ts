import type { WorkerName } from '@capstan/contracts';

/** Injection token of the {@link TaskOptions}. */
export const TASK_OPTIONS = Symbol('TASK_OPTIONS');

/** What the engine must know of the worker it runs in. */
export interface TaskOptions {
  /** The service itself; its orders are the ones it takes. */
  readonly worker: WorkerName;
  /** Tasks this replica works on at once. */
  readonly slots: number;
  /** PostgreSQL URL of the service's own role, for notifications. */
  readonly databaseUrl: string;
  /** Kinds whose tasks wait until somebody lets them in, by setting `admitted_at`. Default none. */
  readonly queuedKinds?: readonly string[];
}
