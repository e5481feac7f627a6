import { AppError } from '@capstan/kernel';

/** Milliseconds between attempts; the last one repeats. */
const STEPS_MS = [1_000, 2_000, 5_000, 10_000, 30_000, 60_000] as const;
/** A camera locks an account after a few wrong passwords. */
const AUTH_MS = 600_000;
const SPREAD = 0.2;

/** Why and until when a camera is left alone. */
export interface Rest {
  readonly error: AppError;
  /** Monotonic milliseconds. */
  readonly until: number;
  readonly failures: number;
}

/**
 * How long to leave a camera alone after a failure.
 * @param random 0 to 1
 */
export function restAfter(error: AppError, previous: Rest | undefined, now: number, random: number): Rest {
  const failures = (previous?.failures ?? 0) + 1;
  const step = error.code === 'CAMERA_AUTH_FAILED' ? AUTH_MS : (STEPS_MS[Math.min(failures, STEPS_MS.length) - 1] ?? 60_000);
  return { error, until: now + step * (1 - SPREAD + 2 * SPREAD * random), failures };
}

/** Whether somebody who asks now must be refused without asking the camera: only for wrong credentials, everything else is worth a try. */
export function mustRest(rest: Rest | undefined, now: number): boolean {
  return rest !== undefined && rest.error.code === 'CAMERA_AUTH_FAILED' && now < rest.until;
}
