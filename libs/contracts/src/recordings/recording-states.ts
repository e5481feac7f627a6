import { defineStateMachine } from '@capstan/kernel';

/** States of a recording. `recording` is the first generation's word for "named, no source yet". */
export const RECORDING_STATES = [
  'scheduled',
  'pending',
  'recording',
  'source_assigned',
  'connecting',
  'in_progress',
  'paused',
  'finalizing',
  'completed',
  'partial',
  'failed',
  'cancelled',
] as const;
/** See {@link RECORDING_STATES}. */
export type RecordingState = (typeof RECORDING_STATES)[number];

/** The allowed moves; everything else is refused with `ILLEGAL_TRANSITION`. */
export const recordingMachine = defineStateMachine<RecordingState>({
  scheduled: ['connecting', 'cancelled', 'failed'],
  recording: ['source_assigned', 'cancelled'],
  source_assigned: ['connecting', 'cancelled', 'failed'],
  pending: ['connecting', 'cancelled', 'failed'],
  connecting: ['in_progress', 'failed', 'cancelled'],
  in_progress: ['paused', 'finalizing', 'cancelled', 'failed'],
  paused: ['in_progress', 'finalizing', 'cancelled'],
  finalizing: ['completed', 'partial', 'failed'],
  completed: [],
  partial: [],
  failed: [],
  cancelled: [],
});

/** States of one receiver in a recording. */
export const STREAM_STATES = ['idle', 'connecting', 'authenticating', 'tuning', 'priming', 'streaming', 'stalled', 'reconnecting', 'done', 'failed'] as const;
/** See {@link STREAM_STATES}. */
export type StreamState = (typeof STREAM_STATES)[number];

/** How the times of a chunk are known: a GPS fix at most 30 s old, an older one, or the host's clock. */
export const CLOCK_QUALITIES = ['gps_fresh', 'gps_stale', 'host'] as const;
