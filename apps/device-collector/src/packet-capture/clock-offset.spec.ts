import { clockOffset } from './clock-offset';

describe(clockOffset.name, () => {
  it('takes the middle of the shortest round trip', () => {
    const readings = [
      { sentAt: 1_700_000_000_000, receivedAt: 1_700_000_000_100, deviceTime: '1700000002.000000000' },
      { sentAt: 1_700_000_001_000, receivedAt: 1_700_000_001_010, deviceTime: '1700000002.505000000' },
    ];
    expect(clockOffset(readings)).toMatchObject({ offsetMs: 1_500, uncertaintyMs: 5.5 });
  });

  it('knows that a clock without fractions is off by up to half a second', () => {
    expect(clockOffset([{ sentAt: 1_700_000_000_000, receivedAt: 1_700_000_000_000, deviceTime: '1700000000.%N' }])).toMatchObject({ offsetMs: 500, uncertaintyMs: 500.5 });
  });

  it('is unknown when nothing could be read', () => {
    expect(clockOffset([])).toBeUndefined();
    expect(clockOffset([{ sentAt: 1, receivedAt: 2, deviceTime: 'date: invalid option' }])).toBeUndefined();
  });
});
