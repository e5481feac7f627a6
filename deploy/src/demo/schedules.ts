import { createHmac } from 'node:crypto';
import { type ChangeView, routes, type ScheduleRun, sessionMachine } from '@capstan/contracts';
import { AppError, systemClock, systemIds } from '@capstan/kernel';
import type { ApiClient } from '../client/api-client';
import { addDevices } from '../client/collecting';
import type { LabCliDevice, LabProcess, LabSink } from '../lab/lab-process';
import { say } from '../terminal';
import type { BegunPart, DemoContext } from './demo-part';
import { readMail } from './received-mail';

const NAME = 'Demo: every minute';
const ACTOR = 'ann';
/** What is typed at the device between two runs of its schedule. */
const EDIT = 'ntp server 203.0.113.9';
const POLL_MS = 1_000;
/** Two instants of every minute, and what they start. */
const RUNS_MS = 170_000;
const DELIVERY_MS = 20_000;
const SHOWN_LINES = 4;

/** Arguments of the lab that this part needs. */
export const SCHEDULE_LAB_ARGS = ['--mail-sink', '--webhook-sink'] as const;
/** Loopback, where the lab's web server is: webhooks go to public addresses only unless told. */
export const SCHEDULE_WEBHOOK_NETWORKS = '127.0.0.0/8';

/** The device whose configuration is collected by a schedule; no other part touches it. */
export function scheduledDevice({ inventory }: LabProcess): LabCliDevice | undefined {
  return inventory.cli_devices.find(({ platform }) => platform === 'cisco_ios');
}

interface Received {
  readonly body?: string;
  readonly raw?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly path?: string;
  readonly from?: string;
  readonly to?: readonly string[];
}

/** What was seen while the other parts ran. */
interface Seen {
  readonly baseline: ScheduleRun;
  readonly editedAt: number;
  readonly after: ScheduleRun;
  readonly change: ChangeView;
  readonly mail: Received;
  readonly webhook: Received;
}

/**
 * A device is collected by a schedule every minute. Between two of its runs somebody changes the device; a rule tells the
 * change by mail and by a signed webhook, which are shown as the servers got them. It takes two instants of the clock, so it
 * begins before the other parts and is told at the end.
 */
export const collectBySchedule: BegunPart = async (context) => {
  const { api, lab } = context;
  const device = scheduledDevice(lab);
  const sinks = new Map(lab.inventory.message_sinks.map((sink) => [sink.name, sink]));
  const [mailSink, webhookSink] = [sinks.get('mail-sink'), sinks.get('webhook-sink')];
  if (device === undefined || mailSink === undefined || webhookSink === undefined) {
    throw new AppError('LAB_UNSUPPORTED', 'This lab has no switch, no mail server or no web server');
  }
  const deviceId = (await addDevices(api, [device])).get(device.name) ?? '';
  const secret = `whsec_${Buffer.from(systemIds.next()).toString('base64')}`;
  await forgetEarlier(api);
  await tellChanges(api, device, mailSink, webhookSink, secret);
  const { schedule } = await api.call(routes.createSchedule, { body: { name: NAME, cron: '* * * * *', time_zone: 'UTC', session: { name: NAME, targets: [{ kind: 'collection', device_id: deviceId, capture_types: ['configs'] }] } } });
  say(`From now on ${device.name} is collected by the schedule "${NAME}" (${schedule.cron}), next at ${schedule.next_runs.slice(0, 2).map(time).join(' and ')}; what comes of it is told at the end`);
  const seen = watch(context, device, schedule.schedule_id);
  // Whoever waits for it comes later; until then its failure is nobody's.
  seen.catch(() => undefined);
  return async () => {
    const good = show(device, await seen, secret);
    await api.call(routes.patchSchedule, { params: { id: schedule.schedule_id }, body: { enabled: false } });
    say('  The schedule is paused now; "Schedules" in the web app lets it go on.');
    return good;
  };
};

/** Those of an earlier demo write to servers that are gone. */
async function forgetEarlier(api: ApiClient): Promise<void> {
  const query = { per_page: 100 };
  const { schedules } = await api.call(routes.listSchedules, { query });
  const { rules } = await api.call(routes.listRules, { query });
  const { channels } = await api.call(routes.listChannels, { query });
  for (const { schedule_id: id } of schedules.filter(({ name }) => name === NAME)) {
    await api.call(routes.deleteSchedule, { params: { id } });
  }
  for (const { rule_id: id } of rules.filter(({ name }) => name === NAME)) {
    await api.call(routes.deleteRule, { params: { id } });
  }
  for (const { channel_id: id } of channels.filter(({ name }) => name.startsWith('Demo: '))) {
    await api.call(routes.deleteChannel, { params: { id } });
  }
}

async function tellChanges(api: ApiClient, device: LabCliDevice, mail: LabSink, webhook: LabSink, secret: string): Promise<void> {
  const channels = [
    await api.call(routes.createChannel, { body: { name: 'Demo: mail', type: 'email', settings: { host: mail.host, port: mail.port, security: 'none', from: 'capstan@example.com', to: ['noc@example.com'] } } }),
    await api.call(routes.createChannel, { body: { name: 'Demo: webhook', type: 'webhook', settings: { url: webhook.url ?? '' }, secret } }),
  ];
  await api.call(routes.createRule, { body: { name: NAME, topics: ['device.config-changed'], channel_ids: channels.map(({ channel }) => channel.channel_id), name_contains: device.name } });
}

