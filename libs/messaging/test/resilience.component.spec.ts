import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { AppError, Deferred } from '@capstan/kernel';
import { freePort, type RunningRabbitmq, startRabbitmq } from '@capstan/backing-services';
import { eventually, LeakCheck } from '@capstan/testing';
import type { Envelope } from '@capstan/contracts';
import { MessagingStrategy } from '../src';
import { deriveTopology } from '../src/topology/topology';
import { askThing, doThing, hint, numbers, testCatalogue, thingDone } from './catalogue';
import { addEffect, TestPlatform } from './platform';
import { BrokerProbe } from './broker-probe';

describe(`${MessagingStrategy.name} at shutdown`, () => {
  let leaks: LeakCheck;
  let platform: TestPlatform;
  let probe: BrokerProbe;

  beforeEach(async () => {
    leaks = new LeakCheck();
    platform = await TestPlatform.open();
    probe = await BrokerProbe.open(platform.amqpUrl);
  });

  afterEach(async () => {
    await probe.close();
    await platform.close();
    await leaks.assertClean();
  });

  it('takes nothing new, waits for the handler at work, and sends what it added', async () => {
    const facts: number[] = [];
    await platform.start('device-collector', { thingDone: async ({ value }) => void facts.push(value) });
    const begun = new Deferred<void>();
    const release = new Deferred<void>();
    const sut = await platform.start('capture-orchestrator', {
      doThing: async ({ value }, { manager }) => {
        begun.resolve();
        await release.promise;
        await sut.outbox.add(manager, thingDone, { value });
      },
    });
    await probe.command(probe.envelope(doThing.type, { value: 1 }));
    await begun.promise;

    const stopped = sut.stop();
    // Waits for the same answer of the broker as the drain, which has asked first.
    await sut.strategy.pauseConsumer('commands');
    await probe.command(probe.envelope(doThing.type, { value: 2 }));
    release.resolve();
    await stopped;

    await eventually(() => expect(facts).toEqual([1]));
    expect(await probe.count('capture-orchestrator.commands')).toBe(1);
  });

  it('interrupts a handler that outlasts the drain, and hands its message to the next instance', async () => {
    const begun = new Deferred<void>();
    const first = await platform.start(
      'capture-orchestrator',
      {
        doThing: async ({ value }, { manager, signal }) => {
          await addEffect(manager, value);
          begun.resolve();
          await new Promise((_, fail) => signal.addEventListener('abort', () => fail(signal.reason as Error)));
        },
      },
      { drainTimeoutMs: 200 },
    );
    await probe.command(probe.envelope(doThing.type, { value: 1 }));
    await begun.promise;

    await first.stop();
    const second = await platform.start('capture-orchestrator', { doThing: async ({ value }, { manager }) => addEffect(manager, value + 100) });

    await eventually(async () => expect(await second.effects()).toEqual([101]));
  });

  it('leaves messages in the queue while paused, and takes them after', async () => {
    const sut = await platform.start('capture-orchestrator', { doThing: async ({ value }, { manager }) => addEffect(manager, value) });

    await sut.strategy.pauseConsumer('commands');
    await probe.command(probe.envelope(doThing.type, { value: 1 }));
    expect(await probe.count('capture-orchestrator.commands')).toBe(1);
    await sut.strategy.resumeConsumer('commands');

    await eventually(async () => expect(await sut.effects()).toEqual([1]));
  });

  it('consumes again after its queue was deleted under it', async () => {
    const sut = await platform.start('capture-orchestrator');
    const gateway = await platform.start('gateway');
    await expect(gateway.rpc.call(askThing, { value: 1 })).resolves.toEqual({ value: 1 });

    await probe.plain.deleteQueue('capture-orchestrator.rpc');

    await eventually(async () => expect(await gateway.rpc.call(askThing, { value: 2 })).toEqual({ value: 2 }));
    expect(sut.status.connected).toBe(true);
  });

  it('relays again after PostgreSQL ended its connection', async () => {
    const seen: number[] = [];
    await platform.start('device-collector', { thingDone: async ({ value }) => void seen.push(value) });
    const sut = await platform.start('capture-orchestrator');

    const relays = "FROM pg_stat_activity WHERE datname = current_database() AND application_name LIKE '% outbox'";
    await eventually(async () => expect(await sut.dataSource.query(`SELECT 1 ${relays}`)).toHaveLength(2));
    await sut.dataSource.query(`SELECT pg_terminate_backend(pid) ${relays}`);
    await sut.commit((manager) => sut.outbox.add(manager, thingDone, { value: 1 }));

    await eventually(() => expect(seen).toEqual([1]));
  });

  it('retries without counting while the database is away', async () => {
    const attempts: number[] = [];
    const sut = await platform.start('capture-orchestrator', {
      doThing: async ({ value }, { manager, attempt }) => {
        attempts.push(attempt);
        if (attempts.length === 1) {
          throw new AppError('DATABASE_UNAVAILABLE', 'away', { retryable: true });
        }
        await addEffect(manager, value);
      },
    });

    await probe.command(probe.envelope(doThing.type, { value: 1 }));

    await eventually(async () => expect(await sut.effects()).toEqual([1]), { timeoutMs: 10_000 });
    expect(attempts).toEqual([1, 1]);
  });
});

