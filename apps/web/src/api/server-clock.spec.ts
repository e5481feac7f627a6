import { ServerClock } from './server-clock';

/** Answers of a server whose clock is `offset` ms ahead, seen through a `Date` header that knows whole seconds only. */
function observe(sut: ServerClock, offset: number, at: number, latency: number): void {
  const serverNow = at + latency / 2 + offset;
  sut.observe(new Date(Math.floor(serverNow / 1_000) * 1_000).toUTCString(), at, at + latency);
}

describe(ServerClock.name, () => {
  it('trusts the local clock until a response came', () => {
    expect(new ServerClock(() => 5_000).now()).toBe(5_000);
  });

  it('is right within half a second and the latency after one response', () => {
    const sut = new ServerClock(() => 0);
    observe(sut, 95_300, 1_000_000, 40);
    expect(Math.abs(sut.offset - 95_300)).toBeLessThanOrEqual(520);
  });

  it.each([-3_600_000, -420, 0, 250, 7_777])('narrows an offset of %p ms to less than 100 ms over responses at different moments', (offset) => {
    const sut = new ServerClock(() => 0);
    for (let i = 0; i < 20; i += 1) {
      observe(sut, offset, 1_000_000 + i * 1_370, 30);
    }
    expect(Math.abs(sut.offset - offset)).toBeLessThan(100);
  });

  it('starts again when a clock was set', () => {
    const sut = new ServerClock(() => 0);
    observe(sut, 0, 1_000_000, 30);
    observe(sut, 60_000, 1_010_000, 30);
    expect(Math.abs(sut.offset - 60_000)).toBeLessThan(520);
  });

  it('ignores a header it cannot read', () => {
    const sut = new ServerClock(() => 0);
    sut.observe('yesterday', 0, 10);
    sut.observe(null, 0, 10);
    expect(sut.offset).toBe(0);
  });
});
