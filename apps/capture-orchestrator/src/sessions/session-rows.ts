import { isoTime } from '@capstan/kernel';
import type { EngineSession, EngineTarget } from './engine/model';
import type { SessionRow } from './session.entity';
import type { TargetRow } from './target.entity';

/** Instants leave the database as dates, travel inside the engine as Unix milliseconds, and enter it as ISO-8601. */
const ms = (date: Date | null): number | null => date?.getTime() ?? null;
const iso = (instant: number | null): string | null => (instant === null ? null : isoTime(instant));

/** Columns of `sessions` that are read with it: all but those of the search. */
export const STORED_SESSION_COLUMNS = [
  'session_id', 'name', 'state', 'sequence', 'kinds', 'duration_sec', 'options', 'request_digest', 'correlation_id', 'created_at', 'created_by', 'retry_of', 'arm_by', 't0',
  'capture_started_at', 'stop_requested_at', 'cancel_requested_at', 'paused_at', 'paused_ms', 'pause_order', 'completed_at', 'start_spread_ms', 'target_count', 'completed_count',
  'failed_count', 'artifact_count', 'artifact_bytes', 'capture_count', 'own_artifact_count', 'own_artifact_bytes', 'metrics', 'due_at', 'delete_requested_at', 'delete_requested_by',
  'cleanup_at', 'cleanup_attempts', 'hold',
] as const satisfies ReadonlyArray<keyof SessionRow>;

/** The engine's part of a session row. */
export function sessionOfRow(row: Omit<SessionRow, 'search_text' | 'search_grams'>): EngineSession {
  return {
    sessionId: row.session_id,
    state: row.state,
    sequence: row.sequence,
    durationSec: row.duration_sec,
    options: row.options,
    createdAt: row.created_at.getTime(),
    armBy: row.arm_by.getTime(),
    t0: ms(row.t0),
    captureStartedAt: ms(row.capture_started_at),
    stopRequestedAt: ms(row.stop_requested_at),
    cancelRequestedAt: ms(row.cancel_requested_at),
    deleteRequestedAt: ms(row.delete_requested_at),
    pausedAt: ms(row.paused_at),
    pausedMs: Number(row.paused_ms),
    pauseOrder: row.pause_order,
    completedAt: ms(row.completed_at),
    startSpreadMs: row.start_spread_ms,
    ownArtifactCount: row.own_artifact_count,
    ownArtifactBytes: Number(row.own_artifact_bytes),
    metrics: row.metrics,
    targetCount: row.target_count,
    completedCount: row.completed_count,
    failedCount: row.failed_count,
    artifactCount: row.artifact_count,
    artifactBytes: Number(row.artifact_bytes),
    captureCount: row.capture_count,
  };
}

/** What a decision may change in a session row, ready for `jsonb_populate_record`. */
export function changedSessionColumns(session: EngineSession): Record<string, unknown> {
  return {
    state: session.state,
    sequence: session.sequence,
    t0: iso(session.t0),
    capture_started_at: iso(session.captureStartedAt),
    stop_requested_at: iso(session.stopRequestedAt),
    cancel_requested_at: iso(session.cancelRequestedAt),
    delete_requested_at: iso(session.deleteRequestedAt),
    paused_at: iso(session.pausedAt),
    paused_ms: session.pausedMs,
    pause_order: session.pauseOrder,
    completed_at: iso(session.completedAt),
    start_spread_ms: session.startSpreadMs,
    own_artifact_count: session.ownArtifactCount,
    own_artifact_bytes: session.ownArtifactBytes,
    metrics: session.metrics,
    completed_count: session.completedCount,
    failed_count: session.failedCount,
    artifact_count: session.artifactCount,
    artifact_bytes: session.artifactBytes,
    capture_count: session.captureCount,
  };
}

