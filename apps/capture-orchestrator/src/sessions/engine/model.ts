import type { ErrorShape } from './wire';
import type { Actor, ArtifactView, DataOf, sessionArtifactEvents, SessionOptions, SessionState, TargetState, taskEvents, WorkerName } from '@capstan/contracts';

/**
 * The session engine's own words. Everything in this folder is plain data and pure functions: no clock, no database, no
 * broker. Instants are Unix milliseconds here; they become ISO-8601 or timestamptz only at the edges.
 */

/** The header of a session. */
export interface EngineSession {
  readonly sessionId: string;
  readonly state: SessionState;
  /** Number of the last line of the history; every published change takes the next one. */
  readonly sequence: number;
  readonly durationSec: number | null;
  readonly options: SessionOptions;
  readonly createdAt: number;
  /** By when every target must be ready. */
  readonly armBy: number;
  /** The instant all targets were told to start at; null until the barrier opened. */
  readonly t0: number | null;
  readonly captureStartedAt: number | null;
  readonly stopRequestedAt: number | null;
  readonly cancelRequestedAt: number | null;
  readonly deleteRequestedAt: number | null;
  /** Since when the session is paused; null while it is not. */
  readonly pausedAt: number | null;
  /** Milliseconds of all pauses that are over. */
  readonly pausedMs: number;
  /** Number of the last order to pause or to go on, so that workers tell an old one from a new one. */
  readonly pauseOrder: number;
  readonly completedAt: number | null;
  readonly startSpreadMs: number | null;
  /** Artifacts of the session as a whole; those of its targets are counted there. */
  readonly ownArtifactCount: number;
  readonly ownArtifactBytes: number;
  /** Numbers about the session as a whole. */
  readonly metrics: Readonly<Record<string, number>>;
  readonly targetCount: number;
  readonly completedCount: number;
  readonly failedCount: number;
  readonly artifactCount: number;
  readonly artifactBytes: number;
  /** Artifacts that are what the session was run for, not a transcript or a report about it. */
  readonly captureCount: number;
}

/** A target, and the attempt that works on it now. */
export interface EngineTarget {
  readonly targetId: string;
  readonly ordinal: number;
  readonly kind: string;
  readonly worker: WorkerName;
  readonly title: string;
  /** What to do; holds no secret. */
  readonly spec: Readonly<Record<string, unknown>>;
  readonly state: TargetState;
  readonly attempt: number;
  readonly taskId: string;
  readonly message: string | null;
  readonly error: ErrorShape | null;
  readonly metrics: Readonly<Record<string, number>>;
  readonly configuringAt: number | null;
  readonly readyAt: number | null;
  readonly startSentAt: number | null;
  readonly startedAt: number | null;
  readonly stoppedAt: number | null;
  readonly finishedAt: number | null;
  /** Since when the target holds still, as its worker says. */
  readonly pausedAt: number | null;
  /** The newest fact that was folded, and the lease under which it was said. */
  readonly lastSequence: number;
  readonly lastFence: number;
  /** When the first sign of life of this attempt arrived here; null until a worker has taken the task. */
  readonly claimedAt: number | null;
  readonly lastHeartbeatAt: number | null;
  readonly startBy: number;
  readonly readyBy: number;
  readonly closeWithinMs: number;
  readonly closeBy: number;
  readonly heartbeatMs: number;
  /** When an order was queued for this attempt, so that it is queued once. */
  readonly startOrderedAt: number | null;
  readonly stopOrderedAt: number | null;
  readonly cancelOrderedAt: number | null;
  readonly artifactCount: number;
  readonly artifactBytes: number;
  readonly captureCount: number;
}

/** Everything a decision looks at. */
export interface Snapshot {
  readonly session: EngineSession;
  readonly targets: readonly EngineTarget[];
  /**
   * Set when `targets` are not all of them, and another one is live: a fact about one of thousands of independent targets
   * is folded without reading the others. What ends a session, or is about all of it, sees them all.
   */
  readonly othersLive?: true;
}

/** Time limits of the engine; see `config.ts` for their defaults and what they mean to an operator. */
export interface EnginePolicy {
  /** From the decision to start until T0: long enough for the `go` to reach every worker. */
  readonly leadMs: number;
  readonly scheduleToStartMs: number;
  /** How long a target that need not start with others may wait for its place. */
  readonly queueLimitMs: number;
  readonly heartbeatMs: number;
  /** Added to the capture's own time for stop, retrieval and verification. */
  readonly collectAllowanceMs: number;
  /** How long a worker may take to clean up after a cancel. */
  readonly cancelAllowanceMs: number;
  /** Longest pause; a session that is forgotten in one is stopped. */
  readonly pauseLimitMs: number;
  /** Longest run of a capture that has no duration. */
  readonly openEndedLimitMs: number;
  /**
   * After the watchdog was away (a restart, a database outage) nothing is judged for this long: the facts that queued up
   * meanwhile are folded first.
   */
  readonly settleMs: number;
}

