import { TaskControl, type TaskMarks } from './task-control';

const untouched: TaskMarks = { t0: null, stop_requested_at: null, cancel_requested_at: null, paused_at: null, paused_ms: 0 };

describe(TaskControl.name, () => {
  it('says each thing once, however often the row is read', async () => {
    const sut = new TaskControl();
    sut.apply({ ...untouched, t0: new Date(5_000), stop_requested_at: new Date(1) });
    sut.apply({ ...untouched, t0: new Date(9_000), stop_requested_at: new Date(1) });
    await expect(sut.go).resolves.toBe(5_000);
    expect(sut.stop.reason).toMatchObject({ code: 'STOP_REQUESTED' });
    expect(sut.cancel.aborted).toBe(false);
  });

  it('tells of a change of the pause only, and stops telling when asked', () => {
    const sut = new TaskControl();
    const heard: boolean[] = [];
    const forget = sut.onPauseChange((paused) => heard.push(paused));
    const paused = { ...untouched, paused_at: new Date(1_000) };
    sut.apply(paused);
    sut.apply(paused);
    sut.apply({ ...untouched, paused_ms: 500 });
    forget();
    sut.apply({ ...paused, paused_ms: 500 });
    expect(heard).toEqual([true, false]);
    expect(sut.paused).toBe(true);
  });

  it('adds the pause that lasts to those that are over', () => {
    const sut = new TaskControl();
    sut.apply({ ...untouched, paused_at: new Date(10_000), paused_ms: 2_000 });
    expect(sut.pausedMs(13_000)).toBe(5_000);
    sut.apply({ ...untouched, paused_ms: 5_500 });
    expect(sut.pausedMs(60_000)).toBe(5_500);
  });

  it('ignores that a clock is behind the one that paused', () => {
    const sut = new TaskControl();
    sut.apply({ ...untouched, paused_at: new Date(10_000) });
    expect(sut.pausedMs(9_000)).toBe(0);
  });
});
