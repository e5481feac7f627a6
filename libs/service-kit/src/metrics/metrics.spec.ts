import { Metrics } from './metrics';

describe(Metrics.name, () => {
  it('asks gauges when it is scraped', async () => {
    const sut = new Metrics();
    let held = 3;
    sut.gauge('capstan_held', 'Held', [], (gauge) => gauge.set(held));
    held = 4;
    expect(await sut.registry.metrics()).toContain('\ncapstan_held 4\n');
  });

  it('shows what it cannot learn as not a number, never as it was before, and everything else as it is', async () => {
    const sut = new Metrics();
    let away = false;
    const read = (): number => {
      if (away) {
        throw new Error('the broker is away');
      }
      return 7;
    };
    sut.gauge('capstan_waiting', 'Waiting', [], (gauge) => gauge.set(read()));
    sut.gauge('capstan_queue', 'Queues', ['queue'], (gauge) => gauge.set({ queue: 'a' }, read()));
    sut.counter('capstan_done_total', 'Done').inc();
    expect(await sut.registry.metrics()).toContain('\ncapstan_queue{queue="a"} 7\n');
    away = true;
    const text = await sut.registry.metrics();
    expect(text).toMatch(/\ncapstan_waiting nan\n/i);
    expect(text).not.toContain('capstan_queue{');
    expect(text).toContain('\ncapstan_done_total 1\n');
  });
});
