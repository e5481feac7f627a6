/** States inside a sentence: "Target is capturing". */
export const SESSION_STATE_WORDS = {
  pending: 'is waiting',
  configuring: 'is being prepared',
  ready: 'is armed',
  starting: 'is starting',
  capturing: 'is capturing',
  stopping: 'is stopping',
  collecting: 'is collecting',
  completed: 'completed',
  partial: 'ended partially',
  failed: 'failed',
  cancelled: 'was cancelled',
} as const;
