import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type Channel, type ChannelModel, connect } from 'amqplib';
import { type RunningRabbitmq, startRabbitmq } from '@capstan/backing-services';
import { sessionCommands, SERVICES, taskCommands } from '@capstan/contracts';
import { publisherPermissions, queueOf, servicePermissions } from '../src';
import { assertTopology, declareQueue } from '../src/topology/assert-topology.client';
import { deriveTopology, rpcQueue } from '../src/topology/topology';
import { platformCatalogue } from '../src/messaging-catalogue';

const ACCESS_REFUSED = 403;

describe('rights on the broker', () => {
  let dataDir: string;
  let broker: RunningRabbitmq;
  const models: ChannelModel[] = [];

  async function connectAs(name: string): Promise<ChannelModel> {
    const model = await connect(broker.url.replace(/\/\/[^@]+@/, `//${name}:secret@`));
    model.on('error', () => undefined);
    models.push(model);
    return model;
  }

  /** Runs on a channel of its own, because a refusal closes it. */
  async function attempt(model: ChannelModel, work: (channel: Channel) => Promise<unknown>): Promise<'allowed' | 'refused'> {
    const channel = await model.createConfirmChannel();
    const closed = new Promise<'refused'>((resolve) => {
      channel.on('error', (error: { code?: number }) => (error.code === ACCESS_REFUSED ? resolve('refused') : undefined));
    });
    const done = work(channel).then(async () => {
      await channel.waitForConfirms();
      return 'allowed' as const;
    });
    const result = await Promise.race([done.catch(() => closed), closed]);
    await channel.close().catch(() => undefined);
    return result;
  }

  const publish =
    (exchange: string, key: string) =>
    async (channel: Channel): Promise<void> => {
      channel.publish(exchange, key, Buffer.from('{}'));
    };

  beforeAll(async () => {
    dataDir = mkdtempSync(path.join(tmpdir(), 'capstan-rights-'));
    const users = [...SERVICES.map((name) => ({ name: name as string, access: servicePermissions(name) })), { name: 'billing', access: publisherPermissions('billing') }];
    broker = await startRabbitmq({
      dataDir,
      dieWithParent: true,
      users: users.map(({ name, access }) => ({ name, password: 'secret', ...access })),
    });
  }, 60_000);

  afterAll(async () => {
    await Promise.all(models.map((model) => model.close().catch(() => undefined)));
    await broker.stop();
    rmSync(dataDir, { recursive: true, force: true });
  });

  it('lets each service declare the platform, consume its own and answer questions, and refuses it what others park', async () => {
    for (const service of SERVICES) {
      const model = await connectAs(service);
      await assertTopology(model, deriveTopology(platformCatalogue));
      const asked = await attempt(model, async (channel) => {
        await declareQueue(channel, rpcQueue(service));
        await channel.bindQueue(queueOf(service, 'rpc'), 'capstan.rpc', service);
        await channel.consume(queueOf(service, 'rpc'), (message) => channel.publish('', String(message?.properties.replyTo), Buffer.from('answer')), { noAck: true });
        const answer = new Promise((resolve) => void channel.consume('amq.rabbitmq.reply-to', resolve, { noAck: true }));
        channel.publish('capstan.rpc', service, Buffer.from('question'), { replyTo: 'amq.rabbitmq.reply-to' });
        await answer;
      });
      const live = await attempt(model, async (channel) => {
        const { queue } = await channel.assertQueue(`${service}.live.instance.1`, { exclusive: true });
        await channel.bindQueue(queue, 'capstan.events', 'session.#');
        await channel.consume(queue, () => undefined);
      });
      const others = SERVICES.filter((other) => other !== service);
      const foreign = await Promise.all(others.map((other) => attempt(model, (channel) => channel.consume(queueOf(other, 'parking'), () => undefined))));
      expect([service, asked, live, ...foreign]).toEqual([service, 'allowed', 'allowed', ...others.map(() => 'refused')]);
    }
  });

  it('lets an outside publisher order sessions and read their facts, and nothing else', async () => {
    const model = await connectAs('billing');
    const allowed = [
      ...Object.values(sessionCommands).map(({ type }) => publish('capstan.commands', type)),
      async (channel: Channel) => {
        await channel.assertQueue('client.billing.facts', { exclusive: true });
        await channel.bindQueue('client.billing.facts', 'capstan.events', 'session.#');
        await channel.consume('client.billing.facts', () => undefined);
      },
    ];
    const refused = [
      publish('capstan.commands', taskCommands['device-collector'].run.type),
      publish('capstan.events', 'session.created.v1'),
      publish('capstan.rpc', 'gateway'),
      publish('capstan.control', ''),
      publish('capstan.parking', 'gateway.parking'),
      publish('capstan.retry.5s', 'gateway.events'),
      publish('', 'capture-orchestrator.commands'),
      (channel: Channel) => channel.consume('capture-orchestrator.commands', () => undefined),
      (channel: Channel) => channel.assertQueue('client.other.facts', { exclusive: true }),
      async (channel: Channel) => {
        await channel.assertQueue('client.billing.all', { exclusive: true });
        await channel.bindQueue('client.billing.all', 'capstan.events', '#');
      },
      async (channel: Channel) => {
        await channel.assertQueue('client.billing.progress', { exclusive: true });
        await channel.bindQueue('client.billing.progress', 'capstan.progress', 'session.#');
      },
    ];

    const results = [];
    for (const work of [...allowed, ...refused]) {
      results.push(await attempt(model, work));
    }

    expect(results).toEqual([...allowed.map(() => 'allowed'), ...refused.map(() => 'refused')]);
  });
});
