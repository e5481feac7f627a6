import type { FieldError } from '@capstan/kernel';
import type { EntityManager } from 'typeorm';
import type { TaskArtifacts } from './artifacts/task-artifacts.client';
import type { DeviceWait } from './device-locks.repository';
import type { TaskControl } from './task-control';
import type { TaskJournal } from './task-journal';
import type { TaskOutcome } from './task-outcome';
import type { TaskRow } from './task.entity';

/** Injection token of the list of {@link TaskExecutor}s. */
export const TASK_EXECUTORS = Symbol('TASK_EXECUTORS');
/** Injection token of the list of {@link SessionKeeper}s. */
export const SESSION_KEEPERS = Symbol('SESSION_KEEPERS');

/** A claimed task, and what its executor works with. */
export interface TaskRun {
  /** As it was when it was claimed. `remote` is what an earlier holder saved, or null for a fresh task. */
  readonly task: TaskRow;
  /** What the task is told from outside. */
  readonly control: TaskControl;
  /** Where it writes down what happens, durably. */
  readonly journal: TaskJournal;
  /** Where it stores what it captured. */
  readonly artifacts: TaskArtifacts;
  /**
   * Takes a device that serves one task at a time, until this task has finished; waits for whoever has it.
   * @param device any name that is the same for the same device, `host:port` for example
   * @throws AppError `DEVICE_BUSY` (retryable) naming the session that uses it; the signal's reason
   */
  reserve(device: string, wait: DeviceWait): Promise<void>;
  /**
   * Whether the task is done anew when this error is thrown: the worker's own database was away, and nothing is wrong with the target.
   * Then nothing is to be kept of the failure, and what is on the device is left to the next holder, as after a crash.
   */
  handsBack(error: unknown): boolean;
}

/** One kind of work. */
export interface TaskExecutor {
  /** As in `targets[].kind`. */
  readonly kind: string;
  /** What is wrong with a spec, as far as it can be told without touching a device. */
  check(spec: Readonly<Record<string, unknown>>): Promise<FieldError[]>;
  /** {@link check} for many specs together, where that is cheaper; one list per spec. */
  checkAll?(specs: readonly Readonly<Record<string, unknown>>[]): Promise<FieldError[][]>;
  /**
   * Works on a task to its end: `configuring` → `ready` → await `control.go` → `capturing` … The engine states the
   * outcome as the task's one last fact. After a crash the next holder gets the same task with what was saved.
   * @throws the reason of `control.lost`, or `LEASE_LOST` of the journal, when the task was lost meanwhile: nothing is
   * stated then; what {@link TaskRun.handsBack} says of, also as the outcome's error: it is done anew by its next holder; any other
   * AppError becomes the outcome `failed`
   */
  execute(run: TaskRun): Promise<TaskOutcome>;
  /** Told when the last fact of a task is stated, and its place is free. */
  settled?(task: TaskRow): void;
}

/** Whoever keeps something of a session beside its tasks and objects, and must let go of it with the session. */
export interface SessionKeeper {
  /** Removes what is kept of a deleted session, in the transaction of the order. Repeating is harmless. */
  forgetSession(manager: EntityManager, sessionId: string): Promise<void>;
}
