import type { EngineTarget } from './model';

/** Where every attempt begins, the first as any later one: nothing was heard, ordered or measured yet. */
export const FRESH_ATTEMPT = {
  state: 'pending',
  error: null,
  metrics: {},
  configuringAt: null,
  readyAt: null,
  startSentAt: null,
  startedAt: null,
  stoppedAt: null,
  finishedAt: null,
  pausedAt: null,
  lastSequence: 0,
  lastFence: 0,
  claimedAt: null,
  lastHeartbeatAt: null,
  startOrderedAt: null,
  stopOrderedAt: null,
  cancelOrderedAt: null,
} as const satisfies Partial<EngineTarget>;
