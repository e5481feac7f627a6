import { FullDiskDetector, readEnd, readStopped, readWatchLine, toSample, type WatchLine } from './watch-output';

const line = (changes: Partial<WatchLine> = {}): WatchLine => ({ alive: true, bytes: 100, freeKib: 5_000, files: 1, packets: 10, received: 10, dropped: 0, ...changes });

describe(readWatchLine.name, () => {
  it('reads numbers with and without counters', () => {
    expect(readWatchLine('s 1 65536 120 2 tcpdump: 7 packets captured, 9 packets received by filter, 1 packet dropped by kernel')).toEqual({
      alive: true, bytes: 65_536, freeKib: 120, files: 2, packets: 7, received: 9, dropped: 1,
    });
    expect(readWatchLine('s 0 24  1 ')).toEqual({ alive: false, bytes: 24, freeKib: undefined, files: 1, packets: undefined, received: undefined, dropped: undefined });
  });

  it.each(['', 'e 0 none', 's', 's 2 1 1 1', 'Last login: today'])('ignores %j', (text) => {
    expect(readWatchLine(text)).toBeUndefined();
  });
});

describe(FullDiskDetector.name, () => {
  it('sees that no space is left', () => {
    const sut = new FullDiskDetector();
    expect(sut.see(line())).toBe(false);
    expect(sut.see(line({ freeKib: 0 }))).toBe(true);
  });

  it('sees a file that stands still while packets are counted, but not by a single chance', () => {
    const sut = new FullDiskDetector();
    const rounds = [10, 20, 30, 40, 50].map((packets) => sut.see(line({ packets })));
    expect(rounds).toEqual([false, false, false, true, true]);
  });

  it('stays calm when nothing happens, and when the file grows', () => {
    const sut = new FullDiskDetector();
    expect([1, 1, 1, 1, 1].map(() => sut.see(line()))).not.toContain(true);
    expect([1, 2, 3, 4, 5].map((step) => sut.see(line({ packets: step * 100, bytes: step * 100 })))).not.toContain(true);
  });
});

describe(toSample.name, () => {
  it('leaves out what is not known, and warns', () => {
    expect(toSample(line({ packets: undefined, received: undefined, dropped: undefined }), true)).toEqual({ bytes: 100, files: 1, warning: expect.stringContaining('full') });
  });
});

describe(readEnd.name, () => {
  it.each([
    ['0', 'limit', '', { reason: 'limit', code: 'LIMIT_REACHED' }],
    ['0', 'disk', '', { reason: 'limit', code: 'LIMIT_REACHED' }],
    ['0', 'abandoned', '', { reason: 'died', code: 'DEVICE_LOST' }],
    ['none', 'gone', '', { reason: 'died', code: 'FILE_MISSING' }],
    ['0', 'none', '3 packets captured', { reason: 'died', code: 'DEVICE_LOST', message: 'somebody on the device ended tcpdump' }],
    ['1', 'none', 'tcpdump: pcap_loop: The interface disappeared', { reason: 'died', code: 'BAD_INTERFACE' }],
    ['none', 'none', '', { reason: 'died', code: 'DEVICE_LOST', message: 'tcpdump broke off (killed)' }],
  ])('exit code %s with reason %s', (code, reason, messages, expected) => {
    expect(readEnd(code, reason, messages)).toMatchObject(expected);
  });
});

describe(readStopped.name, () => {
  it('reads the line among others', () => {
    expect(readStopped('x\nstopped 0 none no yes 123\n3 packets captured\n')).toEqual({ code: '0', reason: 'none', forced: false, early: true, freeKib: 123 });
    expect(readStopped('stopped none limit yes no ')).toEqual({ code: 'none', reason: 'limit', forced: true, early: false, freeKib: undefined });
    expect(readStopped('gone')).toBeUndefined();
  });
});
