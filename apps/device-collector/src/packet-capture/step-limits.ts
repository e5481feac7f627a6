import type { CaptureStep } from './step-names';

/**
 * Milliseconds after which a step is given up. `poll` and `retrieve` have none here: the first ends with the capture, the
 * second as long as bytes keep coming ({@link RETRIEVE_STALL_MS}); both end with the task's own deadline.
 */
export const STEP_LIMITS_MS: Readonly<Record<Exclude<CaptureStep, 'poll' | 'retrieve'>, number>> = {
  connect: 20_000,
  auth: 30_000,
  // CUCM builds its prompt for up to a minute.
  sync_prompt: 75_000,
  preflight: 30_000,
  configure: 15_000,
  armed: 15_000,
  start: 5_000,
  verify_running: 20_000,
  stop: 10_000,
  verify_stopped: 25_000,
  verify_file: 5_000,
  cleanup: 30_000,
  disconnect: 5_000,
};

/** Milliseconds without a byte after which a retrieval counts as stuck. */
export const RETRIEVE_STALL_MS = 30_000;

/** Code of a step that ran out of time; `DEVICE_LOST` where the device simply fell silent. */
export const STEP_TIMEOUT_CODES: Readonly<Partial<Record<CaptureStep, string>>> = {
  connect: 'CONNECT_TIMEOUT',
  auth: 'CONNECT_TIMEOUT',
  sync_prompt: 'PROMPT_LOST',
  start: 'START_FAILED',
  verify_running: 'START_FAILED',
  stop: 'STOP_TIMEOUT',
  verify_stopped: 'STOP_TIMEOUT',
  cleanup: 'CLEANUP_FAILED',
};
