import { timingOf } from './session-timing';

const at = (sec: number) => new Date(sec * 1_000).toISOString();
const session = { state: 'capturing' as const, created_at: at(100), capture_started_at: at(110), completed_at: null, duration_sec: 60, paused_at: null, paused_ms: 0 };

describe(timingOf.name, () => {
  it('counts down from the moment the first device confirmed', () => {
    expect(timingOf(session, 125_000)).toEqual({ phase: 'counting-down', elapsed: 15, remaining: 45, share: 0.25 });
  });

  it('stays at zero when the end is late', () => {
    expect(timingOf(session, 200_000)).toMatchObject({ remaining: 0, share: 1 });
  });

  it('never shows a negative time', () => {
    expect(timingOf(session, 50_000)).toMatchObject({ elapsed: 0, remaining: 60 });
  });

  it('counts up without a duration, before the start and while collecting', () => {
    expect(timingOf({ ...session, duration_sec: null }, 130_000)).toEqual({ phase: 'open-ended', elapsed: 20 });
    expect(timingOf({ ...session, state: 'configuring', capture_started_at: null }, 103_000)).toEqual({ phase: 'waiting', elapsed: 3 });
    expect(timingOf({ ...session, state: 'collecting' }, 175_000)).toEqual({ phase: 'finishing', elapsed: 65 });
  });

  it('stands still in a pause, and does not count the pauses that are over', () => {
    const paused = { ...session, paused_at: at(125), paused_ms: 5_000 };
    expect(timingOf(paused, 130_000)).toEqual({ phase: 'paused', elapsed: 10, remaining: 50 });
    expect(timingOf(paused, 900_000)).toEqual({ phase: 'paused', elapsed: 10, remaining: 50 });
    expect(timingOf({ ...paused, duration_sec: null }, 130_000)).toEqual({ phase: 'paused', elapsed: 10, remaining: undefined });
    expect(timingOf({ ...session, paused_ms: 25_000 }, 150_000)).toMatchObject({ phase: 'counting-down', elapsed: 15, remaining: 45 });
  });

  it('tells how long a finished session took, whatever the time is now', () => {
    expect(timingOf({ ...session, state: 'partial', completed_at: at(172) }, 9e9)).toEqual({ phase: 'done', elapsed: 62 });
  });
});
