import { dueRuns, type DueSchedule, fireAt, MISSED_COUNT_LIMIT } from './due-runs';

const at = (text: string) => Date.parse(`2026-11-21T${text}Z`);
const hourly = (overrides: Partial<DueSchedule> = {}): DueSchedule => ({
  scheduleId: '0198aaaa-0000-7000-8000-000000000001',
  timing: { cron: '0 * * * *', timeZone: 'UTC', startsAt: null, endsAt: null },
  jitterSec: 0,
  missed: 'skip',
  nextRunAt: at('10:00:00'),
  ...overrides,
});

describe(dueRuns.name, () => {
  it('waits for the instant', () => {
    expect(dueRuns(hourly(), at('09:59:59'))).toEqual({ start: null, missed: null, nextRunAt: at('10:00:00') });
  });

  it('starts the instant that has come, and goes on with the next', () => {
    expect(dueRuns(hourly(), at('10:00:00'))).toEqual({ start: at('10:00:00'), missed: null, nextRunAt: at('11:00:00') });
  });

  it('misses what nobody could start in time', () => {
    expect(dueRuns(hourly(), at('13:30:00'))).toEqual({ start: null, missed: { dueAt: at('13:00:00'), count: 4 }, nextRunAt: at('14:00:00') });
  });

  it('makes up for the last missed instant where that is wanted', () => {
    expect(dueRuns(hourly({ missed: 'run_once' }), at('13:30:00'))).toEqual({ start: at('13:00:00'), missed: { dueAt: at('12:00:00'), count: 3 }, nextRunAt: at('14:00:00') });
  });

  it('starts the instant that has just come although earlier ones were missed', () => {
    expect(dueRuns(hourly(), at('12:00:10'))).toEqual({ start: at('12:00:00'), missed: { dueAt: at('11:00:00'), count: 2 }, nextRunAt: at('13:00:00') });
  });

  it('starts nothing twice when the clock goes back an hour', () => {
    const { nextRunAt } = dueRuns(hourly(), at('10:00:00'));
    expect(dueRuns(hourly({ nextRunAt }), at('09:00:00'))).toEqual({ start: null, missed: null, nextRunAt });
  });

  it('treats a clock that jumps an hour ahead as time nobody was there', () => {
    expect(dueRuns(hourly({ missed: 'run_once' }), at('11:30:00'))).toMatchObject({ start: at('11:00:00'), missed: { count: 1 } });
  });

  it('counts no further than anybody reads', () => {
    const everyMinute = hourly({ timing: { cron: '* * * * *', timeZone: 'UTC', startsAt: null, endsAt: null } });
    expect(dueRuns(everyMinute, at('10:00:00') + 7 * 86_400_000)).toMatchObject({ missed: { count: MISSED_COUNT_LIMIT } });
  });

  it('ends with its window', () => {
    const ending = hourly({ timing: { cron: '0 * * * *', timeZone: 'UTC', startsAt: null, endsAt: at('11:00:00') } });
    expect(dueRuns(ending, at('10:00:00'))).toEqual({ start: at('10:00:00'), missed: null, nextRunAt: null });
  });

  it('waits for the jitter of the instant, and does not take the next one for it', () => {
    const jittered = hourly({ jitterSec: 3_600 });
    const fires = fireAt(jittered, at('10:00:00'));
    expect(dueRuns(jittered, fires - 1)).toMatchObject({ start: null });
    expect(dueRuns(jittered, fires)).toMatchObject({ start: at('10:00:00'), nextRunAt: at('11:00:00') });
  });
});

describe(fireAt.name, () => {
  it('spreads schedules over the jitter, and never moves', () => {
    const fires = Array.from({ length: 1_000 }, (_, index) => fireAt({ scheduleId: `s${index}`, jitterSec: 60 }, 0));
    expect(Math.min(...fires)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...fires)).toBeLessThan(60_000);
    expect(new Set(fires.map((fire) => Math.floor(fire / 6_000))).size).toBe(10);
    expect(fires[0]).toBe(fireAt({ scheduleId: 's0', jitterSec: 60 }, 0));
  });
});
