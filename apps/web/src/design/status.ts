import type { SessionState, TargetState } from '@capstan/contracts';

/** Every state a thing can be shown in. One token, one icon and one word each; never colour alone. */
export const STATUSES = ['pending', 'running', 'attention', 'success', 'partial', 'failed', 'cancelled'] as const;
/** See {@link STATUSES}. */
export type Status = (typeof STATUSES)[number];

const STATE_STATUS = {
  pending: 'pending',
  configuring: 'running',
  ready: 'running',
  starting: 'running',
  capturing: 'running',
  stopping: 'running',
  collecting: 'running',
  completed: 'success',
  partial: 'partial',
  failed: 'failed',
  cancelled: 'cancelled',
} as const satisfies Record<SessionState | TargetState, Status>;

/** How a session or target state is coloured. */
export function statusOf(state: SessionState | TargetState): Status {
  return STATE_STATUS[state];
}

const LABELS: Record<SessionState | TargetState, string> = {
  pending: 'Pending',
  configuring: 'Configuring',
  ready: 'Ready',
  starting: 'Starting',
  capturing: 'Capturing',
  stopping: 'Stopping',
  collecting: 'Collecting',
  completed: 'Completed',
  partial: 'Partial',
  failed: 'Failed',
  cancelled: 'Cancelled',
};

/** The word for a state. */
export function stateLabel(state: SessionState | TargetState): string {
  return LABELS[state];
}

/** Whether nothing will change any more. */
export function isTerminal(state: SessionState | TargetState): boolean {
  return state === 'completed' || state === 'partial' || state === 'failed' || state === 'cancelled';
}
