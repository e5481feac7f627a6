import { NOTICE_TOPIC_NAMES, type RuleView } from '@capstan/contracts';
import { bodyOfRule, bodyOfRuleView, draftOfRule, newRule } from './rule-draft';
import { conditionsOf, topicGroups, topicsText } from './rule-words';

const rule: RuleView = {
  rule_id: 'r',
  name: 'Nights',
  enabled: true,
  topics: ['session.failed', 'target.failed', 'arp.conflict'],
  channel_ids: ['c'],
  min_severity: 'warning',
  kinds: ['collection'],
  name_contains: 'core',
  after_times: 3,
  repeat_minutes: 90,
  digest_minutes: 10,
  quiet_hours: { from: '22:00', until: '07:00', time_zone: 'Europe/Berlin', except_critical: true },
  revision: 4,
  created_at: '2026-11-21T02:00:00.000Z',
  last_matched_at: null,
};

describe(bodyOfRule.name, () => {
  it('gives back what was read', () => {
    const { rule_id: _, revision: __, created_at: ___, last_matched_at: ____, ...body } = rule;
    expect(bodyOfRule(draftOfRule(rule, 'UTC'))).toEqual(body);
    expect(bodyOfRuleView({ ...rule, quiet_hours: null }, false)).toEqual({ ...body, quiet_hours: null, enabled: false });
  });

  it('takes emptied numbers for their defaults', () => {
    expect(bodyOfRule({ ...newRule('UTC'), name: ' All ', afterTimes: '', repeatMinutes: '', digestMinutes: '' })).toMatchObject({ name: 'All', after_times: 1, repeat_minutes: 0, digest_minutes: 0, quiet_hours: null });
  });
});

describe(conditionsOf.name, () => {
  it('says what narrows a rule', () => {
    expect(conditionsOf(rule)).toEqual(['warning or worse', 'collection', 'name has “core”', 'after 3 times within a day', 'once in 1 h 30 min', 'together, every 10 min', 'quiet 22:00–07:00 Europe/Berlin, not for critical']);
  });

  it('says nothing of a rule that tells all at once', () => {
    expect(conditionsOf({ min_severity: 'info', kinds: [], name_contains: '', after_times: 1, repeat_minutes: 0, digest_minutes: 0, quiet_hours: null })).toEqual([]);
  });
});

describe(topicsText.name, () => {
  it('counts what it leaves out', () => {
    expect(topicsText(rule)).toBe('A session failed; A device failed in a session; and 1 more');
  });
});

describe(topicGroups.name, () => {
  it('offers every topic once', () => {
    expect(topicGroups().flatMap(({ topics }) => topics).sort()).toEqual([...NOTICE_TOPIC_NAMES].sort());
    expect(topicGroups().map(({ label }) => label)).toEqual(expect.arrayContaining(['Sessions', 'Capstan itself']));
  });
});
