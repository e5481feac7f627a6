import type { ArtifactView, ServerMessages, SessionSummary, SessionView, TargetView } from '@capstan/contracts';
import { isTerminal } from '../design/status';

/*
 * What the live page shows, folded from a snapshot and the messages of the socket. Words:
 *   sequence           number of a session's history; a message carries the one it was made at
 *   progress sequence  counts within one attempt of one target; progress is lossy and may overtake facts
 * Folding is idempotent and does not depend on order: messages may come twice, late or shuffled.
 */

/** One reading of a target's counters, to tell a rate from. */
export interface Sample {
  /** Worker's time in ms. */
  readonly at: number;
  readonly packets: number;
  readonly bytes: number;
}

/** A target with what progress added to it. */
export interface LiveTarget {
  readonly view: TargetView;
  /** Sequence that `view` was made at. */
  readonly sequence: number;
  readonly progressAttempt: number;
  readonly progressSequence: number;
  /** `view.metrics` with what progress knows beyond them. */
  readonly metrics: Readonly<Record<string, number>>;
  readonly message: string | null;
  readonly samples: readonly Sample[];
}

/** A session as the live page shows it. */
export interface LiveSession {
  readonly header: SessionSummary;
  readonly targets: Readonly<Record<string, LiveTarget>>;
  readonly artifacts: Readonly<Record<string, ArtifactView>>;
  readonly deleted: boolean;
}

/** A message about one session. */
export type LiveMessage =
  | { readonly type: 'snapshot'; readonly data: { readonly session: SessionView; readonly artifacts: readonly ArtifactView[]; readonly sequence: number } }
  | { readonly type: 'state'; readonly data: ServerMessages['session:state'] }
  | { readonly type: 'target'; readonly data: ServerMessages['session:target'] }
  | { readonly type: 'artifact'; readonly data: ServerMessages['session:artifact'] }
  | { readonly type: 'progress'; readonly data: ServerMessages['session:progress'] }
  | { readonly type: 'deleted' };

/** Counters only grow while a capture runs; everything else (clock offset, free space) is a reading whose latest value counts. */
const COUNTERS: ReadonlySet<string> = new Set(['packets_captured', 'packets_received', 'packets_dropped', 'bytes', 'files']);
/** Rates are told over about this many milliseconds of samples. */
const RATE_WINDOW_MS = 5_000;

/** The session after one message; the same object when the message says nothing new. Before a snapshot there is nothing to apply to. */
export function fold(state: LiveSession | undefined, message: LiveMessage): LiveSession | undefined {
  if (message.type === 'snapshot') {
    return foldSnapshot(state, message.data);
  }
  if (state === undefined) {
    return undefined;
  }
  switch (message.type) {
    case 'state':
      return message.data.sequence > state.header.sequence ? { ...state, header: message.data.session } : state;
    case 'target': {
      const { target, sequence } = message.data;
      const known = state.targets[target.target_id];
      const next = foldTarget(known, target, sequence);
      return next === known ? state : { ...state, targets: { ...state.targets, [target.target_id]: next } };
    }
    case 'artifact': {
      const { artifact } = message.data;
      return artifact.artifact_id in state.artifacts ? state : { ...state, artifacts: { ...state.artifacts, [artifact.artifact_id]: artifact } };
    }
    case 'progress': {
      const known = state.targets[message.data.target_id];
      const next = known === undefined ? undefined : foldProgress(known, message.data);
      return next === undefined || next === known ? state : { ...state, targets: { ...state.targets, [message.data.target_id]: next } };
    }
    case 'deleted':
      return state.deleted ? state : { ...state, deleted: true };
  }
}

/** All of `messages` in their order. */
export function foldAll(state: LiveSession | undefined, messages: readonly LiveMessage[]): LiveSession | undefined {
  return messages.reduce(fold, state);
}

/** Targets in the order of the session. */
export function orderedTargets(session: LiveSession): LiveTarget[] {
  return Object.values(session.targets).sort((a, b) => a.view.ordinal - b.view.ordinal);
}