/**
 * RabbitMQ 3.10 writes which quorum queues it has half a second after it has made one: killed before, it comes back with a queue that
 * has no leader and answers nobody.
 */
async function quorumQueuesOnDisk(dataDir: string): Promise<void> {
  const directory = path.join(dataDir, 'data');
  const file = readdirSync(directory, { recursive: true, encoding: 'utf8' }).find((name) => name.includes('/quorum/') && path.basename(name) === 'names.dets');
  await eventually(() => {
    const known = readFileSync(path.join(directory, file ?? 'names.dets'), 'latin1');
    expect(deriveTopology(testCatalogue).queues.filter(({ name }) => !known.includes(`%2F_${name}`))).toEqual([]);
  });
}

describe('a broker that is killed and comes back', () => {
  it('takes no handler run and no message with it, and everything resumes by itself', async () => {
    const dataDir = mkdtempSync(path.join(tmpdir(), 'capstan-broker-'));
    const port = await freePort();
    const start = (): Promise<RunningRabbitmq> => startRabbitmq({ dataDir, port, dieWithParent: true });
    let broker = await start();
    const platform = await TestPlatform.open(broker.url);
    try {
      const live: Envelope[] = [];
      let gaps = 0;
      const hints: number[] = [];
      const begun = new Deferred<void>();
      const release = new Deferred<void>();
      const collector = await platform.start('device-collector', {
        thingDone: async ({ value }, { manager }) => {
          if (value === 1) {
            begun.resolve();
            await release.promise;
          }
          await addEffect(manager, value);
        },
        hint: async ({ value }) => void hints.push(value),
      });
      const sut = await platform.start('capture-orchestrator');
      const gateway = await platform.start('gateway');
      await gateway.feed.start({ events: [thingDone.type], progress: true, onGap: () => (gaps += 1) }, (message) => live.push(message));
      await sut.commit((manager) => sut.outbox.add(manager, thingDone, { value: 1 }));
      await begun.promise;
      const asked = gateway.rpc.call(askThing, { value: 1 });
      await expect(asked).resolves.toEqual({ value: 1 });
      await quorumQueuesOnDisk(dataDir);

      process.kill(broker.pid, 'SIGKILL');
      await broker.exited;
      await eventually(() => expect([sut.status.connected, collector.status.connected, gateway.status.connected]).toEqual([false, false, false]));

      await expect(gateway.rpc.call(askThing, { value: 2 })).rejects.toMatchObject({ code: 'SERVICE_UNAVAILABLE' });
      collector.progress.publish(numbers, { sessionId: 's', targetId: 't' }, { value: 0 });
      for (let value = 2; value < 50; value += 1) {
        await sut.commit((manager) => sut.outbox.add(manager, thingDone, { value }));
      }
      await sut.commit((manager) => sut.outbox.add(manager, hint, { value: 1 }));
      release.resolve();
      await eventually(async () => expect(await collector.effects()).toEqual([1]));
      expect(await sut.status.outboxPending()).toBe(49);

      broker = await start();

      await eventually(async () => expect(await collector.effects()).toEqual(Array.from({ length: 49 }, (_, index) => index + 1)), { timeoutMs: 20_000 });
      await eventually(async () => expect(await sut.status.outboxPending()).toBe(0));
      await eventually(async () => expect(await gateway.rpc.call(askThing, { value: 3 })).toEqual({ value: 3 }), { timeoutMs: 10_000 });
      await eventually(() => expect(gaps).toBe(1));
      collector.progress.publish(numbers, { sessionId: 's', targetId: 't' }, { value: 9 });
      await eventually(() => expect(live.filter(({ type }) => type === numbers.type).map(({ data }) => data)).toEqual([{ value: 9 }]));
      await sut.commit((manager) => sut.outbox.add(manager, hint, { value: 2 }));
      await eventually(() => expect(hints).toContain(2));
      expect(await collector.status.parked()).toBe(0);
    } finally {
      await platform.close();
      await broker.stop();
      rmSync(dataDir, { recursive: true, force: true });
    }
  }, 120_000);
});
