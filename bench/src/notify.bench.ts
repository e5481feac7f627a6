import { Agent, request } from 'node:http';
import { catalogueEvents, type ChannelView, notificationRpc } from '@capstan/contracts';
import { LabProcess } from '@capstan/deploy';
import { systemClock, systemIds } from '@capstan/kernel';
import { EXCHANGES } from '@capstan/messaging';
import { Participant } from '@capstan/testing';
import { type Bench, type Say, verdict } from './bench';
import { eventually, type OneService, withService } from './one-service';

const FACTS = 10_000;
const RULES = 100;
const PATIENCE_MS = 120_000;
const POLL_MS = 250;
/** Of memory that is the notifier's alone: what the second 10,000 may take beyond the first. */
const GROWTH_MIB = 16;
/** MiB of the notifier's heap at most: in one that may grow, garbage that nobody has collected yet looks like a leak. */
const HEAP_MIB = 128;
const BARE = 2_000;

interface Webhook {
  readonly headers: Readonly<Record<string, string>>;
  readonly receivedAt: number;
}

interface Scene {
  readonly service: OneService;
  readonly lab: LabProcess;
  readonly people: Participant;
  readonly collector: Participant;
  readonly url: string;
}

/** 10,000 changed configurations, each of which one of 100 rules is about, to a web server; through one channel, in strict order, and through ten. */
export const notify: Bench = (say) =>
  withService(say, 'notifier', { CAPSTAN_WEBHOOK_NETWORKS: '127.0.0.0/8', NODE_OPTIONS: `--max-old-space-size=${HEAP_MIB}` }, async (service) => {
    const lab = await LabProcess.start(['--hosts', '0', '--cameras', '0', '--voice-gear', '0', '--webhook-sink']);
    const people = await Participant.join(service.brokerUrl, 'capstan/gateway');
    const collector = await Participant.join(service.brokerUrl, 'capstan/device-collector');
    try {
      const scene: Scene = { service, lab, people, collector, url: lab.inventory.message_sinks[0]?.url ?? '' };
      const [one, ten] = [await deliverAll(say, scene, 1), await deliverAll(say, scene, 10)];
      await bare(say, scene);
      return [one.good, ten.good, verdict(say, `memory flat: at most ${one.peakMib.toFixed(0)} MiB in the first run, ${ten.peakMib.toFixed(0)} in the second (heap of at most ${HEAP_MIB} MiB)`, ten.peakMib - one.peakMib < GROWTH_MIB)].every(Boolean);
    } finally {
      await Promise.all([people.leave(), collector.leave()]);
      await lab.stop();
    }
  });

async function deliverAll(say: Say, scene: Scene, channelCount: number): Promise<{ readonly good: boolean; readonly peakMib: number }> {
  const { service, collector, lab } = scene;
  const run = `${channelCount} channel${channelCount === 1 ? '' : 's'}`;
  const marks = await makeRules(scene, channelCount);
  const before = await received(lab, Number.MAX_SAFE_INTEGER);
  const [beganAt, began, use, servers, load] = [systemClock.now(), systemClock.monotonic(), service.use(), service.serversUse(), await service.databaseLoad()];
  for (let index = 0; index < FACTS; index += 1) {
    collector.publish(EXCHANGES.events, catalogueEvents.configChanged.type, factOf(`${marks[index % RULES] ?? ''} ${index}`));
  }
  const memory: number[] = [];
  let folded = 0;
  await eventually('all webhooks', PATIENCE_MS, async () => {
    memory.push(service.use().memoryMib);
    if (folded === 0) {
      const { rows } = await service.database.query<{ count: string }>(`SELECT count(*) FROM deliveries WHERE rule_name LIKE $1`, [`${run} %`]);
      folded = Number(rows[0]?.count) === FACTS ? systemClock.monotonic() : 0;
    }
    const { total } = await received(lab, Number.MAX_SAFE_INTEGER);
    await systemClock.sleep(POLL_MS);
    return total >= before.total + FACTS;
  });
  const all = await receivedSince(lab, before.total);
  const [after, serversAfter, loadAfter] = [service.use(), service.serversUse(), await service.databaseLoad()];
  const sec = (Math.max(...all.map(({ receivedAt }) => receivedAt)) - beganAt) / 1_000;
  const wallSec = (loadAfter.at - began) / 1_000;
  const distinct = new Set(all.map(({ headers }) => headers['webhook-id'])).size;
  const ordered = await inOrder(service, run, all);
  say(
    `${run}: ${all.length} webhooks, ${distinct} different, ${ordered ? 'in the order of each channel' : 'OUT OF ORDER'}; ${(FACTS / sec).toFixed(0)}/s from the first fact to the last webhook (${sec.toFixed(1)} s; the facts were folded after ${((folded - began) / 1_000).toFixed(1)} s); ` +
      `processor: notifier ${((after.own - use.own) / wallSec).toFixed(2)}, PostgreSQL ${((serversAfter.postgres - servers.postgres) / wallSec).toFixed(2)}, RabbitMQ ${((serversAfter.rabbitmq - servers.rabbitmq) / wallSec).toFixed(2)} cores; ` +
      `${((loadAfter.commits - load.commits) / wallSec).toFixed(0)} commits/s; memory ${memory[0]?.toFixed(0) ?? ''} → at most ${Math.max(...memory).toFixed(0)} → ${memory.at(-1)?.toFixed(0) ?? ''} MiB`,
  );
  const good = [verdict(say, `${run}: ≥ 500 deliveries/s`, FACTS / sec >= 500), verdict(say, `${run}: each once, in order`, distinct === FACTS && all.length === FACTS && ordered)].every(Boolean);
  return { good, peakMib: Math.max(...memory) };
}

