import { AppError, Deferred } from '@capstan/kernel';
import { eventually, LeakCheck } from '@capstan/testing';
import { runInMessageContext, RpcClient } from '../src';
import { askCollector, askThing } from './catalogue';
import { TestPlatform } from './platform';
import { BrokerProbe } from './broker-probe';

const OWNER = 'capture-orchestrator';

describe(RpcClient.name, () => {
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

  it('brings the answer, and hands the correlation on', async () => {
    const seen: unknown[] = [];
    await platform.start(OWNER, {
      askThing: async ({ value }, { envelope, deadline }) => {
        seen.push(envelope.correlationid, envelope.source, deadline > 0);
        return { value: value + 1 };
      },
    });
    const { rpc: sut } = await platform.start('gateway');

    await expect(runInMessageContext({ correlationId: 'request-1' }, () => sut.call(askThing, { value: 1 }))).resolves.toEqual({ value: 2 });
    expect(seen).toEqual(['request-1', 'capstan/gateway', true]);
  });

  it('throws the error the owner threw, without its cause', async () => {
    await platform.start(OWNER, {
      askThing: async () => {
        throw new AppError('SESSION_NOT_FOUND', 'No such session', { details: { id: 'x' }, cause: new Error('secret') });
      },
    });
    const { rpc: sut } = await platform.start('gateway');

    const error = await sut.call(askThing, { value: 1 }).catch((thrown: unknown) => thrown);

    expect(error).toBeInstanceOf(AppError);
    expect((error as AppError).toShape()).toEqual({ code: 'SESSION_NOT_FOUND', message: 'No such session', retryable: false, details: { id: 'x' } });
    expect((error as AppError).cause).toBeUndefined();
  });

  it('tells nothing of an unexpected error but that there was one', async () => {
    await platform.start(OWNER, {
      askThing: async () => {
        throw new TypeError('connect to 10.0.0.1 as root failed');
      },
    });
    const { rpc: sut } = await platform.start('gateway');

    await expect(sut.call(askThing, { value: 1 })).rejects.toMatchObject({ code: 'INTERNAL_ERROR', message: 'An unexpected error occurred' });
  });

  it('says that the database is away, whatever the driver calls that', async () => {
    await platform.start(OWNER, {
      askThing: async () => {
        throw Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET', syscall: 'read' });
      },
    });
    const { rpc: sut } = await platform.start('gateway');

    await expect(sut.call(askThing, { value: 1 })).rejects.toMatchObject({ code: 'DATABASE_UNAVAILABLE', retryable: true });
  });

  it('answers a request that does not match with the fields that are wrong', async () => {
    await platform.start(OWNER);
    const { rpc: sut } = await platform.start('gateway');
    const loose = { ...askThing, request: askThing.request.extend({ value: askThing.request.shape.value.or(askThing.request.shape.value.transform(String)) }) };

    await expect(sut.call(askThing, { value: 1.5 })).rejects.toMatchObject({ code: 'VALIDATION_FAILED', details: { errors: [expect.objectContaining({ path: 'value' })] } });
    await expect(sut.call({ ...loose, request: askCollector.request }, {})).rejects.toMatchObject({ code: 'VALIDATION_FAILED', message: 'The request is not valid' });
  });

  it('fails at once when nobody listens', async () => {
    const { rpc: sut } = await platform.start('gateway');
    const begun = performance.now();

    await expect(sut.call(askCollector, {})).rejects.toMatchObject({ code: 'SERVICE_UNAVAILABLE', retryable: true, details: { service: 'device-collector' } });
    expect(performance.now() - begun).toBeLessThan(500);
  });

  it('gives up at its time, and aborts the handler at the same instant', async () => {
    const aborted = new Deferred<void>();
    await platform.start(OWNER, {
      askThing: ({ value }, { signal }) =>
        new Promise((resolve) => {
          signal.addEventListener('abort', () => {
            aborted.resolve();
            resolve({ value });
          });
        }),
    });
    const { rpc: sut } = await platform.start('gateway');

    await expect(sut.call(askThing, { value: 1 }, { timeoutMs: 150 })).rejects.toMatchObject({ code: 'RPC_TIMEOUT', retryable: true });
    await aborted.promise;
  });

  it('stops waiting when its signal aborts', async () => {
    await platform.start(OWNER, { askThing: () => new Promise((_, fail) => setTimeout(() => fail(new AppError('LATE', 'late')), 300)) });
    const { rpc: sut } = await platform.start('gateway');
    const controller = new AbortController();
    const answer = sut.call(askThing, { value: 1 }, { signal: controller.signal });
    controller.abort(new AppError('CLIENT_GONE', 'gone'));

    await expect(answer).rejects.toMatchObject({ code: 'CLIENT_GONE' });
  });

  it('does not run a question whose time is over', async () => {
    let runs = 0;
    const owner = await platform.start(OWNER, { askThing: async ({ value }) => ({ value: value + (runs += 1) }) });
    const { rpc: sut } = await platform.start('gateway');
    const probe = await BrokerProbe.open(platform.amqpUrl);
    await owner.strategy.pauseConsumer('rpc');

    await probe.raw('capstan.rpc', OWNER, probe.body(probe.envelope(askThing.type, { value: 1 })), { 'x-capstan-deadline': 1_000 });
    await expect(sut.call(askThing, { value: 2 }, { timeoutMs: 100 })).rejects.toMatchObject({ code: 'RPC_TIMEOUT' });
    await owner.strategy.resumeConsumer('rpc');

    await expect(sut.call(askThing, { value: 10 })).resolves.toEqual({ value: 11 });
    expect(runs).toBe(1);
    await probe.close();
  });

  it('has any number of questions on their way over one channel', async () => {
    const { rpc: sut } = await platform.start('gateway');
    const gate = new Deferred<void>();
    let atWork = 0;
    const script = {
      askThing: async ({ value }: { value: number }) => {
        atWork += 1;
        await gate.promise;
        return { value };
      },
    };
    await platform.start(OWNER, script, { prefetch: { rpc: 300 } });
    await platform.start(OWNER, script, { prefetch: { rpc: 300 } });

    const answers = Array.from({ length: 500 }, (_, value) => sut.call(askThing, { value }));
    await eventually(() => expect(atWork).toBe(500));
    gate.resolve();

    expect((await Promise.all(answers)).map(({ value }) => value)).toEqual(Array.from({ length: 500 }, (_, value) => value));
  });

  it('runs no more questions at a time than the prefetch', async () => {
    const { rpc: sut } = await platform.start('gateway');
    let atWork = 0;
    let most = 0;
    await platform.start(
      OWNER,
      {
        askThing: async ({ value }) => {
          atWork += 1;
          most = Math.max(most, atWork);
          await new Promise((resolve) => setImmediate(resolve));
          atWork -= 1;
          return { value };
        },
      },
      { prefetch: { rpc: 4 } },
    );

    await Promise.all(Array.from({ length: 100 }, (_, value) => sut.call(askThing, { value })));

    expect(most).toBeLessThanOrEqual(4);
  });
});
