/** What a stream brought. */
export interface StreamResult {
  readonly chunks: number;
  readonly lost: number;
  /** Chunks that were asked for. */
  readonly expectedChunks: number;
  readonly failed: boolean;
}

/**
 * The end of a recording: completed when nothing is missing anywhere, partial when at least one chunk is stored, failed
 * when none is. Cancelling keeps what there is, and is called by its name.
 */
export function verdict(streams: readonly StreamResult[], cancelled: boolean): 'completed' | 'partial' | 'failed' | 'cancelled' {
  if (cancelled) {
    return 'cancelled';
  }
  const stored = streams.reduce((sum, stream) => sum + stream.chunks, 0);
  if (stored === 0) {
    return 'failed';
  }
  return streams.every((stream) => !stream.failed && stream.lost === 0 && stream.chunks >= stream.expectedChunks) ? 'completed' : 'partial';
}
