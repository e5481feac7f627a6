/** Shape of an exponential backoff. */
export interface BackoffPolicy {
  /** Delay before the first retry, in milliseconds. */
  initialMs: number;
  /** Upper bound of a delay, in milliseconds. */
  maxMs: number;
  /** Growth per attempt. Default 2. */
  factor?: number;
}

/**
 * Delay before retry number `attempt` (1 = first retry), in milliseconds, with "equal jitter": half fixed, half random,
 * so that a fleet that failed together does not come back together, and no retry comes at once.
 * @param random a number in [0, 1)
 */
export function backoffDelay(policy: BackoffPolicy, attempt: number, random: number): number {
  const exponent = Math.max(0, attempt - 1);
  const ceiling = Math.min(policy.maxMs, policy.initialMs * (policy.factor ?? 2) ** exponent);
  return Math.round(ceiling / 2 + (ceiling / 2) * random);
}

/** Randomness as a port: a number in [0, 1). */
export type Random = () => number;

/** The randomness of a running process; for spreading load, never for secrets. */
export const systemRandom: Random = () => Math.random();