/** @returns a part of names that each rule looks for */
async function makeRules({ people, url }: Scene, channelCount: number): Promise<string[]> {
  const channels: ChannelView[] = [];
  for (let index = 0; index < channelCount; index += 1) {
    const fields = { name: `${channelCount} channels, number ${index}`, type: 'webhook' as const, settings: { url } };
    channels.push((await people.ask(notificationRpc.createChannel, { channel_id: systemIds.next(), fields })).channel);
  }
  const marks = Array.from({ length: RULES }, (_, index) => `${channelCount === 1 ? 'one' : 'ten'}-${String(index).padStart(3, '0')}`);
  for (const [index, mark] of marks.entries()) {
    await people.ask(notificationRpc.createRule, {
      rule_id: systemIds.next(),
      rule: { name: `${channelCount} channel${channelCount === 1 ? '' : 's'} ${mark}`, topics: ['device.config-changed'], channel_ids: [channels[index % channelCount]?.channel_id ?? ''], name_contains: mark },
    });
  }
  return marks;
}

function factOf(name: string) {
  return { device: { device_id: systemIds.next(), name, platform: 'cisco_ios', site: 'bench' }, type: 'configs', change_id: systemIds.next(), session_id: systemIds.next(), severity: 'moderate', added: 1, removed: 0, summary: ['ntp'], actor: null, at: new Date(systemClock.now()).toISOString() };
}

async function received(lab: LabProcess, after: number): Promise<{ total: number; received: Webhook[] }> {
  return (await lab.control({ do: 'sink-received', sink: 'webhook-sink', after })) as unknown as { total: number; received: Webhook[] };
}

async function receivedSince(lab: LabProcess, first: number): Promise<Webhook[]> {
  const all: Webhook[] = [];
  for (;;) {
    const page = await received(lab, first + all.length);
    if (page.received.length === 0) {
      return all;
    }
    all.push(...page.received);
  }
}

/** Whether each channel's webhooks came in the order in which its deliveries were stored. */
async function inOrder({ database }: OneService, run: string, all: readonly Webhook[]): Promise<boolean> {
  const { rows } = await database.query<{ delivery_id: string; channel_id: string }>(`SELECT delivery_id, channel_id FROM deliveries WHERE rule_name LIKE $1 ORDER BY place`, [`${run} %`]);
  const places = new Map(rows.map(({ delivery_id: id, channel_id: channel }, place) => [id, { channel, place }]));
  const last = new Map<string, number>();
  return all.every(({ headers }) => {
    const found = places.get(headers['webhook-id'] ?? '');
    const good = found !== undefined && found.place > (last.get(found.channel) ?? -1);
    last.set(found?.channel ?? '', found?.place ?? 0);
    return good;
  });
}

/** What the same machine does without a notifier: posts of the same size one after the other, and one row inserted and one changed for each. */
async function bare(say: Say, { url, service: { database } }: Scene): Promise<void> {
  const body = 'x'.repeat(700);
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const post = (): Promise<void> =>
    new Promise((resolve, reject) => {
      request(url, { method: 'POST', agent, headers: { 'content-length': body.length } }, (response) => response.resume().once('end', resolve))
        .once('error', reject)
        .end(body);
    });
  const rate = async (work: () => Promise<unknown>): Promise<number> => {
    const began = systemClock.monotonic();
    for (let index = 0; index < BARE; index += 1) {
      await work();
    }
    return (BARE * 1_000) / (systemClock.monotonic() - began);
  };
  const posts = await rate(post);
  agent.destroy();
  await database.query(`CREATE TABLE IF NOT EXISTS bare (id uuid PRIMARY KEY, body jsonb, state text)`);
  const stored = async (): Promise<void> => {
    const id = systemIds.next();
    await database.query(`INSERT INTO bare VALUES ($1, $2, 'waiting')`, [id, JSON.stringify({ body })]);
    await database.query(`UPDATE bare SET state = 'delivered' WHERE id = $1`, [id]);
  };
  const storing = await rate(stored);
  const both = await rate(async () => {
    await stored();
    await post();
  });
  say(`bare, one after the other: posts ${posts.toFixed(0)}/s; a row inserted and changed, each its own commit, ${storing.toFixed(0)}/s; both ${both.toFixed(0)}/s`);
}
