import type { InstanceReport } from '@capstan/contracts';
import { ManualClock } from '@capstan/testing';
import { Instances } from './instances';

const report = (service: string, instance: string): InstanceReport => ({
  service,
  instance,
  version: '0.1.0',
  ready: true,
  uptime_sec: 1,
  checks: [],
  outbox_pending: 0,
  parked: 0,
  at: '2026-11-21T08:00:00.000Z',
  load: { cpu_cores: 0.1, memory_bytes: 1_000, event_loop_ms: 20 },
});

describe(Instances.name, () => {
  const clock = new ManualClock();
  const sut = new Instances(clock);

  it('shows every process in the order of the platform', () => {
    sut.hear(report('notifier', 'n'));
    sut.hear(report('gateway', 'b'));
    sut.hear(report('gateway', 'a'));
    expect(sut.list().map(({ instance }) => instance)).toEqual(['a', 'b', 'n']);
  });

  it('forgets one that is not heard of, and takes no report it cannot read', async () => {
    await clock.advance(10_000);
    sut.hear(report('gateway', 'b'));
    sut.hear({ ...report('gateway', 'c'), load: 'new' });
    await clock.advance(6_000);
    expect(sut.list().map(({ instance }) => instance)).toEqual(['b']);
  });
});
