import type { Clock } from '@capstan/kernel';
import { FaultBoard } from './faults';

/** Time that passes when it is told to. */
function manualClock(): Clock & { pass(ms: number): Promise<void> } {
  let now = 0;
  const sleepers: { at: number; wake: () => void }[] = [];
  return {
    now: () => now,
    monotonic: () => now,
    sleep: (ms) => new Promise((resolve) => sleepers.push({ at: now + ms, wake: resolve })),
    pass: async (ms) => {
      now += ms;
      for (const sleeper of sleepers.filter(({ at }) => at <= now)) {
        sleeper.wake();
      }
      await Promise.resolve();
      await Promise.resolve();
    },
  };
}

describe(FaultBoard.name, () => {
  it('begins and ends faults by the clock', async () => {
    const clock = manualClock();
    const sut = new FaultBoard([{ fault: { fault: 'vanish' }, from: { ms: 100 }, forMs: 50 }], clock);
    expect(sut.get('vanish')).toBeUndefined();
    await clock.pass(100);
    expect(sut.get('vanish')).toBeDefined();
    await clock.pass(50);
    expect(sut.get('vanish')).toBeUndefined();
  });

  it('begins faults with the nth command that matches, and with the nth login', () => {
    const sut = new FaultBoard(
      [
        { fault: { fault: 'pager', lines: 3 }, from: { command: '^show', nth: 2 } },
        { fault: { fault: 'wrong-password' }, from: { login: 1 } },
      ],
      manualClock(),
    );
    sut.sawCommand('show clock');
    sut.sawCommand('exit');
    expect(sut.get('pager')).toBeUndefined();
    sut.sawCommand('show clock');
    expect(sut.get('pager')).toEqual({ fault: 'pager', lines: 3 });
    expect(sut.get('wrong-password')).toBeUndefined();
    sut.sawLogin();
    expect(sut.get('wrong-password')).toBeDefined();
  });
});