/** Packets and bytes per second over the last seconds; undefined until two samples of a capturing target are there. */
export function ratesOf(target: LiveTarget): { packets: number; bytes: number } | undefined {
  const first = target.samples[0];
  const last = target.samples.at(-1);
  if (target.view.state !== 'capturing' || first === undefined || last === undefined || last.at <= first.at) {
    return undefined;
  }
  const seconds = (last.at - first.at) / 1_000;
  return { packets: (last.packets - first.packets) / seconds, bytes: (last.bytes - first.bytes) / seconds };
}

function foldSnapshot(state: LiveSession | undefined, { session, artifacts, sequence }: Extract<LiveMessage, { type: 'snapshot' }>['data']): LiveSession {
  const { targets, ...header } = session;
  const folded: Record<string, LiveTarget> = { ...state?.targets };
  for (const target of targets) {
    folded[target.target_id] = foldTarget(folded[target.target_id], target, sequence);
  }
  const known = state?.artifacts ?? {};
  const added = artifacts.filter((artifact) => !(artifact.artifact_id in known));
  return {
    header: state !== undefined && state.header.sequence > sequence ? state.header : header,
    targets: folded,
    artifacts: added.length === 0 ? known : { ...known, ...Object.fromEntries(added.map((artifact) => [artifact.artifact_id, artifact])) },
    deleted: state?.deleted ?? false,
  };
}

function foldTarget(known: LiveTarget | undefined, view: TargetView, sequence: number): LiveTarget {
  if (known === undefined) {
    return { view, sequence, progressAttempt: view.attempt, progressSequence: -1, metrics: view.metrics, message: view.message, samples: [] };
  }
  if (sequence <= known.sequence) {
    return known;
  }
  const otherAttempt = view.attempt > known.progressAttempt;
  return {
    view,
    sequence,
    progressAttempt: otherAttempt ? view.attempt : known.progressAttempt,
    progressSequence: otherAttempt ? -1 : known.progressSequence,
    metrics: metricsAfter(known, view),
    message: view.message ?? (isTerminal(view.state) ? null : known.message),
    samples: otherAttempt || isTerminal(view.state) ? [] : known.samples,
  };
}

function metricsAfter(known: LiveTarget, view: TargetView): Readonly<Record<string, number>> {
  if (view.attempt > known.progressAttempt) {
    return view.metrics;
  }
  if (view.attempt < known.progressAttempt) {
    return known.metrics;
  }
  // The end is what was verified in the stored file; a live count that claimed more must give way to it.
  return isTerminal(view.state) ? { ...known.metrics, ...view.metrics } : mergeMetrics(known.metrics, view.metrics, known.progressSequence < 0);
}

function foldProgress(known: LiveTarget, progress: ServerMessages['session:progress']): LiveTarget {
  if (isTerminal(known.view.state) || progress.attempt < known.progressAttempt) {
    return known;
  }
  const otherAttempt = progress.attempt > known.progressAttempt;
  if (!otherAttempt && progress.sequence <= known.progressSequence) {
    return known;
  }
  const metrics = otherAttempt ? progress.metrics : mergeMetrics(known.metrics, progress.metrics, true);
  const sample = { at: Date.parse(progress.time), packets: metrics['packets_captured'] ?? 0, bytes: metrics['bytes'] ?? 0 };
  return {
    ...known,
    progressAttempt: progress.attempt,
    progressSequence: progress.sequence,
    metrics,
    message: progress.message ?? known.message,
    samples: otherAttempt ? [sample] : [...known.samples.filter((earlier) => earlier.at >= sample.at - RATE_WINDOW_MS && earlier.at < sample.at), sample],
  };
}

function mergeMetrics(known: Readonly<Record<string, number>>, incoming: Readonly<Record<string, number>>, incomingIsNewer: boolean): Readonly<Record<string, number>> {
  const merged: Record<string, number> = { ...known };
  for (const [name, value] of Object.entries(incoming)) {
    const before = known[name];
    merged[name] = before === undefined ? value : COUNTERS.has(name) ? Math.max(before, value) : incomingIsNewer ? value : before;
  }
  return merged;
}
