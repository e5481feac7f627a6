import fc from 'fast-check';
import { type Attempts, decideAttempt, PAIR_POLICY } from './sign-in-throttle';

describe(decideAttempt.name, () => {
  const fail = (known: Attempts | undefined, now: number): Attempts => {
    const decision = decideAttempt(PAIR_POLICY, known, now);
    if (!decision.allowed) {
      throw new Error('refused');
    }
    return decision.next;
  };

  it('lets the first attempts through at once, then doubles the wait up to its bound', () => {
    let known: Attempts | undefined;
    const waits: number[] = [];
    for (let now = 0, attempt = 0; attempt < 20; attempt += 1) {
      known = fail(known, now);
      waits.push((known.blockedUntil - now) / 1_000);
      now = known.blockedUntil;
    }
    expect(waits.slice(0, 9)).toEqual([0, 0, 0, 0, 0, 1, 2, 4, 8]);
    expect(Math.max(...waits)).toBe(900);
  });

  it('refuses while the wait lasts and counts nothing', () => {
    expect(decideAttempt(PAIR_POLICY, { failures: 7, lastAt: 1_000, blockedUntil: 5_000 }, 3_500)).toEqual({ allowed: false, retryAfterMs: 1_500 });
  });

  it('refuses nobody among the free attempts for the instant at which another replica let somebody in', () => {
    expect(decideAttempt(PAIR_POLICY, { failures: 0, lastAt: 5_040, blockedUntil: 5_040 }, 5_000)).toMatchObject({ allowed: true, next: { failures: 1, blockedUntil: 5_000 } });
    expect(decideAttempt(PAIR_POLICY, { failures: PAIR_POLICY.free, lastAt: 5_040, blockedUntil: 5_040 }, 5_000)).toMatchObject({ allowed: true });
  });

  it('begins anew after an hour of silence', () => {
    expect(fail({ failures: 30, lastAt: 0, blockedUntil: 900_000 }, PAIR_POLICY.forgetMs).failures).toBe(1);
  });

  it('never shortens a wait by another failure', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 60 }), (failures) => {
        const wait = (count: number): number => fail({ failures: count, lastAt: 0, blockedUntil: 0 }, 1).blockedUntil;
        expect(wait(failures + 1)).toBeGreaterThanOrEqual(wait(failures));
      }),
    );
  });
});
