import { crossing, percentUsed, quotaState } from './quota-decision';

describe(quotaState.name, () => {
  const quota = { quota_bytes: 1_000, warn_percent: 80, stop_percent: 100 };

  it.each([
    [0, 'ok'],
    [799, 'ok'],
    [800, 'warning'],
    [999, 'warning'],
    [1_000, 'stopped'],
    [5_000, 'stopped'],
  ] as const)('is for %d of 1000 bytes: %s', (bytes, state) => {
    expect(quotaState(bytes, quota)).toBe(state);
  });

  it('is never full without a quota', () => {
    expect(quotaState(Number.MAX_SAFE_INTEGER, { ...quota, quota_bytes: null })).toBe('ok');
  });
});

describe(percentUsed.name, () => {
  it('says 100 only when all of it is used', () => {
    expect([percentUsed(999, 1_000), percentUsed(1_000, 1_000)]).toEqual([99, 100]);
  });
});

describe(crossing.name, () => {
  it('tells what got worse, and nothing else', () => {
    expect(crossing('ok', 'warning')).toBe('warning');
    expect(crossing('ok', 'stopped')).toBe('stopped');
    expect(crossing('warning', 'stopped')).toBe('stopped');
    expect(crossing('warning', 'warning')).toBeNull();
    expect(crossing('stopped', 'warning')).toBeNull();
    expect(crossing('warning', 'ok')).toBeNull();
  });
});
