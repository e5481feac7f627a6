import { type ArtifactView, targetMachine, type TaskRef } from '@capstan/contracts';
import type { AdvancedFact, EngineTarget, FinishedFact, KnownArtifact } from './model';
import { isLive, reached } from './order';

interface Said extends TaskRef {
  readonly fence: number;
  readonly sequence: number;
}

/** Whether a fact speaks of the attempt that counts. Facts of an attempt that was given up change nothing. */
export function isCurrent(target: EngineTarget, fact: TaskRef): boolean {
  return fact.task_id === target.taskId && fact.attempt === target.attempt;
}

/** Whether a fact is newer than all that was folded, and said by a holder that had not lost its lease to another one. */
export function isNewer(target: EngineTarget, fact: Said): boolean {
  return fact.sequence > target.lastSequence && fact.fence >= target.lastFence;
}

/** A sign of life, whatever it says. `now` is this side's clock: silence is measured where it is heard. */
export function heard(target: EngineTarget, fact: Said, now: number): EngineTarget {
  return {
    ...target,
    claimedAt: target.claimedAt ?? now,
    lastHeartbeatAt: Math.max(target.lastHeartbeatAt ?? now, now),
    lastSequence: isNewer(target, fact) ? fact.sequence : target.lastSequence,
    lastFence: Math.max(target.lastFence, fact.fence),
  };
}

/**
 * Folds "a task entered a state" into its target. The result does not depend on the order in which the facts of an
 * attempt arrive: the furthest state wins, the first time that was named for a moment stays, counters keep their maximum.
 * A fact that was overtaken therefore moves nothing, but still fills in the times that only it knows; without that, a
 * `capturing` that waited in a retry queue would be missing from the start spread for ever.
 */
export function foldAdvanced(target: EngineTarget, fact: AdvancedFact, now: number): EngineTarget {
  if (!isCurrent(target, fact)) {
    return target;
  }
  const timed = { ...target, ...momentsOf(target, fact), metrics: mergeMetrics(target.metrics, fact.metrics, isNewer(target, fact)) };
  if (!isLive(target)) {
    return timed;
  }
  const trusted = fact.fence >= target.lastFence;
  return heard(
    {
      ...timed,
      state: trusted && targetMachine.canMove(target.state, fact.state) ? fact.state : target.state,
      message: isNewer(target, fact) && fact.message !== undefined ? fact.message : target.message,
      pausedAt: isNewer(target, fact) && fact.paused_at !== undefined ? instantOf(fact.paused_at) : target.pausedAt,
    },
    fact,
    now,
  );
}

/** Folds the one last fact of an attempt. Whether the attempt is repeated was decided before. */
export function foldFinished(target: EngineTarget, fact: FinishedFact, now: number): EngineTarget {
  if (!isCurrent(target, fact) || !isLive(target) || fact.fence < target.lastFence) {
    return target;
  }
  // Who was done before the cancellation reached him is cancelled all the same: what he has stored is thrown away.
  const state = fact.outcome === 'completed' && target.cancelOrderedAt !== null ? 'cancelled' : fact.outcome;
  const error = fact.outcome === 'failed' ? (fact.error ?? { code: 'TASK_FAILED', message: 'The worker gave no reason', retryable: false }) : null;
  return heard(
    {
      ...target,
      state,
      error,
      message: fact.message ?? error?.message ?? null,
      metrics: mergeMetrics(target.metrics, fact.metrics, true),
      stoppedAt: earliest(target.stoppedAt, fact.stopped_at),
      finishedAt: Date.parse(fact.at),
      pausedAt: null,
    },
    fact,
    now,
  );
}

/** What a stored object means for the target that is said to own it. */
export type ArtifactVerdict = { readonly type: 'ignore' } | { readonly type: 'orphan' } | { readonly type: 'add'; readonly replaces: readonly KnownArtifact[] };

/**
 * Judges a stored object. Order does not matter here: an artifact may be announced after its task finished, and counts.
 * An object of an attempt that was given up or cancelled is an orphan, which is removed from the store.
 */
export function judgeArtifact(target: EngineTarget, fact: Said, artifact: ArtifactView, known: readonly KnownArtifact[]): ArtifactVerdict {
  if (artifact.target_id !== target.targetId || known.some((row) => row.artifactId === artifact.artifact_id)) {
    return { type: 'ignore' };
  }
  if (!isCurrent(target, fact) || target.cancelOrderedAt !== null || target.state === 'cancelled') {
    return { type: 'orphan' };
  }
  // Same key under an older lease: the newer holder has stored, or will store, the object again.
  return fact.fence < target.lastFence ? { type: 'ignore' } : { type: 'add', replaces: known.filter((row) => row.key === artifact.key && row.targetId === target.targetId) };
}

/** Whether the capture may have begun on the device, as far as is known here; a repeated attempt would lose it then. */
export function mayHaveBegun(target: EngineTarget): boolean {
  return reached(target.state, 'starting') || target.startSentAt !== null || target.startedAt !== null;
}

function momentsOf(target: EngineTarget, fact: AdvancedFact): Partial<EngineTarget> {
  const at = Date.parse(fact.at);
  return {
    configuringAt: fact.state === 'configuring' ? earliest(target.configuringAt, at) : target.configuringAt,
    readyAt: fact.state === 'ready' ? earliest(target.readyAt, at) : target.readyAt,
    startSentAt: earliest(target.startSentAt, fact.start_sent_at),
    startedAt: earliest(target.startedAt, fact.started_at ?? (fact.state === 'capturing' ? at : null)),
    stoppedAt: earliest(target.stoppedAt, fact.stopped_at),
  };
}

function instantOf(said: string | null): number | null {
  return said === null ? null : Date.parse(said);
}

function earliest(known: number | null, said: string | number | null | undefined): number | null {
  if (said === null || said === undefined) {
    return known;
  }
  const instant = typeof said === 'number' ? said : Date.parse(said);
  return known === null ? instant : Math.min(known, instant);
}

/** Numbers of these units are readings that go up and down; every other one is a counter and never shrinks. */
const READING = /_(ms|sec|percent|ratio|dbm?|hz)$/;

function mergeMetrics(known: EngineTarget['metrics'], said: Record<string, number> | undefined, newer: boolean): EngineTarget['metrics'] {
  if (said === undefined) {
    return known;
  }
  const merged: Record<string, number> = { ...known };
  for (const [name, value] of Object.entries(said)) {
    const before = known[name];
    if (before === undefined) {
      merged[name] = value;
    } else if (READING.test(name)) {
      merged[name] = newer ? value : before;
    } else {
      merged[name] = Math.max(before, value);
    }
  }
  return merged;
}
