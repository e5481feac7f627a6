import { createHmac } from 'node:crypto';
import { CHANNEL_SECRET_PURPOSE, type ChannelView, notificationEvents, notificationRpc } from '@capstan/contracts';
import { MailSink, WebhookSink } from '@capstan/lab';
import { systemClock, systemIds } from '@capstan/kernel';
import { type PublicSealingKey, sealFor, Secret } from '@capstan/vault';
import { eventually } from '@capstan/testing';
import { NotifierStage } from './notifier-stage';

const SECRET = 'canary-of-the-webhook';

describe('what people are told', () => {
  let stage: NotifierStage;
  let webhooks: WebhookSink;
  let mails: MailSink;

  beforeAll(async () => {
    [stage, webhooks, mails] = await Promise.all([NotifierStage.set(), WebhookSink.start(), MailSink.start()]);
  }, 60_000);

  afterAll(async () => {
    await stage.strike();
    await Promise.all([webhooks.stop(), mails.stop()]);
  });

  beforeEach(() => {
    webhooks.fault = undefined;
    mails.refusal = undefined;
  });

  const webhook = (url = webhooks.url) => stage.channel({ type: 'webhook', settings: { url } });
  const email = (port = mails.port) => stage.channel({ type: 'email', settings: { host: '127.0.0.1', port, security: 'none', from: 'capstan@example.com', to: ['noc@example.com'] } });
  const titles = (): string[] => webhooks.received.flatMap(({ body }) => (JSON.parse(body) as { data: { notices: { title: string }[] } }).data.notices.map(({ title }) => title));
  const mailsAbout = (name: string) => mails.mails.filter(({ raw }) => raw.includes(name));
  const deliveries = async (channel: ChannelView) => (await stage.gateway.ask(notificationRpc.listDeliveries, { channel: channel.channel_id, per_page: 100 })).deliveries;

  it('goes to every channel of the rule: mail, webhook and web app', async () => {
    const channels = [await webhook(), await email(), await stage.channel({ type: 'in_app', settings: {} })];
    const { rule_id } = await stage.rule(channels, { name_contains: 'everywhere' });
    stage.sessionFails('Told everywhere');
    await eventually(() => expect(titles()).toContain('Told everywhere: failed'));
    await eventually(() => expect(mailsAbout('Told everywhere')).toHaveLength(1));
    const [mail] = mailsAbout('Told everywhere');
    expect(mail).toMatchObject({ from: 'capstan@example.com', to: ['noc@example.com'] });
    expect(mail?.raw).toMatch(/Subject: \[critical\] Told everywhere: failed/);
    expect(mail?.raw).toMatch(/text\/plain[\s\S]*text\/html/);
    await eventually(() => expect(stage.facts.filter(({ type }) => type === notificationEvents.raised.type)).toHaveLength(1));
    const list = await stage.gateway.ask(notificationRpc.listNotifications, { user_id: 'u1', unread: 'true' });
    expect(list).toMatchObject({ unread: 1, notifications: [{ title: 'Told everywhere: failed', read: false, severity: 'critical' }] });
    await expect(stage.gateway.ask(notificationRpc.readNotifications, { user_id: 'u1' })).resolves.toEqual({ unread: 0 });
    await expect(stage.gateway.ask(notificationRpc.listNotifications, { user_id: 'u2' })).resolves.toMatchObject({ unread: 1 });
    await stage.gateway.ask(notificationRpc.removeRule, { rule_id });
  });

  it('is signed by the secret of the channel, and carries one id through every attempt', async () => {
    const { jwk } = await stage.gateway.ask(notificationRpc.sealingKey, {});
    const sealed_secret = await sealFor(jwk as unknown as PublicSealingKey, new Secret(SECRET), { purpose: CHANNEL_SECRET_PURPOSE, clock: systemClock });
    const channel_id = systemIds.next();
    const { channel } = await stage.gateway.ask(notificationRpc.createChannel, { channel_id, sealed_secret, fields: { name: 'signing', type: 'webhook', settings: { url: webhooks.url } } } as never);
    expect(channel).toMatchObject({ has_secret: true });
    expect(JSON.stringify(channel)).not.toContain(SECRET);
    webhooks.fault = { status: 503 };
    const { rule_id } = await stage.rule([channel], { name_contains: 'signed' });
    stage.sessionFails('To be signed');
    await eventually(async () => expect((await deliveries(channel))[0]).toMatchObject({ state: 'waiting', attempts: 1, response: 'HTTP 503 status 503' }));
    await expect(stage.gateway.ask(notificationRpc.listChannels, { per_page: 100 }).then(({ channels }) => channels.find(({ channel_id }) => channel_id === channel.channel_id))).resolves.toMatchObject({ waiting: 1, last_error: 'HTTP 503 status 503', failing_since: expect.any(String) as string });
    webhooks.fault = undefined;
    await eventually(async () => expect((await deliveries(channel))[0]).toMatchObject({ state: 'delivered' }));
    const [delivery] = await deliveries(channel);
    const received = webhooks.received.find(({ headers }) => headers['webhook-id'] === delivery?.delivery_id);
    expect(received?.headers).toMatchObject({ 'content-type': expect.stringContaining('application/cloudevents+json') as string });
    const signed = `${delivery?.delivery_id}.${String(received?.headers['webhook-timestamp'])}.${received?.body}`;
    expect(received?.headers['webhook-signature']).toBe(`v1,${createHmac('sha256', SECRET).update(signed).digest('base64')}`);
    await stage.gateway.ask(notificationRpc.removeRule, { rule_id });
  });

  it('arrives in order and once after the mail server was away', async () => {
    const sink = await MailSink.start();
    const channel = await email(sink.port);
    await sink.stop();
    const { rule_id } = await stage.rule([channel], { name_contains: 'outage' });
    for (let index = 0; index < 12; index += 1) {
      stage.sessionFails(`outage ${String(index).padStart(2, '0')}`);
    }
    await eventually(async () => expect((await deliveries(channel)).filter(({ state }) => state === 'waiting')).toHaveLength(12));
    await eventually(async () => expect((await deliveries(channel)).some(({ attempts }) => attempts > 1)).toBe(true), { timeoutMs: 10_000 });
    const back = await MailSink.start({ port: sink.port });
    await eventually(() => expect(back.mails).toHaveLength(12), { timeoutMs: 20_000 });
    const told = back.mails.map(({ raw }) => /Subject: \[critical\] (outage \d\d)/.exec(raw)?.[1]);
    const order = (await deliveries(channel)).map(({ notices }) => notices[0]?.subject_name).reverse();
    expect(told).toEqual(order);
    expect(new Set(told).size).toBe(12);
    await back.stop();
    await stage.gateway.ask(notificationRpc.removeRule, { rule_id });
  });

  it('does not wait for a channel that is dead', async () => {
    const slow = await WebhookSink.start();
    slow.fault = { slowMs: 60_000 };
    const [dead, alive] = [await webhook(slow.url), await webhook()];
    const { rule_id } = await stage.rule([dead, alive], { name_contains: 'quick' });
    stage.sessionFails('quick one');
    await eventually(() => expect(titles()).toContain('quick one: failed'), { timeoutMs: 900 });
    await eventually(async () => expect((await deliveries(dead))[0]?.response).toMatch(/no answer within 1 s/));
    await slow.stop();
    await stage.gateway.ask(notificationRpc.removeRule, { rule_id });
  });

  it('is given up where it will never be taken, and can be tried again by hand', async () => {
    const channel = await webhook();
    const { rule_id } = await stage.rule([channel], { name_contains: 'refused' });
    for (const [fault, response] of [[{ redirectTo: 'http://127.0.0.1:1/' }, /redirects are not followed/], [{ status: 410 }, /HTTP 410/]] as const) {
      webhooks.fault = fault;
      stage.sessionFails(`refused ${String(response)}`);
      await eventually(async () => expect((await deliveries(channel))[0]).toMatchObject({ state: 'failed', response: expect.stringMatching(response) as string }));
    }
    webhooks.fault = undefined;
    const [delivery] = await deliveries(channel);
    await stage.gateway.ask(notificationRpc.retryDelivery, { delivery_id: delivery?.delivery_id ?? '' });
    await eventually(async () => expect((await deliveries(channel))[0]).toMatchObject({ state: 'delivered', attempts: 2 }));
    await expect(stage.gateway.ask(notificationRpc.retryDelivery, { delivery_id: delivery?.delivery_id ?? '' })).rejects.toMatchObject({ code: 'DELIVERY_NOT_FAILED' });
    await stage.gateway.ask(notificationRpc.removeRule, { rule_id });
  });

  it('goes together where somebody wants a digest, and is not repeated where he wants silence', async () => {
    const [digest, silence] = [await webhook(), await webhook()];
    const rules = [await stage.rule([digest], { name_contains: 'flood', digest_minutes: 1 }), await stage.rule([silence], { name_contains: 'flood', repeat_minutes: 60 })];
    const id = systemIds.next();
    for (let index = 0; index < 5; index += 1) {
      stage.sessionFails('flood', id);
    }
    await eventually(async () => expect(await deliveries(digest)).toMatchObject([{ state: 'waiting', notices: [{}, {}, {}, {}, {}] }]));
    await eventually(async () => expect(await deliveries(silence)).toMatchObject([{ state: 'delivered', notices: [{}] }]));
    for (const { rule_id } of rules) {
      await stage.gateway.ask(notificationRpc.removeRule, { rule_id });
    }
  });

  it('is told once with two instances at work', async () => {
    const second = await stage.start('second');
    const channel = await webhook();
    const { rule_id } = await stage.rule([channel], { name_contains: 'twins' });
    for (let index = 0; index < 30; index += 1) {
      stage.sessionFails(`twins ${index}`);
    }
    await eventually(async () => expect((await deliveries(channel)).filter(({ state }) => state === 'delivered')).toHaveLength(30));
    expect(titles().filter((title) => title.startsWith('twins'))).toHaveLength(30);
    await stage.stop(second);
    await stage.gateway.ask(notificationRpc.removeRule, { rule_id });
  });

  it('refuses what leads into private networks, and what does not exist', async () => {
    await expect(webhook('http://10.0.0.1/hook')).rejects.toMatchObject({ code: 'WEBHOOK_ADDRESS_REFUSED' });
    await expect(webhook('http://[::1]:80/hook')).rejects.toMatchObject({ code: 'WEBHOOK_ADDRESS_REFUSED' });
    const channel = await webhook();
    await expect(stage.rule([channel, { ...channel, channel_id: systemIds.next() }])).rejects.toMatchObject({ code: 'VALIDATION_FAILED', details: { errors: [{ path: 'channel_ids.1', code: 'CHANNEL_NOT_FOUND' }] } });
    await stage.rule([channel]);
    await expect(stage.gateway.ask(notificationRpc.removeChannel, { channel_id: channel.channel_id })).rejects.toMatchObject({ code: 'CHANNEL_IN_USE' });
  });

  it('tells once of what a service has put aside, whatever the number of instances', async () => {
    const second = await stage.start('watching too');
    const channel = await webhook();
    const { rule_id } = await stage.rule([channel], { topics: ['message.parked'] });
    stage.orchestrator.publish('capstan.parking', 'camera-service.parking', { nobody: 'can read it' });
    await eventually(() => expect(titles()).toContain('camera-service put a message aside'));
    stage.orchestrator.publish('capstan.parking', 'camera-service.parking', { nobody: 'can read it' });
    await eventually(async () => expect((await deliveries(channel)).map(({ notices }) => notices[0]?.text.slice(0, 9))).toEqual(['2 wait fo', 'One waits']));
    await stage.stop(second);
    await stage.gateway.ask(notificationRpc.removeRule, { rule_id });
  });

  it('can be tried by hand', async () => {
    const channel = await webhook();
    await expect(stage.gateway.ask(notificationRpc.testChannel, { channel_id: channel.channel_id })).resolves.toMatchObject({ success: true, response: 'HTTP 202 taken' });
    webhooks.fault = { status: 500 };
    await expect(stage.gateway.ask(notificationRpc.testChannel, { channel_id: channel.channel_id })).resolves.toMatchObject({ success: false, response: 'HTTP 500 status 500' });
  });
});
