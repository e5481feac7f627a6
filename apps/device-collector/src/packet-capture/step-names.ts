/** The steps of a capture, in order. Each has its own limit (`STEP_LIMITS_MS`), transcript lines and error codes. */
export const CAPTURE_STEPS = [
  'connect',
  'auth',
  'sync_prompt',
  'preflight',
  'configure',
  'armed',
  'start',
  'verify_running',
  'poll',
  'stop',
  'verify_stopped',
  'retrieve',
  'verify_file',
  'cleanup',
  'disconnect',
] as const;
/** See {@link CAPTURE_STEPS}. */
export type CaptureStep = (typeof CAPTURE_STEPS)[number];
