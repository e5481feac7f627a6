import { type CreateSessionRequest, TARGET_KINDS, titleOfTarget, type TargetRequest } from '@capstan/contracts';
import type { IdSource } from '@capstan/kernel';
import { deadlinesOf } from './deadlines';
import type { EnginePolicy, EngineSession, EngineTarget, Snapshot } from './model';
import { defaultName, distinctTitles } from './naming';
import { FRESH_ATTEMPT } from './fresh-attempt';

/** A session as it is first stored: everything pending, the first attempt of every target ordered. */
export interface NewSession extends Snapshot {
  readonly name: string;
}

/** Builds a session from a checked request. */
export function newSession(sessionId: string, request: CreateSessionRequest, context: { now: number; ids: IdSource; policy: EnginePolicy }): NewSession {
  const { now, ids, policy } = context;
  const titles = distinctTitles(request.targets.map(titleOf));
  const session: EngineSession = {
    sessionId,
    state: 'pending',
    // The line that says the session was created is the first one.
    sequence: 1,
    durationSec: request.duration_sec ?? null,
    options: request.options,
    createdAt: now,
    armBy: now + request.options.arm_timeout_sec * 1_000,
    t0: null,
    captureStartedAt: null,
    stopRequestedAt: null,
    cancelRequestedAt: null,
    deleteRequestedAt: null,
    pausedAt: null,
    pausedMs: 0,
    pauseOrder: 0,
    completedAt: null,
    startSpreadMs: null,
    ownArtifactCount: 0,
    ownArtifactBytes: 0,
    metrics: {},
    targetCount: request.targets.length,
    completedCount: 0,
    failedCount: 0,
    artifactCount: 0,
    artifactBytes: 0,
    captureCount: 0,
  };
  const targets = request.targets.map((target, index): EngineTarget => ({
    targetId: ids.next(),
    ordinal: index + 1,
    kind: target.kind,
    worker: TARGET_KINDS[target.kind].worker,
    title: titles[index] ?? target.kind,
    spec: target,
    ...FRESH_ATTEMPT,
    attempt: 1,
    taskId: ids.next(),
    message: null,
    ...deadlinesOf(session, { kind: target.kind, spec: target }, now, policy),
    artifactCount: 0,
    artifactBytes: 0,
    captureCount: 0,
  }));
  return { name: request.name ?? defaultName(titles), session, targets };
}

function titleOf(target: TargetRequest): string {
  return titleOfTarget(target);
}
