import { ClockFit } from './clock-fit';
import { gpsToUtc, isoNanoseconds } from './gps-time';
import { type BlockStamp, StreamTimeline } from './stream-timeline';

const RATE = 12_001.135;
const EPOCH = 1_795_233_600_000;

/** Block number `n` (from 0) of 512 samples as a receiver with GPS sends it. */
function stamped(n: number, change: Partial<BlockStamp> = {}): BlockStamp {
  const first = n * 512;
  return {
    sequence: n + 1,
    count: 512,
    utcNs: BigInt(EPOCH) * 1_000_000n + BigInt(Math.round((first * 1e9) / RATE)),
    fixAgeSec: 1,
    arrivedAt: EPOCH + ((first + 512) / RATE) * 1_000 + 3,
    ...change,
  };
}

describe(gpsToUtc.name, () => {
  it('subtracts the leap seconds and finds the week', () => {
    // 2026-11-21T04:02:03Z is second 532941 of GPS week 2445.
    const host = Date.UTC(2026, 10, 21, 4, 2, 3);
    const stamp = gpsToUtc(532_941, 42_662_631, host + 86_400_000);
    expect(stamp.week).toBe(2_445);
    expect(isoNanoseconds(stamp.utcNs)).toBe('2026-11-21T04:02:03.042662631Z');
    expect(stamp.towNs).toBe(532_941_042_662_631);
  });

  it('passes the turn of the week without a jump', () => {
    const sunday = Date.UTC(2026, 10, 22) - 18_000;
    const before = gpsToUtc(604_799, 0, sunday);
    const after = gpsToUtc(0, 0, sunday);
    expect(after.utcNs - before.utcNs).toBe(1_000_000_000n);
  });
});

describe(ClockFit.name, () => {
  it('finds the rate to 0.02 ppm from 4 s of stamps with 20 ns of jitter', () => {
    const sut = new ClockFit(12_001);
    for (let n = 0; n < 94; n += 1) {
      sut.add(n * 512, ((n * 512) / RATE) * 1e9 + (n % 2 === 0 ? 20 : -20));
    }
    expect(Math.abs(sut.estimate().sampleRate / RATE - 1)).toBeLessThan(2e-8);
    expect(sut.estimate().sigmaNs).toBeLessThan(25);
  });

  it('leaves out a stamp that is more than a sample off', () => {
    const sut = new ClockFit(RATE);
    for (let n = 0; n < 30; n += 1) {
      sut.add(n * 512, (n * 512 * 1e9) / RATE);
    }
    expect(sut.add(30 * 512, (30 * 512 * 1e9) / RATE + 200_000)).toBe(false);
    expect(sut.stamps).toBe(30);
  });
});

describe(StreamTimeline.name, () => {
  const fed = (blocks: readonly BlockStamp[]): { sut: StreamTimeline; placements: Array<ReturnType<StreamTimeline['place']>> } => {
    const sut = new StreamTimeline(RATE);
    return { sut, placements: blocks.map((each) => sut.place(each)) };
  };

  it('counts what a jump of the numbers hides', () => {
    const { placements } = fed([stamped(0), stamped(1), stamped(5), stamped(5), stamped(6)]);
    expect(placements.map((placement) => placement && [placement.index, placement.lost])).toEqual([[0, 0], [512, 0], [2_560, 1_536], null, [3_072, 0]]);
  });

  it('follows the numbers over their turn', () => {
    const at = (n: number): number => (2 ** 32 - 2 + n) % 2 ** 32;
    const { placements } = fed([0, 1, 2, 4].map((n) => stamped(n, { sequence: at(n) })));
    expect(placements.map((placement) => placement?.lost)).toEqual([0, 0, 0, 512]);
  });

  it('places the first block after a reconnection by GPS, to the sample', () => {
    const { sut } = fed(Array.from({ length: 30 }, (_, n) => stamped(n)));
    sut.reconnected();
    expect(sut.place(stamped(90, { sequence: 1 }))).toEqual({ index: 90 * 512, lost: 60 * 512, estimated: false });
  });

  it('places it by the host without GPS, and says so', () => {
    const sut = new StreamTimeline(RATE);
    for (let n = 0; n < 30; n += 1) {
      sut.place(stamped(n, { utcNs: null, fixAgeSec: null }));
    }
    sut.reconnected();
    const placement = sut.place(stamped(90, { sequence: 1, utcNs: null, fixAgeSec: null }));
    expect(placement?.estimated).toBe(true);
    expect(Math.abs(placement!.index - 90 * 512)).toBeLessThan(12);
    expect(sut.quality).toBe('host');
    expect(sut.errorNs).toBe(50_000_000);
  });

  it('tells the instant of a sample and the sample of an instant', () => {
    const { sut } = fed(Array.from({ length: 60 }, (_, n) => stamped(n)));
    const at = BigInt(EPOCH) * 1_000_000n + 2_000_000_000n;
    expect(sut.indexAt(at)).toBe(Math.round(2 * RATE));
    expect(Number(sut.utcAt(sut.indexAt(at)) - at)).toBeLessThan(1e9 / RATE / 2 + 100);
    expect(sut.quality).toBe('gps_fresh');
  });

  it('starts a new line when the clock of the receiver is set, without moving samples', () => {
    const { sut, placements } = fed(Array.from({ length: 60 }, (_, n) => stamped(n, n < 30 ? {} : { utcNs: stamped(n).utcNs! + 5_000_000n })));
    expect(sut.clockSteps).toBe(1);
    expect(placements.every((placement) => placement?.lost === 0)).toBe(true);
    expect(Number(sut.utcAt(59 * 512) - stamped(59).utcNs!)).toBeLessThan(5_000_100);
  });

  it('calls an old fix stale', () => {
    expect(fed([stamped(0, { fixAgeSec: 90 })]).sut.quality).toBe('gps_stale');
  });
});
