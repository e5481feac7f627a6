import { type Notice, ruleBody } from '@capstan/contracts';
import { concerns, quietUntil, see, type Sighting, toldAt } from './rule-decision';

const CHANNEL = '0198aaaa-0000-7000-8000-000000000001';
const rule = (overrides: object = {}) => ruleBody.parse({ name: 'r', topics: ['session.failed', 'camera.down'], channel_ids: [CHANNEL], ...overrides });
const notice = (overrides: Partial<Notice> = {}): Notice => ({ topic: 'session.failed', severity: 'critical', subject: 'session:1', subject_name: 'Nightly Backbone', kinds: ['collection'], title: 't', text: 'x', path: '/', occurred_at: '2026-11-21T00:00:00.000Z', ...overrides });
const at = (text: string) => Date.parse(text);

describe(concerns.name, () => {
  it.each<[string, object, Partial<Notice>, boolean]>([
    ['one of its topics', {}, {}, true],
    ['another topic', {}, { topic: 'session.completed' }, false],
    ['what matters too little', { min_severity: 'critical' }, { topic: 'camera.down', severity: 'warning' }, false],
    ['sessions of another kind', { kinds: ['recording'] }, {}, false],
    ['what is of no kind', { kinds: ['recording'] }, { topic: 'camera.down', kinds: [] }, true],
    ['a name that holds the words', { name_contains: 'BACKBONE' }, {}, true],
    ['another name', { name_contains: 'branch' }, {}, false],
    ['nothing while it is switched off', { enabled: false }, {}, false],
  ])('is about %s', (_, overrides, about, expected) => {
    expect(concerns(rule(overrides), notice(about))).toBe(expected);
  });
});

describe(see.name, () => {
  function tell(times: readonly number[], policy: { after_times: number; repeat_minutes: number }): boolean[] {
    let sighting: Sighting | undefined;
    return times.map((now) => {
      const { tell: told, after } = see(policy, sighting, now);
      sighting = after;
      return told;
    });
  }

  it('tells of the third time only, and then of every third', () => {
    expect(tell([0, 1, 2, 3, 4, 5], { after_times: 3, repeat_minutes: 0 })).toEqual([false, false, true, false, false, true]);
  });

  it('forgets after a day', () => {
    expect(tell([0, 25 * 3_600_000, 26 * 3_600_000], { after_times: 2, repeat_minutes: 0 })).toEqual([false, false, true]);
  });

  it('tells the same once in the time of silence', () => {
    expect(tell([0, 60_000, 10 * 60_000, 11 * 60_000], { after_times: 1, repeat_minutes: 10 })).toEqual([true, false, true, false]);
  });
});

describe(quietUntil.name, () => {
  const night = { from: '22:00', until: '07:00', time_zone: 'Europe/Berlin' };
  it.each([
    ['before midnight', '2026-11-21T22:30:00Z', '2026-11-22T06:00:00Z'],
    ['after midnight', '2026-11-22T02:00:00Z', '2026-11-22T06:00:00Z'],
    ['at its beginning', '2026-11-21T21:00:00Z', '2026-11-22T06:00:00Z'],
    ['in the night of the spring change', '2026-03-28T23:00:00Z', '2026-03-29T05:00:00Z'],
  ])('ends in the morning %s', (_, now, end) => {
    expect(quietUntil(night, at(now))).toBe(at(end));
  });

  it.each(['2026-11-22T06:00:00Z', '2026-11-22T12:00:00Z', '2026-11-22T20:59:59Z'])('is over at %s', (now) => {
    expect(quietUntil(night, at(now))).toBeNull();
  });

  it('may lie within a day', () => {
    expect(quietUntil({ from: '12:00', until: '13:00', time_zone: 'UTC' }, at('2026-11-22T12:30:00Z'))).toBe(at('2026-11-22T13:00:00Z'));
  });
});

describe(toldAt.name, () => {
  const now = at('2026-11-21T23:00:00Z');
  const quiet_hours = { from: '22:00', until: '06:00', time_zone: 'UTC', except_critical: true };
  it('is at once, unless somebody wants to sleep or to be told together', () => {
    expect(toldAt(rule(), notice(), now)).toEqual({ at: now, together: false });
    expect(toldAt(rule({ digest_minutes: 15 }), notice(), now)).toEqual({ at: now + 900_000, together: true });
    expect(toldAt(rule({ quiet_hours }), notice({ severity: 'warning' }), now)).toEqual({ at: at('2026-11-22T06:00:00Z'), together: true });
    expect(toldAt(rule({ quiet_hours }), notice(), now)).toEqual({ at: now, together: false });
  });
});
