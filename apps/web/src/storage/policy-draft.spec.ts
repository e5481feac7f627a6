import type { RetentionPolicy } from '@capstan/contracts';
import { bodyOf, differs, draftOf, limitsOf } from './policy-draft';
import { policyText, reasonText, sessionsText } from './store-words';

const policy: RetentionPolicy = {
  kind: 'packet-capture', max_age_days: 30, max_sessions: null, max_bytes: 1_500_000_000, keep_last: 5,
  quota_bytes: null, warn_percent: 80, stop_percent: 100, revision: 3, updated_at: null, updated_by: null,
};

describe(draftOf.name, () => {
  it('goes to a form and back without a change', () => {
    const draft = draftOf(policy);
    expect(draft).toMatchObject({ maxAgeDays: 30, maxSessions: '', maxGb: 1.5 });
    const { kind: _kind, updated_at: _at, updated_by: _by, ...same } = policy;
    expect(bodyOf(draft, 3)).toEqual(same);
    expect(differs(draft, policy)).toBe(false);
    expect(differs({ ...draft, maxAgeDays: 31 }, policy)).toBe(true);
  });

  it('reads an empty field as no limit', () => {
    expect(limitsOf({ ...draftOf(policy), maxAgeDays: '', maxGb: '', keepLast: '' })).toEqual({ max_age_days: null, max_sessions: null, max_bytes: null, keep_last: 0 });
  });
});

describe(policyText.name, () => {
  it('says in a few words what stays', () => {
    expect(policyText(policy)).toBe('30 days, up to 1.5 GB, always the last 5');
    expect(policyText({ ...policy, max_age_days: null, max_bytes: null })).toBe('for ever');
  });
});

describe(reasonText.name, () => {
  it('names the limit that was broken', () => {
    expect(reasonText({ kind: 'collection', rule: 'age', limit: 1 })).toBe('older than 1 day');
    expect(reasonText({ kind: 'collection', rule: 'count', limit: 20 })).toBe('beyond the newest 20 collections');
    expect(reasonText({ kind: 'recording', rule: 'bytes', limit: 2e9 })).toBe('beyond 2 GB of recordings');
  });
});

describe(sessionsText.name, () => {
  it('counts one as one', () => {
    expect([sessionsText(1), sessionsText(0), sessionsText(1_200)]).toEqual(['1 session', '0 sessions', '1,200 sessions']);
  });
});