/** The engine's view of a target row. */
export function targetOfRow(row: TargetRow): EngineTarget {
  return {
    targetId: row.target_id,
    ordinal: row.ordinal,
    kind: row.kind,
    worker: row.worker,
    title: row.title,
    spec: row.spec,
    state: row.state,
    attempt: row.attempt,
    taskId: row.task_id,
    message: row.message,
    error: row.error,
    metrics: row.metrics,
    configuringAt: ms(row.configuring_at),
    readyAt: ms(row.ready_at),
    startSentAt: ms(row.start_sent_at),
    startedAt: ms(row.started_at),
    stoppedAt: ms(row.stopped_at),
    finishedAt: ms(row.finished_at),
    pausedAt: ms(row.paused_at),
    lastSequence: row.last_sequence,
    lastFence: row.last_fence,
    claimedAt: ms(row.claimed_at),
    lastHeartbeatAt: ms(row.last_heartbeat_at),
    startBy: row.start_by.getTime(),
    readyBy: row.ready_by.getTime(),
    closeWithinMs: Number(row.close_within_ms),
    closeBy: row.close_by.getTime(),
    heartbeatMs: row.heartbeat_ms,
    startOrderedAt: ms(row.start_ordered_at),
    stopOrderedAt: ms(row.stop_ordered_at),
    cancelOrderedAt: ms(row.cancel_ordered_at),
    artifactCount: row.artifact_count,
    artifactBytes: Number(row.artifact_bytes),
    captureCount: row.capture_count,
  };
}

/** What never changes in a target row after it was made. */
export function fixedTargetColumns(sessionId: string, target: EngineTarget): Record<string, unknown> {
  const { ordinal, kind, worker, title, spec } = target;
  return { target_id: target.targetId, session_id: sessionId, ordinal, kind, worker, title, spec };
}

/** What a decision may change in a target row. */
export function changedTargetColumns(target: EngineTarget): Record<ChangedTargetColumn, unknown> {
  return {
    state: target.state,
    attempt: target.attempt,
    task_id: target.taskId,
    message: target.message,
    error: target.error,
    metrics: target.metrics,
    configuring_at: iso(target.configuringAt),
    ready_at: iso(target.readyAt),
    start_sent_at: iso(target.startSentAt),
    started_at: iso(target.startedAt),
    stopped_at: iso(target.stoppedAt),
    finished_at: iso(target.finishedAt),
    paused_at: iso(target.pausedAt),
    last_sequence: target.lastSequence,
    last_fence: target.lastFence,
    claimed_at: iso(target.claimedAt),
    last_heartbeat_at: iso(target.lastHeartbeatAt),
    start_by: iso(target.startBy),
    ready_by: iso(target.readyBy),
    close_within_ms: target.closeWithinMs,
    close_by: iso(target.closeBy),
    heartbeat_ms: target.heartbeatMs,
    start_ordered_at: iso(target.startOrderedAt),
    stop_ordered_at: iso(target.stopOrderedAt),
    cancel_ordered_at: iso(target.cancelOrderedAt),
    artifact_count: target.artifactCount,
    artifact_bytes: target.artifactBytes,
    capture_count: target.captureCount,
  };
}

/** Columns of `targets` that a decision may change, with their types in PostgreSQL. */
export const CHANGED_TARGET_COLUMNS = {
  state: 'text',
  attempt: 'int',
  task_id: 'uuid',
  message: 'text',
  error: 'jsonb',
  metrics: 'jsonb',
  configuring_at: 'timestamptz',
  ready_at: 'timestamptz',
  start_sent_at: 'timestamptz',
  started_at: 'timestamptz',
  stopped_at: 'timestamptz',
  finished_at: 'timestamptz',
  paused_at: 'timestamptz',
  last_sequence: 'int',
  last_fence: 'int',
  claimed_at: 'timestamptz',
  last_heartbeat_at: 'timestamptz',
  start_by: 'timestamptz',
  ready_by: 'timestamptz',
  close_within_ms: 'bigint',
  close_by: 'timestamptz',
  heartbeat_ms: 'int',
  start_ordered_at: 'timestamptz',
  stop_ordered_at: 'timestamptz',
  cancel_ordered_at: 'timestamptz',
  artifact_count: 'int',
  artifact_bytes: 'bigint',
  capture_count: 'int',
} as const satisfies Partial<Record<keyof TargetRow, string>>;
type ChangedTargetColumn = keyof typeof CHANGED_TARGET_COLUMNS;
