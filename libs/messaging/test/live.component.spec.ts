import { eventually, LeakCheck } from '@capstan/testing';
import type { Envelope } from '@capstan/contracts';
import { LiveFeed, ProgressPublisher } from '../src';
import { hint, numbers, thingDone, thingUnheard } from './catalogue';
import { TestPlatform } from './platform';
import { BrokerProbe } from './broker-probe';

function values(messages: readonly Envelope[], type: string): unknown[] {
  return messages.filter((message) => message.type === type).map(({ data }) => (data as { value: unknown }).value);
}

/** Keeps the event loop busy, as a slow instance is. */
function burn(ms: number): void {
  const end = performance.now() + ms;
  while (performance.now() < end) {
    // Busy.
  }
}

describe('hints, live numbers and the live feed', () => {
  let leaks: LeakCheck;
  let platform: TestPlatform;

  beforeEach(async () => {
    leaks = new LeakCheck();
    platform = await TestPlatform.open();
  });

  afterEach(async () => {
    await platform.close();
    await leaks.assertClean();
  });

  it('brings a hint to every instance of a worker', async () => {
    const seen: string[] = [];
    await platform.start('device-collector', { hint: async ({ value }) => void seen.push(`one ${value}`) });
    await platform.start('device-collector', { hint: async ({ value }) => void seen.push(`two ${value}`) });
    const sut = await platform.start('capture-orchestrator');

    await sut.commit((manager) => sut.outbox.add(manager, hint, { value: 1 }));

    await eventually(() => expect([...seen].sort()).toEqual(['one 1', 'two 1']));
  });

  it('brings facts and live numbers to every instance of the gateway', async () => {
    const seen: Envelope[][] = [[], []];
    for (const messages of seen) {
      const gateway = await platform.start('gateway');
      await gateway.feed.start({ events: [thingDone.type, thingUnheard.type], progress: true }, (message) => messages.push(message));
    }
    await platform.start('device-collector');
    const source = await platform.start('capture-orchestrator');

    await source.commit(async (manager) => {
      await source.outbox.add(manager, thingDone, { value: 1 });
      await source.outbox.add(manager, thingUnheard, { value: 2 });
    });
    source.progress.publish(numbers, { sessionId: 's', targetId: 't' }, { value: 3 });

    for (const messages of seen) {
      await eventually(() => expect([values(messages, thingDone.type), values(messages, thingUnheard.type), values(messages, numbers.type)]).toEqual([[1], [2], [3]]));
    }
    expect(seen[0]?.find(({ type }) => type === numbers.type)).toMatchObject({ correlationid: 's', subject: 't' });
  });

  it('sends at most four numbers a second of a target, and the last one always', async () => {
    const seen: Envelope[] = [];
    const gateway = await platform.start('gateway');
    await gateway.feed.start({ events: [], progress: true }, (message) => seen.push(message));
    const { progress: sut } = await platform.start('device-collector');

    const begun = performance.now();
    for (let value = 0; value < 2_000; value += 1) {
      sut.publish(numbers, { sessionId: 's', targetId: 'fast' }, { value });
      if (value % 20 === 0) {
        await new Promise((resolve) => setImmediate(resolve));
      }
    }
    sut.publish(numbers, { sessionId: 's', targetId: 'other' }, { value: -1 });

    await eventually(() => expect(values(seen, numbers.type)).toEqual(expect.arrayContaining([1_999, -1])));
    const elapsedSec = (performance.now() - begun) / 1_000;
    expect(values(seen, numbers.type).length).toBeLessThanOrEqual(Math.ceil(elapsedSec * 4) + 2);
  });

  it('drops the oldest numbers that wait for an instance that is too slow, and no fact', async () => {
    const seen: Envelope[] = [];
    const gateway = await platform.start('gateway');
    await gateway.feed.start({ events: [thingDone.type], progress: true }, (message) => {
      seen.push(message);
      burn(message.type === numbers.type ? 1 : 0);
    });
    const probe = await BrokerProbe.open(platform.amqpUrl);

    const total = 5_000;
    for (let value = 0; value < total; value += 1) {
      probe.plain.publish('capstan.progress', 'session.s.t', probe.body(probe.envelope(numbers.type, { value })));
    }
    const facts = Array.from({ length: 1_000 }, (_, value) => value);
    for (const value of facts) {
      probe.plain.publish('capstan.events', thingDone.type, probe.body(probe.envelope(thingDone.type, { value })));
    }

    await eventually(() => expect(values(seen, thingDone.type)).toEqual(facts), { timeoutMs: 15_000 });
    await eventually(() => expect(values(seen, numbers.type)).toContain(total - 1), { timeoutMs: 15_000 });
    expect(values(seen, numbers.type).length).toBeLessThan(total / 2);
    await probe.close();
  });

  it(`${ProgressPublisher.name} and ${LiveFeed.name} leave no queue behind`, async () => {
    const gateway = await platform.start('gateway');
    await gateway.feed.start({ events: [], progress: true }, () => undefined);
    await gateway.feed.stop();
    await gateway.feed.start({ events: [], progress: true }, () => undefined);
    await expect(gateway.feed.start({ events: [], progress: true }, () => undefined)).rejects.toMatchObject({ code: 'LIVE_FEED_RUNNING' });
  });
});
