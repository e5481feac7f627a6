import { AppError } from '@capstan/kernel';
import { messageContext, reject, retry } from '../src';
import { eventually, LeakCheck } from '@capstan/testing';
import { doThing, refuseThing, thingDone, thingUnheard } from './catalogue';
import { addEffect, type Script, TestPlatform } from './platform';
import { BrokerProbe } from './broker-probe';

describe('commands and facts', () => {
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

  it('publishes with the commit and nothing with a rollback', async () => {
    const seen: number[] = [];
    await platform.start('device-collector', { thingDone: async ({ value }) => void seen.push(value) });
    const sut = await platform.start('capture-orchestrator');

    await expect(
      sut.commit(async (manager) => {
        await sut.outbox.add(manager, thingDone, { value: 1 });
        throw new Error('changed my mind');
      }),
    ).rejects.toThrow('changed my mind');
    await sut.commit((manager) => sut.outbox.add(manager, thingDone, { value: 2 }));

    await eventually(() => expect(seen).toEqual([2]));
    await eventually(async () => expect(await sut.status.outboxPending()).toBe(0));
    expect(seen).toEqual([2]);
  });

  it('refuses a message outside of a transaction and data that does not match', async () => {
    const sut = await platform.start('capture-orchestrator');

    await expect(sut.outbox.add(sut.dataSource.manager, thingDone, { value: 1 })).rejects.toMatchObject({ code: 'NOT_A_TRANSACTION' });
    await expect(sut.commit((manager) => sut.outbox.add(manager, thingDone, { value: 1.5 }))).rejects.toMatchObject({ code: 'VALIDATION_FAILED' });
  });

  it('commits the effect of a command together with the facts it causes, and hands correlation and cause on', async () => {
    const facts: unknown[] = [];
    await platform.start('device-collector', { thingDone: async (data, { envelope }) => void facts.push([data, envelope]) });
    const sut = await platform.start('capture-orchestrator', {
      doThing: async ({ value, note }, { manager }) => {
        expect(note).toBe('none');
        await addEffect(manager, value);
        await sut.outbox.add(manager, thingDone, { value });
      },
    });

    const id = await sut.commit((manager) => sut.outbox.add(manager, doThing, { value: 7 }, { correlationId: 'session-7' }));

    await eventually(() =>
      expect(facts).toEqual([[{ value: 7 }, expect.objectContaining({ correlationid: 'session-7', causationid: id, source: 'capstan/capture-orchestrator', specversion: '1.0' })]]),
    );
    expect(await sut.effects()).toEqual([7]);
  });

  it('does nothing for a second delivery of the same message', async () => {
    let runs = 0;
    const sut = await platform.start('capture-orchestrator', {
      doThing: async ({ value }, { manager }) => {
        runs += 1;
        await addEffect(manager, value);
      },
    });
    const envelope = probe.envelope(doThing.type, { value: 1 });

    await probe.command(envelope);
    await probe.command(envelope);
    await probe.command(probe.envelope(doThing.type, { value: 2 }));

    await eventually(async () => expect(await sut.effects()).toEqual([1, 2]));
    await eventually(async () => expect(await probe.count('capture-orchestrator.commands')).toBe(0));
    expect(runs).toBe(2);
  });

  it('lets one of two deliveries that run at the same time take effect', async () => {
    const script = { doThing: async ({ value }: { value: number }, { manager }: { manager: import('typeorm').EntityManager }) => addEffect(manager, value) };
    const sut = await platform.start('capture-orchestrator', script);
    await platform.start('capture-orchestrator', script);
    const envelopes = Array.from({ length: 30 }, (_, value) => probe.envelope(doThing.type, { value }));

    await Promise.all([...envelopes, ...envelopes].map((envelope) => probe.command(envelope)));

    await eventually(async () => expect(await sut.effects()).toEqual(envelopes.map((_, value) => value)));
    await eventually(async () => expect(await probe.count('capture-orchestrator.commands')).toBe(0));
    expect(await sut.effects()).toHaveLength(30);
  });

  it('rolls back what a handler did before it failed, and brings the message back from the retry tier to its own queue', async () => {
    const attempts: number[] = [];
    const sut = await platform.start('capture-orchestrator', {
      doThing: async ({ value }, { manager, attempt }) => {
        attempts.push(attempt);
        await addEffect(manager, value);
        if (attempt === 1) {
          throw new AppError('NOT_YET', 'not yet', { retryable: true });
        }
      },
    });

    await probe.command(probe.envelope(doThing.type, { value: 5 }));
    await eventually(async () => expect(await probe.count('capstan.retry.5s')).toBe(1));
    expect(await sut.effects()).toEqual([]);

    await eventually(async () => expect(await sut.effects()).toEqual([5]), { timeoutMs: 10_000 });
    expect(attempts).toEqual([1, 2]);
    expect(await probe.count('capstan.retry.5s')).toBe(0);
  });

  it('waits in a longer tier when the handler asks for it', async () => {
    await platform.start('capture-orchestrator', { doThing: async () => retry(20_000) });

    await probe.command(probe.envelope(doThing.type, { value: 1 }));

    await eventually(async () => expect(await probe.count('capstan.retry.30s')).toBe(1));
  });

  it('parks what it cannot decode, does not know, or finds invalid, with evidence and without running a handler', async () => {
    const run = jest.fn();
    await platform.start('capture-orchestrator', { doThing: async () => void run() });

    await probe.raw('capstan.commands', doThing.type, Buffer.from('{ no json'));
    await probe.raw('capstan.commands', doThing.type, Buffer.from('{"specversion":"0.3"}'));
    await probe.command(probe.envelope('capture-orchestrator.unheard-of.v1', {}));
    await probe.command(probe.envelope(doThing.type, { value: 'five' }));
    await probe.raw('capstan.commands', doThing.type, probe.body(probe.envelope(refuseThing.type, { value: 1 })));

    await eventually(async () => expect(await probe.count('capture-orchestrator.parking')).toBe(5));
    const parked = await probe.takeAll('capture-orchestrator.parking');
    expect(parked.map(({ headers }) => headers['x-capstan-parked-code'])).toEqual(
      expect.arrayContaining(['UNDECODABLE', 'UNDECODABLE', 'UNKNOWN_TYPE', 'SCHEMA_INVALID', 'TYPE_MISMATCH']),
    );
    const invalid = parked.find(({ headers }) => headers['x-capstan-parked-code'] === 'SCHEMA_INVALID');
    expect(invalid?.headers).toMatchObject({
      'x-capstan-parked-queue': 'capture-orchestrator.commands',
      'x-capstan-parked-handler': 'OrchestratorController.onDoThing',
      'x-capstan-parked-attempts': 1,
    });
    expect(invalid?.headers['x-capstan-parked-reason']).toContain('value');
    expect(invalid?.headers['x-capstan-parked-reason']).not.toContain('five');
    expect(run).not.toHaveBeenCalled();
  });

  it('parks a rejected message and one whose attempts are used up', async () => {
    await platform.start('capture-orchestrator', {
      doThing: async ({ value }) => {
        if (value === 1) {
          return reject('NOT_FOR_ME', 'Somebody else should do it');
        }
        throw new AppError('STILL_AWAY', 'still away', { retryable: true });
      },
      refuseThing: async () => {
        throw new AppError('NEVER', 'never ever');
      },
    });

    await probe.command(probe.envelope(doThing.type, { value: 1 }));
    await probe.command(probe.envelope(doThing.type, { value: 2 }), { 'x-capstan-attempt': 9 });
    await probe.command(probe.envelope(refuseThing.type, { value: 3 }));

    await eventually(async () => expect(await probe.count('capture-orchestrator.parking')).toBe(3));
    const codes = (await probe.takeAll('capture-orchestrator.parking')).map(({ headers }) => [headers['x-capstan-parked-code'], headers['x-capstan-parked-attempts']]);
    expect(codes).toEqual(
      expect.arrayContaining([
        ['NOT_FOR_ME', 1],
        ['STILL_AWAY', 9],
        ['NEVER', 1],
      ]),
    );
  });

  it('lets a handler answer invalid data itself, once per message', async () => {
    const answers: unknown[] = [];
    await platform.start('device-collector', { thingDone: async (_, { envelope }) => void answers.push(envelope.correlationid) });
    const sut = await platform.start('capture-orchestrator', {
      invalidThing: async (envelope, errors, { manager }) => {
        expect(errors).toEqual([expect.objectContaining({ path: 'value' })]);
        expect(envelope.data).toEqual({ value: 'x' });
        await sut.outbox.add(manager, thingDone, { value: 0 });
      },
    });
    const envelope = { ...probe.envelope(refuseThing.type, { value: 'x' }), correlationid: 'wanted' };

    await probe.command(envelope);
    await probe.command(envelope);

    await eventually(() => expect(answers).toEqual(['wanted']));
    expect(await probe.count('capture-orchestrator.parking')).toBe(0);
  });

  it('runs what waits for the commit after the commit and not after a rollback', async () => {
    const after: number[] = [];
    const sut = await platform.start('capture-orchestrator', {
      doThing: async ({ value }, { manager, afterCommit }) => {
        await addEffect(manager, value);
        afterCommit(async () => {
          expect(await sut.effects()).toContain(value);
          after.push(value);
        });
        return value === 1 ? reject('NO', 'no') : undefined;
      },
    });

    await probe.command(probe.envelope(doThing.type, { value: 1 }));
    await probe.command(probe.envelope(doThing.type, { value: 2 }));

    await eventually(() => expect(after).toEqual([2]));
    expect(await sut.effects()).toEqual([2]);
  });

  it('interrupts a handler that takes too long, and retries', async () => {
    let aborted = false;
    const sut = await platform.start(
      'capture-orchestrator',
      {
        doThing: (_, { signal }) =>
          new Promise((_resolve, fail) => {
            signal.addEventListener('abort', () => {
              aborted = true;
              fail(signal.reason as Error);
            });
          }),
      },
      { handlerTimeoutMs: 100 },
    );

    await probe.command(probe.envelope(doThing.type, { value: 1 }));

    await eventually(async () => expect(await probe.count('capstan.retry.5s')).toBe(1));
    expect(aborted).toBe(true);
    expect(await sut.effects()).toEqual([]);
  });

  it('lets facts that wait together share a transaction, each in its own context and each once', async () => {
    const seen: { value: number; cause: unknown; id: string; transaction: string }[] = [];
    let order = '';
    const script: Script = {
      thingDone: async ({ value }, { manager, envelope, beforeCommit }) => {
        order += 'h';
        beforeCommit(async () => {
          order += 'c';
          await addEffect(manager, value);
        });
        const [{ id } = { id: '' }] = (await manager.query('SELECT txid_current()::text AS id')) as { id: string }[];
        seen.push({ value, cause: messageContext().causationId, id: envelope.id, transaction: id });
      },
    };
    await (await platform.start('device-collector')).stop();
    const facts = Array.from({ length: 20 }, (_, value) => probe.envelope(thingDone.type, { value }));
    for (const fact of [...facts, ...facts.slice(0, 5)]) {
      await probe.raw('capstan.events', thingDone.type, probe.body(fact));
    }

    const sut = await platform.start('device-collector', script, { eventsTogether: 8 });

    await eventually(async () => expect(await probe.count('device-collector.events')).toBe(0));
    await eventually(async () => expect(await sut.effects()).toEqual(facts.map((_, value) => value)));
    expect(seen.every(({ cause, id }) => cause === id)).toBe(true);
    expect(new Set(seen.map(({ transaction }) => transaction)).size).toBeLessThan(facts.length);
    expect(order).toMatch(/hh+cc/);
  });

  it('handles each fact alone where one of those that share a transaction fails', async () => {
    const after: number[] = [];
    await (await platform.start('device-collector')).stop();
    for (let value = 0; value < 10; value += 1) {
      await probe.raw('capstan.events', thingDone.type, probe.body(probe.envelope(thingDone.type, { value })));
    }

    const sut = await platform.start(
      'device-collector',
      {
        thingDone: async ({ value }, { manager, afterCommit }) => {
          await addEffect(manager, value);
          afterCommit(() => void after.push(value));
          return value === 4 ? reject('NO', 'no') : undefined;
        },
      },
      { eventsTogether: 20 },
    );

    await eventually(async () => expect(await probe.count('device-collector.parking')).toBe(1));
    await eventually(async () => expect(await sut.effects()).toEqual([0, 1, 2, 3, 5, 6, 7, 8, 9]));
    await eventually(() => expect(after.sort()).toEqual([0, 1, 2, 3, 5, 6, 7, 8, 9]));
  });

  it('forgets a fact nobody stores, and keeps one whose queue is gone until it is back', async () => {
    const seen: number[] = [];
    await platform.start('device-collector', { thingDone: async ({ value }) => void seen.push(value) });
    const sut = await platform.start('capture-orchestrator', {}, { outboxPollMs: 100 });

    await sut.commit((manager) => sut.outbox.add(manager, thingUnheard, { value: 0 }));
    await eventually(async () => expect(await sut.status.outboxPending()).toBe(0));

    await probe.unbind('device-collector.events', 'capstan.events', thingDone.type);
    await sut.commit(async (manager) => {
      await sut.outbox.add(manager, thingDone, { value: 1 }, { subject: 'one' });
      await sut.outbox.add(manager, thingDone, { value: 2 }, { subject: 'one' });
    });
    await eventually(async () => expect(await sut.dataSource.query('SELECT attempts > 0 AS tried, last_error IS NOT NULL AS told FROM outbox ORDER BY position')).toEqual([{ tried: true, told: true }, { tried: false, told: false }]));

    await probe.bind('device-collector.events', 'capstan.events', thingDone.type);
    await eventually(() => expect(seen).toEqual([1, 2]), { timeoutMs: 10_000 });
    await eventually(async () => expect(await sut.status.outboxPending()).toBe(0));
  });

  it('publishes what a crash left between confirmation and deletion again, and it takes effect once', async () => {
    const collector = await platform.start('device-collector', { thingDone: async ({ value }, { manager }) => addEffect(manager, value) });
    const sut = await platform.start('capture-orchestrator');
    const id = await sut.commit((manager) => sut.outbox.add(manager, thingDone, { value: 3 }));
    await eventually(async () => expect(await collector.effects()).toEqual([3]));
    await eventually(async () => expect(await sut.status.outboxPending()).toBe(0));

    // The row as it was when the process died after the broker's confirmation.
    await sut.commit((manager) => sut.outbox.add(manager, thingDone, { value: 3 }, { id }));
    await eventually(async () => expect(await sut.status.outboxPending()).toBe(0));
    await sut.commit((manager) => sut.outbox.add(manager, thingDone, { value: 4 }));

    await eventually(async () => expect(await collector.effects()).toEqual([3, 4]));
  });

  it('keeps the order of a partition, with one active relay among several instances', async () => {
    const seen = new Map<string, number[]>();
    await platform.start('device-collector', {
      thingDone: async ({ value }, { envelope }) => void seen.set(envelope.subject ?? '', [...(seen.get(envelope.subject ?? '') ?? []), value]),
    }, { prefetch: { events: 1 } });
    const first = await platform.start('capture-orchestrator');
    const second = await platform.start('capture-orchestrator');

    for (let value = 0; value < 60; value += 1) {
      const sut = value % 2 === 0 ? first : second;
      await sut.commit(async (manager) => {
        await sut.outbox.add(manager, thingDone, { value }, { subject: 'a' });
        await sut.outbox.add(manager, thingDone, { value }, { subject: 'b' });
      });
    }

    const expected = Array.from({ length: 60 }, (_, value) => value);
    await eventually(() => expect([seen.get('a'), seen.get('b')]).toEqual([expected, expected]), { timeoutMs: 10_000 });
    const relays = (await first.dataSource.query("SELECT count(*)::int AS holding FROM pg_locks JOIN pg_database ON pg_database.oid = database WHERE datname = current_database() AND locktype = 'advisory' AND granted")) as { holding: number }[];
    // One for the orchestrator's schema, one for the collector's.
    expect(relays[0]?.holding).toBe(2);
  });

  it('hands the relay over when the active instance ends', async () => {
    const seen: number[] = [];
    await platform.start('device-collector', { thingDone: async ({ value }) => void seen.push(value) });
    const first = await platform.start('capture-orchestrator');
    const second = await platform.start('capture-orchestrator');
    await first.stop();

    await second.commit((manager) => second.outbox.add(manager, thingDone, { value: 1 }));

    await eventually(() => expect(seen).toEqual([1]));
  });
});
