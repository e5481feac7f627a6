interface Started {
  readonly startSentAt: number | null;
  readonly startedAt: number | null;
}

/**
 * Milliseconds between the first and the last start line that left for a device which then confirmed.
 * Null until two targets have started: a spread of one says nothing.
 */
export function startSpreadOf(targets: readonly Started[]): number | null {
  const sent = targets.flatMap((target) => (target.startedAt !== null && target.startSentAt !== null ? [target.startSentAt] : []));
  return sent.length < 2 ? null : Math.max(...sent) - Math.min(...sent);
}

/** When the first device confirmed that it captures. */
export function captureStartedAt(targets: readonly Started[]): number | null {
  const started = targets.flatMap((target) => (target.startedAt === null ? [] : [target.startedAt]));
  return started.length === 0 ? null : Math.min(...started);
}
