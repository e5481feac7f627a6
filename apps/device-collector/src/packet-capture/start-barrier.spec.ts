import { ManualClock } from '@capstan/testing';
import { StartBarrier } from './start-barrier';

describe(StartBarrier.name, () => {
  const never = new AbortController().signal;

  it('fires all of one T0 before anything that follows from one of them', async () => {
    const clock = new ManualClock();
    const sut = new StartBarrier(clock);
    const order: string[] = [];
    const t0 = clock.now() + 300;
    const starts = ['a', 'b', 'c'].map(async (name) => {
      const sentAt = await sut.startAt(t0, () => (order.push(`fire ${name}`), clock.now()), never);
      order.push(`after ${name}`);
      return sentAt;
    });
    await clock.advance(299);
    expect(order).toEqual([]);
    await clock.advance(1);
    expect(await Promise.all(starts)).toEqual([t0, t0, t0]);
    expect(order).toEqual(['fire a', 'fire b', 'fire c', 'after a', 'after b', 'after c']);
  });

  it('fires at once when T0 has passed', async () => {
    const clock = new ManualClock();
    const started = new StartBarrier(clock).startAt(clock.now() - 5, () => 7, never);
    await clock.advance(0);
    await expect(started).resolves.toBe(7);
  });

  it('leaves out who was called off, and is not stopped by who fails', async () => {
    const clock = new ManualClock();
    const sut = new StartBarrier(clock);
    const fired: string[] = [];
    const calledOff = new AbortController();
    const t0 = clock.now() + 10;
    const off = sut.startAt(t0, () => fired.push('off'), calledOff.signal);
    const broken = sut.startAt(t0, () => { throw new Error('broken'); }, never);
    const on = sut.startAt(t0, () => fired.push('on'), never);
    calledOff.abort(new Error('called off'));
    await expect(off).rejects.toThrow('called off');
    const settled = Promise.allSettled([broken, on]);
    await clock.advance(10);
    expect((await settled).map(({ status }) => status)).toEqual(['rejected', 'fulfilled']);
    expect(fired).toEqual(['on']);
  });
});
