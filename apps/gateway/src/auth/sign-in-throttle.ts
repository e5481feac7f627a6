/** How failed sign-ins slow down the next ones. */
export interface ThrottlePolicy {
  /** Failures without any delay. */
  readonly free: number;
  /** Delay after the first failure beyond those, in milliseconds; doubles with each further one. */
  readonly initialMs: number;
  readonly maxMs: number;
  /** A record this old counts no more, in milliseconds. */
  readonly forgetMs: number;
}

/** One user name from one address. */
export const PAIR_POLICY: ThrottlePolicy = { free: 5, initialMs: 1_000, maxMs: 15 * 60_000, forgetMs: 60 * 60_000 };
/** All user names from one address: many people may share it, so more is let through. */
export const ADDRESS_POLICY: ThrottlePolicy = { free: 50, initialMs: 1_000, maxMs: 5 * 60_000, forgetMs: 60 * 60_000 };

/** What is remembered; times are Unix milliseconds. */
export interface Attempts {
  readonly failures: number;
  readonly lastAt: number;
  readonly blockedUntil: number;
}

/** Whether an attempt may be made, and what to remember if it is. */
export type ThrottleDecision =
  | { readonly allowed: true; readonly next: Attempts }
  | { readonly allowed: false; readonly retryAfterMs: number };

/**
 * Decides about one attempt. An allowed attempt is counted as failed before the password is looked at: otherwise a
 * hundred attempts made at the same moment would all be free.
 */
export function decideAttempt(policy: ThrottlePolicy, known: Attempts | undefined, now: number): ThrottleDecision {
  const attempts = known && now - known.lastAt < policy.forgetMs ? known : undefined;
  // Among the free ones nobody waits: what stands there is the clock of another replica, or an instant before we had the row.
  if (attempts && attempts.failures > policy.free && attempts.blockedUntil > now) {
    return { allowed: false, retryAfterMs: attempts.blockedUntil - now };
  }
  const failures = (attempts?.failures ?? 0) + 1;
  const beyond = failures - policy.free;
  const delay = beyond <= 0 ? 0 : Math.min(policy.maxMs, policy.initialMs * 2 ** (beyond - 1));
  return { allowed: true, next: { failures, lastAt: now, blockedUntil: now + delay } };
}
