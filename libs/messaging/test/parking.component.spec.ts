import { AppError } from '@capstan/kernel';
import { eventually, LeakCheck } from '@capstan/testing';
import { runParking } from '../src/cli/run-parking';
import { doThing } from './catalogue';
import { addEffect, TestPlatform } from './platform';
import { BrokerProbe } from './broker-probe';

const SERVICE = 'capture-orchestrator';

describe(runParking.name, () => {
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

  const parked = (): Promise<number> => probe.count(`${SERVICE}.parking`);

  it('lists, shows and redrives under the old id, and what had taken effect is not done again', async () => {
    let broken = true;
    const ids: string[] = [];
    const sut = await platform.start(SERVICE, {
      doThing: async ({ value }, { manager, envelope: { id: handled } }) => {
        if (broken) {
          throw new AppError('BROKEN', 'a bug');
        }
        await addEffect(manager, value);
        ids.push(handled);
      },
    });
    const envelope = { ...probe.envelope(doThing.type, { value: 1 }), correlationid: 'session-1' };
    const { id } = envelope;
    await probe.command(envelope);
    await probe.command(probe.envelope(doThing.type, { value: 'poison' }));
    await eventually(async () => expect(await parked()).toBe(2));

    const listed = await runParking(platform.amqpUrl, { action: 'list', service: SERVICE, all: false });
    expect(listed.lines.map((line) => JSON.parse(line) as unknown)).toEqual(
      expect.arrayContaining([
        expect.objectContaining({
          id,
          type: doThing.type,
          code: 'BROKEN',
          reason: 'a bug',
          attempts: 1,
          queue: `${SERVICE}.commands`,
          handler: 'OrchestratorController.onDoThing',
          correlationId: 'session-1',
          redriven: 0,
        }),
        expect.objectContaining({ code: 'SCHEMA_INVALID' }),
      ]),
    );
    const shown = await runParking(platform.amqpUrl, { action: 'show', service: SERVICE, ids: [id], all: false });
    expect(JSON.parse(shown.lines[0] ?? '')).toMatchObject({ id, body: { data: { value: 1 } } });
    await eventually(async () => expect(await parked()).toBe(2));

    broken = false;
    const redriven = await runParking(platform.amqpUrl, { action: 'redrive', service: SERVICE, ids: [id], all: false });
    expect(redriven).toMatchObject({ complete: true, lines: [expect.stringContaining('"redriven"')] });
    await eventually(async () => expect(await sut.effects()).toEqual([1]));
    expect(ids).toEqual([id]);
    await eventually(async () => expect(await parked()).toBe(1));

    await probe.command(envelope);
    await probe.command(probe.envelope(doThing.type, { value: 2 }));
    await eventually(async () => expect(await sut.effects()).toEqual([1, 2]));
  });

  it('purges what is named and nothing else', async () => {
    await platform.start(SERVICE);
    const envelopes = ['a', 'b', 'c'].map((value) => probe.envelope(doThing.type, { value }));
    for (const envelope of envelopes) {
      await probe.command(envelope);
    }
    await eventually(async () => expect(await parked()).toBe(3));

    await runParking(platform.amqpUrl, { action: 'purge', service: SERVICE, ids: [envelopes[1]?.id ?? ''], all: false });

    await eventually(async () => expect(await parked()).toBe(2));
    const left = (await probe.takeAll(`${SERVICE}.parking`)).map(({ messageId }) => messageId);
    expect(left.sort()).toEqual([envelopes[0]?.id, envelopes[2]?.id].sort());
  });

  it('keeps a message whose queue is gone, and says so', async () => {
    await platform.start(SERVICE);
    await probe.raw('capstan.parking', `${SERVICE}.parking`, Buffer.from('{}'), { 'x-capstan-parked-queue': 'nowhere.commands', 'x-capstan-parked-code': 'OLD' });
    await eventually(async () => expect(await parked()).toBe(1));

    const result = await runParking(platform.amqpUrl, { action: 'redrive', service: SERVICE, all: false });

    expect(result).toEqual({ complete: false, lines: [expect.stringContaining('"kept"')] });
    await eventually(async () => expect(await parked()).toBe(1));
  });
});
