/** What decides which chunk numbers are done. */
export interface ProgressState {
  /** Chunk numbers that were told of. */
  readonly told: number;
  readonly totalChunks: number;
  readonly chunkSeconds: number;
  /** Unix milliseconds of sample 0. */
  readonly t0: number;
  readonly pausedMs: number;
  readonly streams: ReadonlyArray<{ readonly live: boolean; readonly nextChunk: number }>;
}

/** How long a late receiver is waited for, milliseconds. */
const PATIENCE_MS = 2_000;

/**
 * How many chunk numbers are done by now: those that every live receiver has stored, and those that at least one has and
 * that ended two seconds ago.
 */
export function chunksDone(state: ProgressState, now: number): number {
  const live = state.streams.filter((stream) => stream.live);
  const most = Math.max(0, ...state.streams.map((stream) => stream.nextChunk));
  const all = live.length === 0 ? most : Math.min(...live.map((stream) => stream.nextChunk));
  const ended = Math.floor((now - PATIENCE_MS - state.pausedMs - state.t0) / (1_000 * state.chunkSeconds));
  return Math.min(state.totalChunks, Math.max(state.told, all, Math.min(most, ended)));
}