/** A fact of a task that moves it or says something about it. */
export type AdvancedFact = DataOf<typeof taskEvents.advanced>;
/** The last fact of an attempt. */
export type FinishedFact = DataOf<typeof taskEvents.finished>;
/** A stored object. */
export type ArtifactFact = DataOf<typeof taskEvents.artifactStored>;

/** Stored objects of the session as a whole. */
export type SessionArtifactsFact = DataOf<typeof sessionArtifactEvents.stored>;

/** What may happen to a session. */
export type EngineInput =
  | { readonly type: 'advanced'; readonly fact: AdvancedFact }
  /** `known`: rows that already hold the id or the key of an artifact the fact names. */
  | { readonly type: 'finished'; readonly fact: FinishedFact; readonly known: readonly KnownArtifact[] }
  | { readonly type: 'artifact'; readonly fact: ArtifactFact; readonly known: readonly KnownArtifact[] }
  | { readonly type: 'session-artifacts'; readonly fact: SessionArtifactsFact; readonly known: readonly KnownArtifact[] }
  | { readonly type: 'stop'; readonly by: Actor }
  | { readonly type: 'cancel'; readonly by: Actor }
  | { readonly type: 'pause'; readonly by: Actor }
  | { readonly type: 'resume'; readonly by: Actor }
  | { readonly type: 'delete'; readonly by: Actor }
  /** The watchdog looks at the deadlines; `observedSince`: since when facts have been folded without a gap. */
  | { readonly type: 'tick'; readonly observedSince: number };

/** What the engine needs to know of a stored artifact. */
export interface KnownArtifact {
  readonly artifactId: string;
  readonly key: string;
  /** Null for one of the session as a whole. */
  readonly targetId: string | null;
  readonly size: number;
  readonly kind: ArtifactView['kind'];
}

/** A message that a decision wants sent, in this order, in the transaction that stores the decision. */
export type EngineMessage =
  | { readonly type: 'run-task'; readonly target: EngineTarget }
  | { readonly type: 'start-task'; readonly target: EngineTarget; readonly t0: number }
  | { readonly type: 'stop-task'; readonly target: EngineTarget }
  | { readonly type: 'cancel-task'; readonly target: EngineTarget }
  | { readonly type: 'pause-task' | 'resume-task'; readonly target: EngineTarget; readonly order: number }
  | { readonly type: 'go'; readonly t0: number; readonly taskIds: readonly string[] }
  | { readonly type: 'stop-hint'; readonly taskIds: readonly string[] }
  | { readonly type: 'cancel-hint'; readonly taskIds: readonly string[] }
  | { readonly type: 'pause-hint'; readonly taskIds: readonly string[] }
  | { readonly type: 'target-changed'; readonly sequence: number; readonly target: EngineTarget }
  | { readonly type: 'artifact-added'; readonly sequence: number; readonly artifact: ArtifactView }
  | { readonly type: 'state-changed'; readonly sequence: number; readonly session: EngineSession }
  | { readonly type: 'finished'; readonly sequence: number; readonly session: EngineSession };

/** A line of the durable history. */
export interface HistoryLine {
  readonly sequence: number;
  readonly type: HistoryType;
  readonly targetId: string | null;
  readonly data: Readonly<Record<string, unknown>>;
}

/** Names of history lines. */
export const HISTORY_TYPES = [
  'session.created',
  'session.state-changed',
  'session.stop-requested',
  'session.cancel-requested',
  'session.delete-requested',
  'session.paused',
  'session.resumed',
  'session.held',
  'session.released',
  'session.counts-changed',
  'target.state-changed',
  'target.attempt-started',
  'target.updated',
  'artifact.added',
] as const;
/** See {@link HISTORY_TYPES}. */
export type HistoryType = (typeof HISTORY_TYPES)[number];

/** What happens to stored artifacts because of a decision. */
export type ArtifactChange =
  | { readonly type: 'add'; readonly artifact: ArtifactView; readonly attempt: number | null; readonly replaces: readonly string[] }
  /** Rows of this target no longer count: it was cancelled, or another attempt began. */
  | { readonly type: 'discard'; readonly targetId: string };

/** What to store and to send. Nothing changed ⇔ `changed` is false. */
export interface Decision {
  readonly session: EngineSession;
  readonly targets: readonly EngineTarget[];
  /** Whether anything at all has to be written. */
  readonly changed: boolean;
  /** Targets whose rows differ, with the attempt and state they were read with. */
  readonly changedTargets: ReadonlyArray<{ readonly before: EngineTarget; readonly after: EngineTarget }>;
  readonly history: readonly HistoryLine[];
  readonly messages: readonly EngineMessage[];
  readonly artifacts: readonly ArtifactChange[];
  /** Whether objects may lie in the store that no artifact row names: they are removed in the background. */
  readonly sweep: boolean;
}
