import { Controller, Injectable, type OnModuleInit } from '@nestjs/common';
import { EventPattern } from '@nestjs/microservices';
import { eventually, LeakCheck } from '@capstan/testing';
import { MessagingStrategy, OnCommand, OnControl } from '../src';
import { doThing, hint, refuseThing, testCatalogue } from './catalogue';
import { OrchestratorController, TestPlatform } from './platform';
import { BrokerProbe } from './broker-probe';

@Controller()
class SecondController {
  @OnCommand(doThing)
  async again(): Promise<void> {
    return;
  }

  @OnControl(hint)
  async notForMe(): Promise<void> {
    return;
  }

  @EventPattern('by-hand')
  byHand(): void {
    return;
  }
}

describe(`${MessagingStrategy.name} at boot`, () => {
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

  it('refuses to start when entries have no handler', async () => {
    await expect(platform.start('capture-orchestrator', {}, { controllers: [] })).rejects.toMatchObject({
      code: 'WIRING_INCOMPLETE',
      details: {
        problems: [`command:${doThing.type} has no handler`, `command:${refuseThing.type} has no handler`, `rpc:${doThing.type} has no handler`],
      },
    });
  });

  it('refuses to start when a handler is double, not for this service, or not of the catalogue', async () => {
    await expect(platform.start('capture-orchestrator', {}, { controllers: [OrchestratorController, SecondController] })).rejects.toMatchObject({
      code: 'WIRING_INCOMPLETE',
      details: {
        problems: [
          `command:${doThing.type} has 2 handlers: OrchestratorController.onDoThing, SecondController.again`,
          `control:${hint.type} is handled by SecondController.notForMe but is not for capture-orchestrator`,
          'by-hand was not declared by OnCommand, OnEvent, OnRpc or OnControl',
        ],
      },
    });
  });

  it('refuses to start when a command has two owners', async () => {
    await expect(platform.start('capture-orchestrator', {}, { catalogue: { ...testCatalogue, commands: [doThing, doThing, refuseThing] } })).rejects.toMatchObject({
      details: { problems: [`command:${doThing.type} is in the catalogue 2 times`] },
    });
  });

  it('refuses to start when queues or exchanges exist with other properties, and names them all', async () => {
    const probe = await BrokerProbe.open(platform.amqpUrl);
    await probe.plain.assertQueue('capture-orchestrator.commands', { durable: true, arguments: { 'x-queue-type': 'quorum' } });
    await probe.plain.assertExchange('capstan.events', 'fanout', { durable: true });
    await probe.close();

    await expect(platform.start('capture-orchestrator')).rejects.toMatchObject({
      code: 'TOPOLOGY_MISMATCH',
      retryable: false,
      details: { different: ['exchange capstan.events', 'queue capture-orchestrator.commands'] },
    });
  });

  it('calls no handler before the modules are initialised', async () => {
    const order: string[] = [];
    const probe = await BrokerProbe.open(platform.amqpUrl);
    @Injectable()
    class Feature implements OnModuleInit {
      async onModuleInit(): Promise<void> {
        await eventually(async () => expect(await probe.count('capture-orchestrator.commands')).toBe(1));
        order.push('initialised');
      }
    }
    const first = await platform.start('capture-orchestrator');
    await first.strategy.pauseConsumer('commands');
    await first.commit((manager) => first.outbox.add(manager, doThing, { value: 1 }));

    await platform.start('capture-orchestrator', { doThing: async () => void order.push('handled') }, { providers: [Feature] });

    await eventually(() => expect(order).toEqual(['initialised', 'handled']));
    await probe.close();
  });

  it('gives up when there is no broker', async () => {
    await expect(platform.start('capture-orchestrator', {}, { url: 'amqp://127.0.0.1:1', connectTimeoutMs: 300 })).rejects.toMatchObject({ code: 'BROKER_UNAVAILABLE' });
  });
});
