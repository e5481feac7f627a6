import type { FieldError } from '@capstan/kernel';
import type { CaptureOutcome } from '../packet-capture/capture-journal';
import type { TaskControl } from './task-control';
import type { TaskJournal } from './task-journal';
import type { TaskRow } from './task.entity';

/** Injection token of the list of {@link TaskExecutor}s. */
export const TASK_EXECUTORS = Symbol('TASK_EXECUTORS');

/** One kind of work. */
export interface TaskExecutor {
  /** As in `targets[].kind`. */
  readonly kind: string;
  /** What is wrong with a spec, as far as it can be told without touching a device. */
  check(spec: Readonly<Record<string, unknown>>): Promise<FieldError[]>;
  /**
   * Works on a task to its end.
   * @throws the reason of `control.lost` when the task was lost meanwhile; nothing else
   */
  execute(task: TaskRow, control: TaskControl, journal: TaskJournal): Promise<CaptureOutcome>;
}
