import { catalogueEvents, routes } from '@capstan/contracts';
import type { ApiClient } from '@capstan/deploy';
import { systemClock, systemIds } from '@capstan/kernel';
import { Participant } from '@capstan/testing';
import type { Fault } from './gear-faults';
import { patiently, type Scene } from './scenario';

const EVENTS = 'capstan.events';
const FACTS = 40;
const KILLS = 3;
/** How long the web server thinks: whoever is killed meanwhile has sent what he did not write down. */
const THINKS_MS = 250;
/** A claim of a channel is three times the longest attempt (10 s); behind it, all that waits is sent. */
const ALL_WITHIN_MS = 120_000;
const MAIL_AWAY_MS = 20_000;
const MAIL_WITHIN_MS = 90_000;

type Sink = 'webhook-sink' | 'mail-sink';
interface Received {
  readonly headers?: Readonly<Record<string, string>>;
  readonly raw?: string;
}

/** kill -9 of the notifier between sending and writing down, again and again: each time at most one message comes twice, with the same key. */
export const notifierDiesWhileSending: Fault = async (scene, say) => {
  const api = await scene.client();
  const mark = `killed ${systemIds.next()}`;
  const channelId = await tell(api, scene, 'webhook-sink', mark);
  const before = (await received(scene, 'webhook-sink')).length;
  await scene.lab.control({ do: 'sink-fault', sink: 'webhook-sink', fault: `slow:${THINKS_MS}` });
  try {
    await state(scene, mark, FACTS);
    for (let kill = 1; kill <= KILLS; kill += 1) {
      const seen = (await received(scene, 'webhook-sink')).length;
      await patiently('some deliveries', ALL_WITHIN_MS, async () => atLeast((await received(scene, 'webhook-sink')).length, seen + 3));
      const pid = scene.stack.pids()['notifier'];
      if (pid === undefined) {
        say('FAILED  notifier: it was not running');
        return false;
      }
      process.kill(pid, 'SIGKILL');
    }
    const client = await scene.client();
    const order = await patiently('all deliveries', ALL_WITHIN_MS, () => delivered(client, channelId));
    const keys = (await received(scene, 'webhook-sink')).slice(before).map(({ headers }) => headers?.['webhook-id'] ?? '');
    return verdict(say, `kill -9 of notifier ${KILLS} times while it sends`, keys, order, KILLS);
  } finally {
    await scene.lab.control({ do: 'sink-fault', sink: 'webhook-sink', fault: 'none' });
  }
};

/** The mail server is away while mails come up, and back later: all of them arrive, in order, none twice. */
export const mailServerAway: Fault = async (scene, say) => {
  const api = await scene.client();
  const mark = `mailed ${systemIds.next()}`;
  const before = (await received(scene, 'mail-sink')).length;
  await scene.lab.control({ do: 'sink-fault', sink: 'mail-sink', fault: 'closed' });
  const channelId = await tell(api, scene, 'mail-sink', mark);
  await state(scene, mark, FACTS);
  await systemClock.sleep(MAIL_AWAY_MS);
  const { channels } = await api.call(routes.listChannels, { query: { per_page: 100 } });
  const channel = channels.find(({ channel_id: id }) => id === channelId);
  await scene.lab.control({ do: 'sink-fault', sink: 'mail-sink', fault: 'none' });
  const order = await patiently('all mails', MAIL_WITHIN_MS, () => delivered(api, channelId));
  const keys = (await received(scene, 'mail-sink')).slice(before).map(({ raw }) => /^Message-ID: <([^@>]+)@/im.exec(raw ?? '')?.[1] ?? '');
  return verdict(say, `mail server away for ${MAIL_AWAY_MS / 1_000} s (${channel?.waiting ?? '?'} mails waited: ${channel?.last_error ?? 'no error'})`, keys, order, 0);
};

/** A channel to a sink, and a rule about what bears the mark. @returns the channel's id */
async function tell(api: ApiClient, scene: Scene, name: Sink, mark: string): Promise<string> {
  const sink = scene.lab.inventory.message_sinks.find((each) => each.name === name);
  const { channel } = await api.call(routes.createChannel, {
    body:
      name === 'mail-sink'
        ? { name: mark, type: 'email', settings: { host: sink?.host ?? '', port: sink?.port ?? 0, security: 'none', from: 'capstan@example.com', to: ['noc@example.com'] } }
        : { name: mark, type: 'webhook', settings: { url: sink?.url ?? '' } },
  });
  await api.call(routes.createRule, { body: { name: mark, topics: ['device.config-changed'], channel_ids: [channel.channel_id], name_contains: mark } });
  return channel.channel_id;
}

/** Says on the broker, as the device-collector does, that configurations changed. */
async function state(scene: Scene, mark: string, count: number): Promise<void> {
  const collector = await Participant.join(scene.stack.brokerAdminUrl ?? '', 'capstan/device-collector');
  try {
    for (let index = 0; index < count; index += 1) {
      const device = { device_id: systemIds.next(), name: `${mark} ${index}`, platform: 'cisco_ios', site: null };
      collector.publish(EVENTS, catalogueEvents.configChanged.type, { device, type: 'configs', change_id: systemIds.next(), session_id: systemIds.next(), severity: 'moderate', added: 1, removed: 0, summary: [], actor: null, at: new Date(systemClock.now()).toISOString() });
    }
    // A connection that is closed at once takes along what its channel has not sent yet.
    await collector.channel.close();
  } finally {
    await collector.leave();
  }
}

/** Ids of the deliveries of a channel in their order. @throws Error while they are not all delivered */
async function delivered(api: ApiClient, channel: string): Promise<string[]> {
  const { deliveries } = await api.call(routes.listDeliveries, { query: { channel, per_page: 100 } });
  atLeast(deliveries.filter((delivery) => delivery.state === 'delivered').length, FACTS);
  return deliveries.map(({ delivery_id: id }) => id).reverse();
}

async function received(scene: Scene, sink: Sink): Promise<Received[]> {
  return (await scene.lab.control({ do: 'sink-received', sink }))['received'] as Received[];
}

function atLeast(count: number, wanted: number): void {
  if (count < wanted) {
    throw new Error(`${count} of ${wanted}`);
  }
}

/** @param keys the key of each message that came, as it came; @param order each message once, as it should come */
function verdict(say: (line: string) => void, what: string, keys: readonly string[], order: readonly string[], mostTwice: number): boolean {
  const first = [...new Set(keys)];
  const twice = keys.length - first.length;
  const defects = [
    ...(order.length === FACTS ? [] : [`${order.length} deliveries of ${FACTS} facts`]),
    ...(first.join() === order.join() ? [] : ['what came is not what was to come, in its order']),
    ...(twice <= mostTwice ? [] : [`${twice} came twice`]),
    ...(first.every((key) => keys.filter((other) => other === key).length <= 2) ? [] : ['one came more than twice']),
  ];
  say(`${defects.length === 0 ? 'passed' : 'FAILED'}  ${what}: ${first.length} of ${FACTS} messages came, in order, ${twice} of them twice with the same key`);
  defects.forEach((defect) => say(`        ${defect}`));
  return defects.length === 0;
}
