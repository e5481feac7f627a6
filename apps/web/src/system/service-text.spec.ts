import { needsAttention, serviceNote } from './service-text';

const service = { service: 'device-collector' as const, ready: true, checks: [{ name: 'database', ok: true }], parked: 0, outbox_pending: 0 };

describe(needsAttention.name, () => {
  it('is quiet when everything is in order', () => {
    expect([needsAttention(service), serviceNote(service)]).toEqual([false, undefined]);
  });

  it.each([
    ['parked messages', { ...service, parked: 3 }, '3 messages were'],
    ['a growing outbox', { ...service, outbox_pending: 5_000 }, 'broker'],
  ])('points at %s and says what to do', (_name, sick, words) => {
    expect(needsAttention(sick)).toBe(true);
    expect(serviceNote(sick)).toContain(words);
  });

  it('points at a check that fails, and does not mind counts that are unknown', () => {
    expect(needsAttention({ ...service, checks: [{ name: 'vault', ok: false }] })).toBe(true);
    expect(needsAttention({ ...service, parked: null, outbox_pending: null })).toBe(false);
  });
});
