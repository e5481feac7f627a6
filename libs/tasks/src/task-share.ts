/** Tasks claimed at once: somebody who holds nothing yet is nobody whom {@link placesFor} could count. */
const CLAIM_AT_ONCE = 4;

/** Tasks of one worker service that are to be done or are at work, over all its processes. */
export interface TaskLoad {
  /** Let in, and held by nobody. */
  readonly waiting: number;
  /** Held by the process that asks. */
  readonly mine: number;
  /** Held by others. */
  readonly elsewhere: number;
  /** Other processes that hold any. */
  readonly others: number;
}

/**
 * How many tasks a process is to claim now: no more than make it hold as many as any other. All are woken at once, and
 * the quickest must not take everything.
 * @param free tasks it may hold beside those it has
 * @returns 0 when the rest is for others
 */
export function placesFor({ waiting, mine, elsewhere, others }: TaskLoad, free: number): number {
  const share = Math.ceil((waiting + mine + elsewhere) / (others + 1));
  return Math.max(0, Math.min(waiting, free, CLAIM_AT_ONCE, share - mine));
}
