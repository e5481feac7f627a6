import { SERVICES } from '@capstan/contracts';
import { seededRandom } from '@capstan/testing';
import { describeStrike, lastsMs, type PlannedStrike, planStorm, SHARES, type StrikeKind } from './plan';

const plan = (faults: number, seed = 1): PlannedStrike[] => planStorm({ faults, replicas: 3, random: seededRandom(seed) });
const count = (sut: readonly PlannedStrike[], kind: StrikeKind): number => sut.filter(({ strike }) => strike.kind === kind).length;
const kinds = Object.keys(SHARES) as StrikeKind[];

describe(planStorm.name, () => {
  it('is the same for the same seed, and another one for another', () => {
    expect(plan(200, 7)).toEqual(plan(200, 7));
    expect(plan(200, 7)).not.toEqual(plan(200, 8));
  });

  it('gives every kind its share of 200', () => {
    const sut = plan(200);
    expect(Object.fromEntries(kinds.map((kind) => [kind, count(sut, kind)]))).toEqual(SHARES);
    expect(sut.map(({ number }) => number)).toEqual(Array.from({ length: 200 }, (_, index) => index + 1));
  });

  it.each([8, 10, 40, 77, 199])('has every kind among %d', (faults) => {
    const sut = plan(faults);
    expect(sut).toHaveLength(faults);
    expect(kinds.filter((kind) => count(sut, kind) === 0)).toEqual([]);
  });

  it.each([1, 3, 7])('makes exactly %d where that is too few for all kinds', (faults) => expect(plan(faults)).toHaveLength(faults));

  it('leaves time between strikes, and more behind the restart of an engine', () => {
    const sut = plan(200, 3);
    const gaps = sut.slice(1).map(({ atMs }, index) => ({ after: sut[index]?.strike.kind, ms: atMs - (sut[index]?.atMs ?? 0) }));
    expect(gaps.every(({ ms }) => ms >= 3_000)).toBe(true);
    expect(gaps.filter(({ after }) => after === 'broker-restart').every(({ ms }) => ms >= 12_000)).toBe(true);
    expect(sut.at(-1)?.atMs).toBeLessThan(18 * 60_000);
  });

  it('strikes every process about equally often', () => {
    const struck = plan(200, 5).flatMap(({ strike }) => (strike.kind === 'kill' || strike.kind === 'pause' ? [`${strike.service} ${strike.replica}`] : []));
    const times = SERVICES.flatMap((service) => [0, 1, 2].map((replica) => struck.filter((name) => name === `${service} ${replica}`).length));
    expect(times.reduce((sum, each) => sum + each)).toBe(114);
    expect(Math.max(...times) - Math.min(...times)).toBeLessThanOrEqual(5);
  });

  it('pauses for longer than a lease lasts', () => {
    const pauses = plan(200, 2).filter(({ strike }) => strike.kind === 'pause').map(({ strike }) => lastsMs(strike));
    expect(Math.min(...pauses)).toBeGreaterThan(15_000);
  });

  it('leaves a process alone while it is paused', () => {
    for (let seed = 0; seed < 20; seed += 1) {
      const until = new Map<string, number>();
      for (const { atMs, strike } of plan(200, seed)) {
        if (strike.kind === 'kill' || strike.kind === 'pause') {
          const name = `${strike.service} ${strike.replica}`;
          expect(until.get(name) ?? 0).toBeLessThanOrEqual(atMs);
          until.set(name, atMs + lastsMs(strike));
        }
      }
    }
  });
});

describe(describeStrike.name, () => {
  it('says what was struck', () => {
    expect(describeStrike({ kind: 'kill', service: 'notifier', replica: 1 })).toBe('kill -9 of notifier-2');
    expect(describeStrike({ kind: 'pause', service: 'gateway', replica: 0, lastsMs: 17_500 })).toBe('gateway paused for 17.5 s');
    expect(describeStrike({ kind: 'cut', wire: 'broker', replica: 2 })).toBe('wire of the third replicas to the broker cut');
    expect(describeStrike({ kind: 'delay', wire: 'store', replica: 0, lastsMs: 4_000, byMs: 300 })).toBe('wire of all to the object store 300 ms slower for 4.0 s');
    expect(describeStrike({ kind: 'database-restart', signal: 'SIGINT' })).toBe('PostgreSQL restarted by SIGINT');
  });
});
