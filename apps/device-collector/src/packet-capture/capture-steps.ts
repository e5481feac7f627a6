import { AppError, type Clock, withTimeout } from '@capstan/kernel';
import type { CaptureStep } from './step-names';
import { STEP_LIMITS_MS, STEP_TIMEOUT_CODES } from './step-limits';

/** Whether the connection is gone, while the device may well be at work still. */
export function isDeviceLost(error: unknown): boolean {
  return error instanceof AppError && (error.code === 'DEVICE_LOST' || error.code === 'RETRIEVE_STALLED');
}

/** Whether the object store cannot take anything now, but may again. */
export function isStoreAway(error: unknown): boolean {
  return error instanceof AppError && error.code.startsWith('OBJECT_STORE_') && error.retryable;
}

/** Stands around a step and lets it happen: whoever measures it. */
export type AroundStep = <T>(step: string, work: () => Promise<T>) => Promise<T>;

/** Runs steps within their limits, and never beyond the task's own deadline. Let go of it with {@link dispose}. */
export class CaptureSteps {
  private readonly late = new AbortController();
  private readonly over = new AbortController();

  constructor(
    private readonly host: string,
    private readonly clock: Clock,
    private readonly lost: AbortSignal,
    closeBy: number,
    private readonly around: AroundStep = (_, work) => work(),
  ) {
    this.at(closeBy, () => this.late.abort(new AppError('DEADLINE_EXCEEDED', `${host} was not finished in time`)));
  }

  /** @throws AppError with the step's own timeout code, or the reason of `until` */
  run<T>(step: Exclude<CaptureStep, 'poll' | 'retrieve'>, work: (signal: AbortSignal) => Promise<T>, until: AbortSignal): Promise<T> {
    const limit = STEP_LIMITS_MS[step];
    const code = STEP_TIMEOUT_CODES[step] ?? 'DEVICE_LOST';
    return this.around(step, () => withTimeout(this.clock, limit, code, `${this.host}: ${step} took longer than ${limit / 1_000} s`, work, until));
  }

  /** A signal for work that ends with any of these, with the loss of the task, or with its deadline. */
  during(signals: readonly AbortSignal[]): AbortSignal {
    return AbortSignal.any([this.lost, this.late.signal, ...signals]);
  }

  /** As {@link during}, with an instant (Unix milliseconds) besides, at which it aborts with `error`. */
  before(instant: number, error: AppError, signals: readonly AbortSignal[]): AbortSignal {
    const limit = new AbortController();
    this.at(instant, () => limit.abort(error));
    return this.during([limit.signal, ...signals]);
  }

  /** @throws AppError `DEADLINE_EXCEEDED` */
  throwIfLate(): void {
    this.late.signal.throwIfAborted();
  }

  /** Forgets every timer. */
  dispose(): void {
    this.over.abort();
  }

  private at(instant: number, action: () => void): void {
    this.clock.sleep(Math.max(0, instant - this.clock.now()), this.over.signal).then(action, () => undefined);
  }
}
