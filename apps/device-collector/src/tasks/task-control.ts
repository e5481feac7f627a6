import { AppError, Deferred } from '@capstan/kernel';
import type { CaptureControl } from '../packet-capture/capture-journal';

/** Marks that others leave on a task's row. */
export interface TaskMarks {
  readonly t0: Date | null;
  readonly stop_requested_at: Date | null;
  readonly cancel_requested_at: Date | null;
}

/** What is said to a task that runs in this process: from a hint, from its row, or from its holder. Saying it twice is harmless. */
export class TaskControl implements CaptureControl {
  private readonly start = new Deferred<number>();
  private readonly stopping = new AbortController();
  private readonly cancelling = new AbortController();
  private readonly losing = new AbortController();

  get go(): Promise<number> {
    return this.start.promise;
  }

  get stop(): AbortSignal {
    return this.stopping.signal;
  }

  get cancel(): AbortSignal {
    return this.cancelling.signal;
  }

  get lost(): AbortSignal {
    return this.losing.signal;
  }

  /** Takes over what the row says. */
  apply(marks: TaskMarks): void {
    if (marks.t0 !== null) {
      this.startAt(marks.t0.getTime());
    }
    if (marks.stop_requested_at !== null) {
      this.stopping.abort(new AppError('STOP_REQUESTED', 'The capture was told to stop'));
    }
    if (marks.cancel_requested_at !== null) {
      this.cancelling.abort(new AppError('CANCELLED', 'The capture was cancelled'));
    }
  }

  /** T0 in Unix milliseconds. */
  startAt(t0: number): void {
    this.start.resolve(t0);
  }

  /** The task is not ours any more. */
  lose(reason: AppError): void {
    this.losing.abort(reason);
  }
}
