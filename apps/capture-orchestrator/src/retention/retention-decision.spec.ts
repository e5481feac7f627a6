import fc from 'fast-check';
import type { TargetKindName } from '@capstan/contracts';
import { batchesOf, decideRetention, type KeptSession, type KindLimits } from './retention-decision';

const NOW = Date.UTC(2026, 10, 21);
const DAY_MS = 86_400_000;
const NONE = { maxAgeDays: null, maxSessions: null, maxBytes: null, keepLast: 0 } as const;

function session(sessionId: string, daysAgo: number | null, more: Partial<KeptSession> = {}): KeptSession {
  return { sessionId, kinds: ['packet-capture'], endedAt: daysAgo === null ? null : NOW - daysAgo * DAY_MS, held: false, bytes: { 'packet-capture': 10 }, ...more };
}

function limits(more: Partial<KindLimits>): KindLimits[] {
  return [{ kind: 'packet-capture', ...NONE, ...more }];
}

const idsOf = ({ doomed }: ReturnType<typeof decideRetention>): string[] => doomed.map((one) => one.session.sessionId);

describe(decideRetention.name, () => {
  const week = [session('a', 6), session('b', 5), session('c', 4), session('d', 3), session('e', 2)];

  it.each<[string, Partial<KindLimits>, string[]]>([
    ['nothing without a limit', { keepLast: 1 }, []],
    ['what is too old', { maxAgeDays: 4 }, ['a', 'b']],
    ['what is one too many', { maxSessions: 3 }, ['a', 'b']],
    ['what the newer ones leave no space for', { maxBytes: 25 }, ['a', 'b', 'c']],
    ['not the last ones', { maxAgeDays: 1, keepLast: 2 }, ['a', 'b', 'c']],
  ])('removes %s, oldest first', (_, limit, expected) => {
    expect(idsOf(decideRetention(week, limits(limit), NOW))).toEqual(expected);
  });

  it('tells the first limit that is broken', () => {
    const [first] = decideRetention(week, limits({ maxAgeDays: 5, maxSessions: 2 }), NOW).doomed;
    expect(first?.reasons).toEqual([{ kind: 'packet-capture', rule: 'age', limit: 5 }]);
  });

  it('does not let a held session push out another one, and says what the hold keeps', () => {
    const sessions = [session('a', 6), session('b', 5, { held: true }), session('c', 4), session('d', 3)];
    const decision = decideRetention(sessions, limits({ maxSessions: 2 }), NOW);
    expect(idsOf(decision)).toEqual(['a']);
    expect(decision.held.map(({ sessionId }) => sessionId)).toEqual(['b']);
  });

  it('counts a held one among the last, so that a hold during a run lets no other one go that was safe', () => {
    const sessions = [session('a', 6), session('b', 5), session('c', 4, { held: true })];
    expect(idsOf(decideRetention(sessions, limits({ maxAgeDays: 1, keepLast: 2 }), NOW))).toEqual(['a']);
  });

  it('keeps a session of several kinds as long as one of them does', () => {
    const kinds: TargetKindName[] = ['packet-capture', 'collection'];
    const mixed = session('m', 9, { kinds, bytes: { 'packet-capture': 1, collection: 1 } });
    const pcaps = limits({ maxAgeDays: 3 });
    expect(idsOf(decideRetention([mixed], pcaps, NOW))).toEqual([]);
    expect(idsOf(decideRetention([mixed], [...pcaps, { ...NONE, kind: 'collection', maxAgeDays: 30 }], NOW))).toEqual([]);
    const [gone] = decideRetention([mixed], [...pcaps, { ...NONE, kind: 'collection', maxAgeDays: 7 }], NOW).doomed;
    expect(gone?.reasons.map(({ kind }) => kind)).toEqual(kinds);
  });

  describe('whatever there is', () => {
    const KINDS: TargetKindName[] = ['packet-capture', 'collection', 'snapshot'];
    const sessions = fc
      .array(
        fc.record({
          kinds: fc.subarray(KINDS, { minLength: 1 }),
          endedAt: fc.option(fc.integer({ min: NOW - 60 * DAY_MS, max: NOW }), { freq: 5 }),
          held: fc.boolean(),
          size: fc.integer({ min: 0, max: 100 }),
        }),
        { maxLength: 40 },
      )
      .map((all) => all.map(({ size, ...one }, index): KeptSession => ({ ...one, sessionId: `s${index}`, bytes: Object.fromEntries(one.kinds.map((kind) => [kind, size])) })));
    const someLimits = fc
      .tuple(...KINDS.map(() => fc.record({ maxAgeDays: fc.option(fc.integer({ min: 1, max: 60 })), maxSessions: fc.option(fc.integer({ min: 1, max: 10 })), maxBytes: fc.option(fc.integer({ min: 1, max: 500 })), keepLast: fc.integer({ min: 0, max: 5 }) })))
      .map((all) => all.map((one, index): KindLimits => ({ kind: KINDS[index] ?? 'snapshot', ...one })));

    it('never touches a running or a held one, nor one of the last of a kind', () => {
      fc.assert(
        fc.property(sessions, someLimits, (all, policy) => {
          const gone = new Set(idsOf(decideRetention(all, policy, NOW)));
          const ended = all.filter(({ endedAt }) => endedAt !== null).sort((one, other) => (other.endedAt ?? 0) - (one.endedAt ?? 0) || (one.sessionId < other.sessionId ? 1 : -1));
          const safe = [
            ...all.filter(({ endedAt, held }) => endedAt === null || held),
            ...policy.flatMap(({ kind, keepLast }) => ended.filter(({ kinds }) => kinds.includes(kind)).slice(0, keepLast)),
          ];
          expect(safe.filter(({ sessionId }) => gone.has(sessionId))).toEqual([]);
        }),
      );
    });

    it('goes from the oldest to the newest, and gives a reason for each kind', () => {
      fc.assert(
        fc.property(sessions, someLimits, (all, policy) => {
          const { doomed } = decideRetention(all, policy, NOW);
          const ends = doomed.map((one) => one.session.endedAt ?? 0);
          expect(ends).toEqual([...ends].sort((one, other) => one - other));
          expect(doomed.every((one) => one.reasons.map(({ kind }) => kind).join() === one.session.kinds.join())).toBe(true);
        }),
      );
    });

    it('holds what it promises: of one kind, what stays keeps to the limits unless the last ones break them', () => {
      fc.assert(
        fc.property(sessions, someLimits, (all, [policy]) => {
          const single = all.map((one): KeptSession => ({ ...one, kinds: ['packet-capture'], bytes: { 'packet-capture': Object.values(one.bytes)[0] ?? 0 } }));
          const limit: KindLimits = { ...(policy as KindLimits), kind: 'packet-capture', keepLast: 0 };
          const gone = new Set(idsOf(decideRetention(single, [limit], NOW)));
          const stays = single.filter(({ sessionId, endedAt, held }) => endedAt !== null && !held && !gone.has(sessionId));
          expect(stays.length).toBeLessThanOrEqual(limit.maxSessions ?? Number.POSITIVE_INFINITY);
          expect(stays.reduce((sum, { bytes }) => sum + (bytes['packet-capture'] ?? 0), 0)).toBeLessThanOrEqual(limit.maxBytes ?? Number.POSITIVE_INFINITY);
          expect(stays.every(({ endedAt }) => NOW - (endedAt ?? 0) <= (limit.maxAgeDays ?? 1_000) * DAY_MS)).toBe(true);
        }),
      );
    });

    it('finds nothing more after what it found has gone', () => {
      fc.assert(
        fc.property(sessions, someLimits, (all, policy) => {
          const gone = new Set(idsOf(decideRetention(all, policy, NOW)));
          expect(idsOf(decideRetention(all.filter(({ sessionId }) => !gone.has(sessionId)), policy, NOW))).toEqual([]);
        }),
      );
    });
  });
});

describe(batchesOf.name, () => {
  it('loses nothing and keeps the order', () => {
    expect(batchesOf([1, 2, 3, 4, 5], 2)).toEqual([[1, 2], [3, 4], [5]]);
    expect(batchesOf([], 2)).toEqual([]);
  });
});
