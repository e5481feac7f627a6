/** Days a refresh token is good for, counted from its last use. */
export const REFRESH_DAYS = 14;
/** Days after a sign-in until one must sign in again, however often the token was used. */
export const FAMILY_DAYS = 60;
/**
 * Milliseconds in which a token that was just used is accepted once more: two tabs that wake up together send the same
 * cookie, and that is no theft.
 */
export const REUSE_GRACE_MS = 10_000;

const DAY_MS = 86_400_000;

/** A stored refresh token; times are Unix milliseconds. */
export interface RefreshRecord {
  readonly expiresAt: number;
  readonly familyExpiresAt: number;
  readonly usedAt: number | null;
  readonly revokedAt: number | null;
}

/** What to do with a refresh token that was shown. */
export type RotationDecision = 'rotate' | 'refuse' | 'revoke-family';

/**
 * A token is good for one use. A used one that comes back later was copied: whoever holds its successors cannot be told
 * from the thief, so the whole family ends.
 */
export function decideRotation(record: RefreshRecord, now: number): RotationDecision {
  if (record.revokedAt !== null || record.expiresAt <= now || record.familyExpiresAt <= now) {
    return 'refuse';
  }
  if (record.usedAt !== null && now - record.usedAt > REUSE_GRACE_MS) {
    return 'revoke-family';
  }
  return 'rotate';
}

/** When a token made now ends. */
export function refreshExpiry(now: number, familyExpiresAt: number): number {
  return Math.min(now + REFRESH_DAYS * DAY_MS, familyExpiresAt);
}

/** When a family begun now ends. */
export function familyExpiry(now: number): number {
  return now + FAMILY_DAYS * DAY_MS;
}
