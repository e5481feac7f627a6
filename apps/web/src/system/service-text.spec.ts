import { needsAttention, serviceNote, waitingQueues } from './service-text';

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

describe(waitingQueues.name, () => {
  const seen = (at: string, ...queues: [string, number][]) => ({ at, queues: queues.map(([queue, messages]) => ({ queue, messages })) });

  it('counts a queue once, as it was seen last, and shows the fullest first', () => {
    const replicas = [seen('2026-11-21T08:00:05Z', ['a.commands', 3]), seen('2026-11-21T08:00:00Z', ['a.commands', 9], ['a.events', 1]), { at: '2026-11-21T08:00:09Z' }, seen('2026-11-21T08:00:01Z', ['b.parking', 4])];
    expect(waitingQueues(replicas as never)).toEqual([
      { queue: 'b.parking', messages: 4 },
      { queue: 'a.commands', messages: 3 },
      { queue: 'a.events', messages: 1 },
    ]);
  });
});
