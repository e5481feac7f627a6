import type { RetentionReason, RetentionRule, TargetKindName } from '@capstan/contracts';

const DAY_MS = 86_400_000;

/** A session as retention sees it. */
export interface KeptSession {
  readonly sessionId: string;
  readonly kinds: readonly TargetKindName[];
  /** Null while it runs. */
  readonly endedAt: number | null;
  readonly held: boolean;
  /** Bytes of its artifacts by kind of target. */
  readonly bytes: Readonly<Partial<Record<TargetKindName, number>>>;
}

/** Limits of one kind; null is none. */
export interface KindLimits {
  readonly kind: TargetKindName;
  readonly maxAgeDays: number | null;
  readonly maxSessions: number | null;
  readonly maxBytes: number | null;
  readonly keepLast: number;
}

/** A session that is to go, with one reason for each of its kinds. */
export interface Doomed<Session extends KeptSession> {
  readonly session: Session;
  readonly reasons: readonly RetentionReason[];
}

/** What is to go, oldest first, and what would go as well if nobody held it. */
export interface RetentionDecision<Session extends KeptSession> {
  readonly doomed: ReadonlyArray<Doomed<Session>>;
  readonly held: readonly Session[];
}

type Ended<Session> = Session & { readonly endedAt: number };

/** Whether a limit of the kind can ever remove anything. */
export function hasLimits({ maxAgeDays, maxSessions, maxBytes }: KindLimits): boolean {
  return maxAgeDays !== null || maxSessions !== null || maxBytes !== null;
}

/**
 * Which sessions go. A running or held one never does; the newest `keepLast` of a kind, held ones among them, never do; and a
 * session of several kinds goes only when each of them lets it go, so that whatever any policy keeps stays.
 *
 * Held and running sessions use up no place and no bytes of a limit: holding a session must not push out another one.
 */
export function decideRetention<Session extends KeptSession>(sessions: readonly Session[], limits: readonly KindLimits[], now: number): RetentionDecision<Session> {
  const ended = sessions.filter((session): session is Ended<Session> => session.endedAt !== null).sort(newestFirst);
  const verdicts = new Map<TargetKindName, ReadonlyMap<string, RetentionReason>>(limits.filter(hasLimits).map((limit) => [limit.kind, verdictsOf(ended, limit, now)]));
  const doomed: Doomed<Session>[] = [];
  const held: Session[] = [];
  for (const session of ended.reverse()) {
    const reasons = session.kinds.flatMap((kind) => verdicts.get(kind)?.get(session.sessionId) ?? []);
    if (reasons.length === 0 || reasons.length < session.kinds.length) {
      continue;
    }
    if (session.held) {
      held.push(session);
    } else {
      doomed.push({ session, reasons });
    }
  }
  return { doomed, held };
}

function verdictsOf<Session extends KeptSession>(newestFirstSessions: readonly Ended<Session>[], limits: KindLimits, now: number): ReadonlyMap<string, RetentionReason> {
  const { kind, keepLast } = limits;
  const reasons = new Map<string, RetentionReason>();
  let place = 0;
  let counted = 0;
  let bytes = 0;
  for (const session of newestFirstSessions) {
    if (!session.kinds.includes(kind)) {
      continue;
    }
    place += 1;
    // A held one is judged as if it were the next that counts, to tell what its hold keeps, and then not counted.
    const mine = { sessions: counted + 1, bytes: bytes + (session.bytes[kind] ?? 0) };
    const rule = place <= keepLast ? null : brokenRule(limits, { age: now - session.endedAt, ...mine });
    if (rule !== null) {
      reasons.set(session.sessionId, { kind, ...rule });
    }
    if (!session.held) {
      counted = mine.sessions;
      bytes = mine.bytes;
    }
  }
  return reasons;
}

function brokenRule({ maxAgeDays, maxSessions, maxBytes }: KindLimits, is: { age: number; sessions: number; bytes: number }): { rule: RetentionRule; limit: number } | null {
  if (maxAgeDays !== null && is.age > maxAgeDays * DAY_MS) {
    return { rule: 'age', limit: maxAgeDays };
  }
  if (maxSessions !== null && is.sessions > maxSessions) {
    return { rule: 'count', limit: maxSessions };
  }
  return maxBytes !== null && is.bytes > maxBytes ? { rule: 'bytes', limit: maxBytes } : null;
}

function newestFirst(one: Ended<KeptSession>, other: Ended<KeptSession>): number {
  return other.endedAt - one.endedAt || (one.sessionId < other.sessionId ? 1 : -1);
}

/** Rows in portions of at most `size`, in their order. */
export function batchesOf<T>(items: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, index) => items.slice(index * size, (index + 1) * size));
}

/** A reason as a sentence's end: `was removed: …`. */
export function becauseOf({ kind, rule, limit }: RetentionReason): string {
  switch (rule) {
    case 'age':
      return `sessions of the kind ${kind} stay for ${limit === 1 ? 'a day' : `${limit} days`}`;
    case 'count':
      return limit === 1 ? `only the newest session of the kind ${kind} stays` : `only the newest ${limit} sessions of the kind ${kind} stay`;
    case 'bytes':
      return `sessions of the kind ${kind} may take ${limit} bytes, which newer ones fill`;
  }
}
