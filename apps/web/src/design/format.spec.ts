import { formatAgo, formatBytes, formatClock, formatDuration, formatMilliseconds, formatPacketRate } from './format';

describe('format', () => {
  it.each([
    [0, '0 B'],
    [999, '999 B'],
    [1_000, '1 kB'],
    [1_536, '1.54 kB'],
    [999_999, '1 MB'],
    [23_400_000, '23.4 MB'],
    [6_442_450_944, '6.44 GB'],
    [Number.NaN, '0 B'],
  ])('writes %p bytes as %p', (bytes, text) => {
    expect(formatBytes(bytes)).toBe(text);
  });

  it.each([
    [7, '0:07'],
    [750, '12:30'],
    [3_723, '1:02:03'],
    [-3, '0:00'],
    [Number.NaN, '0:00'],
  ])('shows %p seconds as the clock %p', (seconds, text) => {
    expect(formatClock(seconds)).toBe(text);
  });

  it.each([
    [45, '45 s'],
    [60, '1 min'],
    [90, '1 min 30 s'],
    [5_400, '1 h 30 min'],
    [273_600, '3 d 4 h'],
    [Number.NaN, '–'],
  ])('writes a duration of %p seconds as %p', (seconds, text) => {
    expect(formatDuration(seconds)).toBe(text);
  });

  it('gives a start offset one decimal only where it says something', () => {
    expect([formatMilliseconds(4.23), formatMilliseconds(38.4), formatMilliseconds(1_250), formatMilliseconds(0)]).toEqual(['4.2 ms', '38 ms', '1.25 s', '0 ms']);
  });

  it('writes rates and ages with units', () => {
    expect(formatPacketRate(8.44)).toBe('8.4 pkt/s');
    expect(formatPacketRate(1_203.2)).toBe('1,203 pkt/s');
    expect([0, 40_000, 200_000, 7_200_000, 432_000_000].map(formatAgo)).toEqual(['now', '40 s ago', '3 min ago', '2 h ago', '5 d ago']);
  });
});