async function watch({ api, lab }: DemoContext, device: LabCliDevice, scheduleId: string): Promise<Seen> {
  const deadline = systemClock.monotonic() + RUNS_MS;
  const runAfter = (instant: number): Promise<ScheduleRun> =>
    until(`a run of the schedule after ${time(instant)}`, deadline, async () => {
      const { runs } = await api.call(routes.listScheduleRuns, { params: { id: scheduleId }, query: {} });
      return runs.find(({ due_at: due, trigger, session_state: state }) => trigger === 'cron' && Date.parse(due) > instant && state !== null && sessionMachine.isTerminal(state));
    });
  const baseline = await runAfter(0);
  await lab.control({ do: 'fleet-edit', device: device.name, kind: 'config', line: EDIT, actor: ACTOR });
  const editedAt = systemClock.now();
  const after = await runAfter(editedAt);
  const { changes } = await api.call(routes.listChanges, { query: { session_id: after.session_id ?? '' } });
  const [change] = changes;
  if (change === undefined || changes.length !== 1) {
    throw new AppError('DEMO_FAILED', `${changes.length} changes in the run after the edit, instead of one`);
  }
  const soon = systemClock.monotonic() + DELIVERY_MS;
  const about = (sink: string) => until(`what ${sink} gets`, soon, async () => ((await lab.control({ do: 'sink-received', sink }))['received'] as Received[]).find(({ body, raw }) => (body ?? readMail(raw ?? '').text).includes(change.change_id)));
  return { baseline, editedAt, after, change, mail: await about('mail-sink'), webhook: await about('webhook-sink') };
}

async function until<T>(what: string, deadline: number, look: () => Promise<T | undefined>): Promise<T> {
  for (;;) {
    const found = await look();
    if (found !== undefined) {
      return found;
    }
    if (systemClock.monotonic() > deadline) {
      throw new AppError('TIMEOUT', `Waited in vain for ${what}`);
    }
    await systemClock.sleep(POLL_MS);
  }
}

function show(device: LabCliDevice, { baseline, editedAt, after, change, mail, webhook }: Seen, secret: string): boolean {
  say(`  ${runLine(baseline)}`);
  say(`  ${time(editedAt)}  at ${device.name}, ${ACTOR} types: ${EDIT}`);
  say(`  ${runLine(after)}, 1 change: ${change.added} line added, ${change.removed} removed (${change.severity}), by ${change.actor?.user ?? 'nobody known'}`);
  const { headers, text } = readMail(mail.raw ?? '');
  say(`  Mail, as the SMTP server got it from ${mail.from ?? ''} for ${(mail.to ?? []).join(', ')}:`);
  ['subject', 'message-id', 'date'].forEach((name) => say(`    ${name}: ${headers.get(name) ?? ''}`));
  text.split(/\r?\n/).slice(0, SHOWN_LINES).forEach((line) => say(`    | ${line}`));
  say(`  Webhook, as the web server got it at ${webhook.path ?? ''}:`);
  const signed = webhook.headers ?? {};
  ['content-type', 'webhook-id', 'webhook-timestamp', 'webhook-signature'].forEach((name) => say(`    ${name}: ${signed[name] ?? ''}`));
  const { type, data } = JSON.parse(webhook.body ?? '{}') as { type?: string; data?: { notices?: { topic: string; title: string; text: string }[] } };
  say(`    ${type ?? ''}: ${(data?.notices ?? []).map((notice) => `${notice.topic}: ${notice.title}. ${notice.text}`).join('; ')}`);
  const right = signed['webhook-signature'] === signatureOf(secret, signed['webhook-id'] ?? '', signed['webhook-timestamp'] ?? '', webhook.body ?? '');
  say(`    signature ${right ? 'VERIFIED' : 'WRONG'}: HMAC-SHA256 of id, time and body with the channel's secret`);
  return right && change.added === 1 && change.removed === 0 && baseline.session_state === 'completed' && after.session_state === 'completed' && (headers.get('subject') ?? '').includes(device.name);
}

/** As a receiver computes it by the Standard Webhooks specification. */
function signatureOf(secret: string, id: string, timestamp: string, body: string): string {
  return `v1,${createHmac('sha256', Buffer.from(secret.slice('whsec_'.length), 'base64')).update(`${id}.${timestamp}.${body}`).digest('base64')}`;
}

function runLine({ due_at: due, started_at: started, session_state: state, session_id: id }: ScheduleRun): string {
  const behind = (Date.parse(started ?? '') - Date.parse(due)) / 1_000;
  return `${time(due)}  the schedule starts session ${id ?? ''}, ${behind.toFixed(2)} s after its instant: ${state ?? ''}`;
}

function time(instant: string | number): string {
  return new Date(instant).toISOString().slice(11, 19);
}
