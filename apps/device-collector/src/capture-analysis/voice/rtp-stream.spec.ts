import { RtpStreamMeter, type RtpStatistics } from './rtp-stream';

function meter(sequences: readonly number[], at: (index: number) => number = (index) => index * 20): RtpStatistics {
  const sut = new RtpStreamMeter(() => 8_000);
  sequences.forEach((sequence, index) => sut.push({ at: at(index), sequence: sequence & 0xffff, timestamp: index * 160, payloadType: 0, ttl: 64 }));
  return sut.statistics();
}

describe(RtpStreamMeter.name, () => {
  it('finds nothing wrong with a stream that is whole, also where its numbers begin anew', () => {
    const whole = meter(Array.from({ length: 200 }, (_, index) => 65_500 + index));
    expect(whole).toMatchObject({ packets: 200, expected: 200, lost: 0, duplicates: 0, reordered: 0, packetMs: 20 });
    expect(whole.maxJitterMs).toBeCloseTo(0, 9);
  });

  it('counts what is missing in between', () => {
    expect(meter([1, 2, 5, 6, 9])).toMatchObject({ packets: 5, expected: 9, lost: 4 });
  });

  it('tells late packets from repeated ones', () => {
    expect(meter([1, 2, 4, 3, 5])).toMatchObject({ lost: 0, reordered: 1, duplicates: 0 });
    expect(meter([1, 2, 2, 3, 3])).toMatchObject({ lost: 0, reordered: 0, duplicates: 2 });
    expect(meter([10, 9, 11])).toMatchObject({ expected: 3, lost: 0, reordered: 1 });
  });

  it('does not take a new beginning for a loss', () => {
    expect(meter([1, 2, 3, 40_000, 40_001])).toMatchObject({ expected: 5, lost: 0 });
  });

  it('measures jitter as RFC 3550 does', () => {
    // One packet 16 ms late: |D| = 16 twice, so J goes 0 → 1 → 1.9375 and then decays.
    const late = meter([1, 2, 3, 4], (index) => index * 20 + (index === 2 ? 16 : 0));
    expect(late.maxJitterMs).toBeCloseTo(1.9375, 6);
    expect(late.maxDeltaMs).toBe(36);
  });

  it('has no jitter where the clock of the codec is unknown', () => {
    const sut = new RtpStreamMeter(() => undefined);
    sut.push({ at: 0, sequence: 1, timestamp: 0, payloadType: 96, ttl: 1 });
    sut.push({ at: 20, sequence: 2, timestamp: 960, payloadType: 96, ttl: 1 });
    expect(sut.statistics()).toMatchObject({ meanJitterMs: null, packets: 2, lost: 0 });
  });
});
