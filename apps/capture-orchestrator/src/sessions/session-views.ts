import type { SessionSummary, SessionView, TargetKindName, TargetView } from '@capstan/contracts';
import { isoTime } from '@capstan/kernel';
import { isPausable } from './engine/duration';
import { hasEnded } from './engine/order';
import type { EngineSession, EngineTarget } from './engine/model';
import type { SessionRow } from './session.entity';

/** What clients see of a session that the engine does not decide about. */
export type SessionIdentity = Pick<SessionRow, 'name' | 'kinds' | 'created_by' | 'retry_of'> & Partial<Pick<SessionRow, 'hold'>>;

const iso = (instant: number | null): string | null => (instant === null ? null : isoTime(instant));

/** The header of a session. */
export function summaryOf(session: EngineSession, identity: SessionIdentity): SessionSummary {
  return {
    session_id: session.sessionId,
    name: identity.name,
    kinds: identity.kinds as TargetKindName[],
    state: session.state,
    sequence: session.sequence,
    duration_sec: session.durationSec,
    options: session.options,
    created_at: isoTime(session.createdAt),
    created_by: identity.created_by,
    t0: iso(session.t0),
    capture_started_at: iso(session.captureStartedAt),
    stop_requested_at: iso(session.stopRequestedAt),
    cancel_requested_at: iso(session.cancelRequestedAt),
    pausable: identity.kinds.every((kind) => isPausable({ kind })),
    paused_at: iso(session.pausedAt),
    paused_ms: session.pausedMs,
    completed_at: iso(session.completedAt),
    start_spread_ms: session.startSpreadMs,
    target_count: session.targetCount,
    completed_count: session.completedCount,
    failed_count: session.failedCount,
    artifact_count: session.artifactCount,
    artifact_bytes: session.artifactBytes,
    metrics: { ...session.metrics },
    download_available: hasEnded(session) && session.captureCount > 0,
    retry_of: identity.retry_of,
    hold: identity.hold ?? null,
  };
}

/** One target. */
export function targetViewOf(sessionId: string, target: EngineTarget): TargetView {
  return {
    target_id: target.targetId,
    session_id: sessionId,
    ordinal: target.ordinal,
    kind: target.kind as TargetKindName,
    title: target.title,
    worker: target.worker,
    spec: { ...target.spec },
    state: target.state,
    attempt: target.attempt,
    message: target.message,
    error: target.error,
    metrics: { ...target.metrics },
    configuring_at: iso(target.configuringAt),
    ready_at: iso(target.readyAt),
    start_sent_at: iso(target.startSentAt),
    started_at: iso(target.startedAt),
    stopped_at: iso(target.stoppedAt),
    finished_at: iso(target.finishedAt),
    paused_at: iso(target.pausedAt),
  };
}

/** A session with its targets. */
export function viewOf(session: EngineSession, identity: SessionIdentity, targets: readonly EngineTarget[]): SessionView {
  return { ...summaryOf(session, identity), targets: targets.map((target) => targetViewOf(session.sessionId, target)) };
}
