import { scheduleBody } from './schedules';

const body = { name: 'Nightly', cron: '0 2 * * *', template_id: '0198aaaa-0000-7000-8000-000000000001' };
const problems = (overrides: object): unknown[] => scheduleBody.safeParse({ ...body, ...overrides }).error?.issues.map((issue) => ({ path: issue.path.join('.'), code: issue.code === 'custom' ? issue.params?.['code'] : issue.code })) ?? [];

describe('the body of a schedule', () => {
  it.each<[string, object, object]>([
    ['a window that ends before it starts', { starts_at: '2026-11-21T10:00:00Z', ends_at: '2026-11-21T09:00:00Z' }, { path: 'ends_at', code: 'WINDOW_EMPTY' }],
    ['a window without an instant in it', { starts_at: '2026-11-21T10:00:00Z', ends_at: '2026-11-21T10:00:00Z' }, { path: 'ends_at', code: 'WINDOW_EMPTY' }],
    ['a time zone nobody has', { time_zone: 'Europe/Atlantis' }, { path: 'time_zone', code: 'TIME_ZONE_UNKNOWN' }],
    ['nothing to start', { template_id: null }, { path: 'session', code: 'REQUIRED' }],
    ['no expression', { cron: '  ' }, { path: 'cron', code: 'too_small' }],
  ])('refuses %s, and says where', (_, overrides, problem) => {
    expect(problems(overrides)).toEqual([problem]);
  });

  it('takes what is right', () => {
    expect(problems({ starts_at: '2026-11-21T10:00:00Z', ends_at: '2026-11-21T11:00:00Z', time_zone: 'Europe/Rome' })).toEqual([]);
  });
});
