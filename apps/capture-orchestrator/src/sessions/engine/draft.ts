import type { ArtifactView } from '@capstan/contracts';
import type { IdSource } from '@capstan/kernel';
import type { ArtifactChange, EngineMessage, EnginePolicy, EngineSession, EngineTarget, HistoryType, Snapshot } from './model';

/** What a decision may use besides the snapshot and the input. */
export interface DecisionContext {
  /** Unix milliseconds. */
  readonly now: number;
  /** Names new attempts. */
  readonly ids: IdSource;
  readonly policy: EnginePolicy;
}

/** A decision in the making. Lives for one call of `decide` and is the only thing in the engine that changes. */
export interface Draft {
  readonly before: Snapshot;
  readonly context: DecisionContext;
  session: EngineSession;
  targets: EngineTarget[];
  /** Orders and hints to workers, in the order in which they are given. */
  readonly orders: EngineMessage[];
  artifacts: ArtifactChange[];
  added: ArtifactView[];
  /** Who asked, when the input was somebody's wish; noted in the history. */
  request: { readonly type: HistoryType; readonly by: unknown } | null;
  /** An object turned up that belongs to no attempt that counts. */
  orphan: boolean;
  /** The barrier opened in this decision. */
  opened: boolean;
}

/** Starts a draft from what is stored. */
export function draftOf(before: Snapshot, context: DecisionContext): Draft {
  return {
    before,
    context,
    session: before.session,
    targets: [...before.targets],
    orders: [],
    artifacts: [],
    added: [],
    request: null,
    orphan: false,
    opened: false,
  };
}

/** Puts a changed target in its place. */
export function replaceTarget(draft: Draft, target: EngineTarget): void {
  draft.targets = draft.targets.map((other) => (other.targetId === target.targetId ? target : other));
}
