import { checkTiming, lastInstant, nextInstant, nextInstants, type Timing } from './cron-expression';

const timing = (cron: string, overrides: Partial<Timing> = {}): Timing => ({ cron, timeZone: 'Europe/Berlin', startsAt: null, endsAt: null, ...overrides });
const at = (text: string) => Date.parse(text);
const times = (instants: readonly number[]) => instants.map((instant) => new Date(instant).toISOString());

describe(nextInstants.name, () => {
  it.each([
    ['moves an instant that the clock skips in spring behind the gap', '30 2 * * *', '2026-03-28T12:00:00Z', ['2026-03-29T01:00:00.000Z', '2026-03-30T00:30:00.000Z']],
    ['takes an instant that the clock shows twice in autumn once', '30 2 * * *', '2026-10-24T12:00:00Z', ['2026-10-25T00:30:00.000Z', '2026-10-26T01:30:00.000Z']],
    ['follows real time through spring where it repeats', '0 * * * *', '2026-03-29T00:30:00Z', ['2026-03-29T01:00:00.000Z', '2026-03-29T02:00:00.000Z']],
    ['follows real time through autumn where it repeats', '0 * * * *', '2026-10-25T00:30:00Z', ['2026-10-25T01:00:00.000Z', '2026-10-25T02:00:00.000Z']],
    ['keeps the hour of the wall through a change', '0 6 * * *', '2026-03-28T12:00:00Z', ['2026-03-29T04:00:00.000Z', '2026-03-30T04:00:00.000Z']],
    ['knows names', '@daily', '2026-11-21T12:00:00Z', ['2026-11-21T23:00:00.000Z', '2026-11-22T23:00:00.000Z']],
    ['knows the last day of a month', '0 0 L * *', '2026-11-21T12:00:00Z', ['2026-11-29T23:00:00.000Z', '2026-12-30T23:00:00.000Z']],
  ])('%s', (_, cron, after, expected) => {
    expect(times(nextInstants(timing(cron), at(after), 2))).toEqual(expected);
  });

  it('stays within its window, whose end does not count', () => {
    const window = { startsAt: at('2026-11-21T10:00:00Z'), endsAt: at('2026-11-21T12:00:00Z') };
    expect(times(nextInstants(timing('0 * * * *', window), at('2026-11-20T00:00:00Z'), 9))).toEqual(['2026-11-21T10:00:00.000Z', '2026-11-21T11:00:00.000Z']);
  });

  it('is strictly later than the instant before', () => {
    const instant = at('2026-11-21T10:00:00Z');
    expect(nextInstant(timing('0 * * * *'), instant)).toBe(at('2026-11-21T11:00:00Z'));
    expect(nextInstant(timing('0 * * * *'), instant - 1)).toBe(instant);
  });
});

describe(lastInstant.name, () => {
  it('is the last one up to a moment, that moment included', () => {
    expect(lastInstant(timing('0 * * * *'), 0, at('2026-11-21T11:00:00Z'))).toBe(at('2026-11-21T11:00:00Z'));
    expect(lastInstant(timing('0 * * * *'), 0, at('2026-11-21T10:59:59Z'))).toBe(at('2026-11-21T10:00:00Z'));
  });

  it('is none where the window or the moment before leaves no room', () => {
    expect(lastInstant(timing('0 * * * *'), at('2026-11-21T10:00:00Z'), at('2026-11-21T10:30:00Z'))).toBeNull();
    expect(lastInstant(timing('0 * * * *', { startsAt: at('2026-11-21T10:30:00Z') }), 0, at('2026-11-21T10:45:00Z'))).toBeNull();
  });
});

describe(checkTiming.name, () => {
  it.each([
    ['nonsense', 'CRON_INVALID', /five fields/],
    ['61 * * * *', 'CRON_INVALID', /minute: 61/],
    ['* * * * * *', 'CRON_INVALID', /5 parts/],
    ['0 0 30 2 *', 'CRON_NEVER', /no instant/],
  ])('refuses %s', (cron, code, message) => {
    const problem = expect.objectContaining({ path: 'cron', code, message: expect.stringMatching(message) as string }) as object;
    expect(() => checkTiming(timing(cron), 0)).toThrow(expect.objectContaining({ code: 'VALIDATION_FAILED', details: { errors: [problem] } }) as Error);
  });

  it('refuses a window that is over', () => {
    expect(() => checkTiming(timing('0 * * * *', { endsAt: 1_000 }), 2_000)).toThrow(expect.objectContaining({ code: 'VALIDATION_FAILED' }) as Error);
  });
});
