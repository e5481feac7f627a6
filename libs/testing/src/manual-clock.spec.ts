import { backoffDelay, withTimeout } from '@capstan/kernel';
import { ManualClock } from './manual-clock';

describe(ManualClock.name, () => {
  it('wakes sleepers in the order of their time, not of their sleep', async () => {
    const sut = new ManualClock(1_000);
    const woken: string[] = [];
    void sut.sleep(30).then(() => woken.push(`late at ${sut.now()}`));
    void sut.sleep(10).then(() => woken.push(`early at ${sut.now()}`));
    await sut.advance(29);
    expect(woken).toEqual(['early at 1010']);
    await sut.advance(1);
    expect(woken).toEqual(['early at 1010', 'late at 1030']);
    expect(sut.sleeping).toBe(0);
  });

  it('lets a loop that sleeps again and again run within one step', async () => {
    const sut = new ManualClock();
    const at: number[] = [];
    const loop = (async () => {
      for (let attempt = 1; attempt <= 4; attempt += 1) {
        await sut.sleep(backoffDelay({ initialMs: 100, maxMs: 1_000 }, attempt, 0.999_999));
        at.push(sut.monotonic());
      }
    })();
    await sut.advance(10_000);
    await loop;
    expect(at).toEqual([100, 300, 700, 1_500]);
    expect(sut.monotonic()).toBe(10_000);
  });

  it('lets a signal end a sleep', async () => {
    const sut = new ManualClock();
    const stop = new AbortController();
    const sleep = sut.sleep(1_000, stop.signal);
    stop.abort(new Error('enough'));
    await expect(sleep).rejects.toThrow('enough');
    await expect(sut.sleep(1_000, stop.signal)).rejects.toThrow('enough');
    expect(sut.sleeping).toBe(0);
  });

  it('drives the time limits of the kernel', async () => {
    const sut = new ManualClock();
    const work = withTimeout(sut, 500, 'TOO_LATE', 'Too late', () => new Promise(() => undefined));
    const failed = expect(work).rejects.toMatchObject({ code: 'TOO_LATE' });
    await sut.advance(500);
    await failed;
  });

  it('jumps like a wall clock that was set, without waking anyone', async () => {
    const sut = new ManualClock(0);
    let woken = false;
    void sut.sleep(10).then(() => {
      woken = true;
    });
    sut.jumpTo(1_000_000);
    await sut.advance(0);
    expect(sut.now()).toBe(1_000_000);
    expect(sut.monotonic()).toBe(0);
    expect(woken).toBe(false);
  });
});
