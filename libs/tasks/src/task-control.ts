import { AppError, Deferred } from '@capstan/kernel';

/** Marks that others leave on a task's row. */
export interface TaskMarks {
  readonly t0: Date | null;
  readonly stop_requested_at: Date | null;
  readonly cancel_requested_at: Date | null;
  /** Since when the task is to pause; null while it is not. */
  readonly paused_at: Date | null;
  /** Milliseconds of all pauses that are over. */
  readonly paused_ms: number;
}

/** What is said to a task that runs in this process: from a hint, from its row, or from its holder. Saying it twice is harmless. */
export class TaskControl {
  private readonly start = new Deferred<number>();
  private readonly stopping = new AbortController();
  private readonly cancelling = new AbortController();
  private readonly losing = new AbortController();
  private readonly pauseListeners = new Set<(paused: boolean) => void>();
  private pausedSince: number | null = null;
  private pausesOver = 0;

  /** Resolves with T0 in Unix milliseconds. */
  get go(): Promise<number> {
    return this.start.promise;
  }

  /** Aborts when the work is to end and its data to be kept. */
  get stop(): AbortSignal {
    return this.stopping.signal;
  }

  /** Aborts when the work is to end and its data to be thrown away. */
  get cancel(): AbortSignal {
    return this.cancelling.signal;
  }

  /** Aborts when the task is no longer ours: the device must not be touched any more. */
  get lost(): AbortSignal {
    return this.losing.signal;
  }

  /** Whether the task is to hold still. Only kinds that may pause are ever told to. */
  get paused(): boolean {
    return this.pausedSince !== null;
  }

  /** Unix milliseconds since which the task is to hold still; null while it is not. */
  get pausedAt(): number | null {
    return this.pausedSince;
  }

  /** Milliseconds the task has been paused for altogether: they do not count into its duration. `now` in Unix milliseconds. */
  pausedMs(now: number): number {
    return this.pausesOver + (this.pausedSince === null ? 0 : Math.max(0, now - this.pausedSince));
  }

  /** Calls `listener` with every change of {@link paused}. @returns a function that ends that */
  onPauseChange(listener: (paused: boolean) => void): () => void {
    this.pauseListeners.add(listener);
    return () => this.pauseListeners.delete(listener);
  }

  /** Takes over what the row says. */
  apply(marks: TaskMarks): void {
    if (marks.t0 !== null) {
      this.startAt(marks.t0.getTime());
    }
    this.applyPause(marks);
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

  private applyPause({ paused_at: pausedAt, paused_ms: pausedMs }: TaskMarks): void {
    const before = this.paused;
    this.pausedSince = pausedAt === null ? null : pausedAt.getTime();
    this.pausesOver = pausedMs;
    if (this.paused !== before) {
      for (const listener of [...this.pauseListeners]) {
        listener(this.paused);
      }
    }
  }
}
