import { createHmac } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { routes } from '@capstan/contracts';
import { MailSink, type ReceivedWebhook, WebhookSink } from '@capstan/lab';
import { eventually } from '@capstan/testing';
import type { Browser, Page } from 'playwright-core';
import { inspectBundle } from '../src';
import { AppPage } from './pages/app.page';
import { CaptureWizardPage } from './pages/capture-wizard.page';
import { accessibilityFindings, darkFindings, horizontalOverflow, launchBrowser, newContext } from './pages/checks';
import { LiveSessionPage } from './pages/live-session.page';
import { NotificationsPage } from './pages/notifications.page';
import { shoot, shootEverywhere } from './pages/screens';
import { SessionListPage } from './pages/session-list.page';
import { SignInPage } from './pages/sign-in.page';
import { System } from './system';

const PLACES = ['Home', 'Sessions', 'Schedules', 'Calendar', 'Notifications', 'Credentials', 'Host keys', 'Users', 'API tokens', 'Audit log', 'Storage', 'System'] as const;
const PASSWORD = 'a password of my own';

describe('the web app', () => {
  let system: System;
  let browser: Browser;
  let page: Page;
  let folder: string;
  let sessionId: string;
  let mails: MailSink;
  let hooks: WebhookSink;
  let signingKey: string;

  const fails = async (name: string): Promise<string> => {
    const { host, accounts } = system.host(1);
    return system.capture([{ device_type: 'linux', host, interface: 'nope0', username: 'root', password: accounts.find(({ username }) => username === 'root')?.password }], { name });
  };
  const hookAbout = (title: string): ReceivedWebhook | undefined => hooks.received.find(({ body }) => body.includes(title));

  beforeAll(async () => {
    folder = mkdtempSync(path.join(tmpdir(), 'capstan-browser-'));
    [mails, hooks] = await Promise.all([MailSink.start(), WebhookSink.start()]);
    system = await System.start(['--hosts', '3'], { oneTimePassword: true, environment: { CAPSTAN_WEBHOOK_NETWORKS: '127.0.0.0/8' } });
    browser = await launchBrowser();
    page = await (await newContext(browser, 'desktop')).newPage();
  }, 120_000);

  afterAll(async () => {
    await browser.close();
    await system.stop();
    await Promise.all([mails.stop(), hooks.stop()]);
    rmSync(folder, { recursive: true, force: true });
  }, 60_000);

  it('refuses a wrong password, then asks for one of one’s own at the first sign-in', async () => {
    const signIn = new SignInPage(page, system.api.address);
    await signIn.open();
    await shoot(page, 'sign-in');
    await signIn.signIn('admin', 'not this one');
    await signIn.alert.getByText(/wrong/i).waitFor();
    await signIn.signIn('admin', system.adminPassword);
    await signIn.choosePassword(system.adminPassword, PASSWORD);
    await page.getByRole('heading', { level: 1, name: 'Home' }).waitFor();
    await system.api.signIn('admin', PASSWORD);
  }, 60_000);

  it('starts a capture in the wizard and shows it live on every target', async () => {
    const wizard = new CaptureWizardPage(page, system.api.address);
    const hosts = [1, 3].map((n) => system.host(n));
    await wizard.openWizard();
    for (const host of hosts) {
      await wizard.addDevice({ host: host.host, interface: host.interface });
    }
    // The hosts have passwords of their own, but one key opens them all.
    await system.api.call(routes.createCredential, { body: { name: 'lab key', kind: 'ssh_key', username: 'root', private_key: hosts[0]?.private_key } as never });
    await page.reload();
    await wizard.devices.nth(1).waitFor();
    await wizard.chooseCredential('lab key');
    await wizard.toOptions();
    await wizard.fillOptions({ name: 'From the browser', durationSec: 20, protocol: 'udp' });
    await eventually(async () => expect(await wizard.command(hosts[0]?.host ?? '').innerText()).toMatch(/^tcpdump .*udp/), { timeoutMs: 10_000 });
    await shoot(page, 'new-capture-options');
    await wizard.toReview();
    sessionId = await wizard.start();

    const live = new LiveSessionPage(page, system.api.address);
    await live.waitForState('Capturing');
    for (const host of hosts) {
      await eventually(async () => expect(await live.packetsOf(host.host)).toBeGreaterThan(0), { timeoutMs: 20_000 });
    }
    await shoot(page, 'live');
  }, 90_000);

  it('goes on through a reload and a killed gateway without being reloaded', async () => {
    const live = new LiveSessionPage(page, system.api.address);
    await page.reload();
    await live.heading.waitFor();
    const marker = await page.evaluate(() => ((globalThis as unknown as { marker: number }).marker = 1));
    process.kill(system.stack.pids()['gateway'] ?? 0, 'SIGKILL');
    await live.waitForState('Completed', 60_000);
    expect(await page.evaluate(() => (globalThis as unknown as { marker: number }).marker)).toBe(marker);
    expect((await live.artifactNames()).filter((name) => name.endsWith('.pcap'))).toHaveLength(2);
    expect(await live.transcriptOf(system.host(1).host)).toContain('tcpdump');
  }, 90_000);

  it('downloads a bundle that matches its manifest', async () => {
    const download = await new LiveSessionPage(page, system.api.address).download();
    expect(download.suggestedFilename()).toBe(`session_${sessionId.slice(0, 8)}.zip`);
    const file = path.join(folder, 'bundle.zip');
    await download.saveAs(file);
    expect((await inspectBundle(file)).differences).toEqual([]);
  }, 60_000);

  it('shows the failure, what to do, and retries only what failed', async () => {
    const good = system.host(1);
    const id = await system.capture([
      { device_type: 'linux', host: good.host, username: 'root', password: good.accounts.find(({ username }) => username === 'root')?.password },
      { device_type: 'linux', host: good.host, interface: 'nope0', username: 'root', password: good.accounts.find(({ username }) => username === 'root')?.password },
    ], { name: 'Half of it' });
    const live = new LiveSessionPage(page, system.api.address);
    await live.open(`/sessions/${id}`);
    await live.waitForState('Partial');
    await page.getByText('BAD_INTERFACE').first().waitFor();
    await shoot(page, 'partial');
    await live.retryFailed();
    await live.waitForState('Failed');
    const { session } = await system.api.call(routes.getSession, { params: { id: page.url().slice(-36) } });
    expect(session).toMatchObject({ retry_of: id, target_count: 1 });
  }, 120_000);

  it('cancels, finds, and deletes from the history', async () => {
    const host = system.host(1);
    const id = await system.capture([{ device_type: 'linux', host: host.host, username: 'root', password: host.accounts.find(({ username }) => username === 'root')?.password }], { name: 'To be thrown away', duration_sec: 300 });
    const live = new LiveSessionPage(page, system.api.address);
    await live.open(`/sessions/${id}`);
    await live.waitForState('Capturing');
    await live.cancel();
    await live.waitForState('Cancelled');
    const list = new SessionListPage(page, system.api.address);
    await list.goTo('Sessions');
    await list.search('thrown');
    // A change of the filter takes the selection back.
    await page.waitForURL(/q=thrown/);
    await list.row('To be thrown away').waitFor();
    await list.deleteSessions(['To be thrown away']);
    await list.row('To be thrown away').waitFor({ state: 'detached', timeout: 30_000 });
  }, 90_000);

  it('schedules a template, starts it by hand, and finds the run in the calendar', async () => {
    const { session } = await system.api.call(routes.getSession, { params: { id: sessionId } });
    const [target] = session.targets;
    await system.api.call(routes.createSessionTemplate, { body: { name: 'Branch office', session: { duration_sec: 5, targets: [target?.spec] } } as never });
    await new AppPage(page, system.api.address).open('/schedules/new');
    await page.getByLabel('Name', { exact: true }).fill('Branch office at night');
    await page.getByRole('combobox', { name: 'Session', exact: true }).click();
    await page.getByRole('option', { name: /Branch office/ }).click();
    await page.getByLabel('Cron expression').fill('61 * * * *');
    await page.getByText(/minute: 61/).waitFor();
    await page.getByText('Working days').click();
    await page.getByText('At 07:00, Monday through Friday').waitFor();
    await eventually(async () => expect(await page.getByRole('list', { name: 'Next runs' }).getByRole('listitem').count()).toBe(5));
    await shoot(page, 'schedule-new');
    await page.getByRole('button', { name: 'Create schedule' }).click();
    await page.getByRole('heading', { level: 1, name: 'Branch office at night' }).waitFor();
    await page.getByRole('button', { name: 'Run now' }).click();
    await page.getByRole('table', { name: 'Runs' }).getByText('Completed').waitFor({ timeout: 40_000 });
    expect(await accessibilityFindings(page)).toEqual([]);
    await shoot(page, 'schedule');
    await new AppPage(page, system.api.address).open('/calendar');
    await page.getByRole('region', { name: /\d/ }).getByText('Completed').waitFor();
    await shoot(page, 'calendar');
  }, 90_000);

  it('makes channels, shows a signing secret once, and says what the other side answers', async () => {
    const app = new NotificationsPage(page, system.api.address);
    await app.goTo('Notifications');
    await app.newChannel('E-mail', 'Night watch');
    await app.field('Server').fill('127.0.0.1');
    await page.getByRole('combobox', { name: 'Encryption' }).click();
    await page.getByRole('option', { name: /^None/ }).click();
    await app.field('Port').fill(String(mails.port));
    await app.field('From').fill('capstan@example.com');
    await app.field('To').fill('noc@example.com, nobody');
    await app.create('channel');
    await page.getByText('must be an e-mail address').waitFor();
    await app.field('To').fill('noc@example.com');
    await app.create('channel');
    await page.getByRole('heading', { level: 1, name: 'Night watch' }).waitFor();
    const mailed = await app.sendTest();
    await mailed.getByText('It was taken').waitFor();
    await eventually(() => expect(mails.mails).toMatchObject([{ to: ['noc@example.com'] }]));
    await shootEverywhere(page, 'channel-test');
    await mailed.getByRole('button', { name: 'Done' }).click();
    expect(await accessibilityFindings(page)).toEqual([]);

    await app.open('/notifications');
    await app.newChannel('Webhook', 'Ticket hook');
    await app.field('Address').fill('http://10.0.0.1/hook');
    await app.create('channel');
    await page.getByText(/no public address/).waitFor();
    await app.field('Address').fill(hooks.url);
    await shootEverywhere(page, 'channel-new');
    await app.create('channel');
    signingKey = await page.getByRole('textbox', { name: 'Signing secret' }).innerText();
    await page.getByRole('dialog').getByRole('button', { name: 'Done' }).click();
    await page.getByRole('heading', { level: 1, name: 'Ticket hook' }).waitFor();
    hooks.fault = { status: 500 };
    const posted = await app.sendTest();
    await posted.getByText('It was not taken').waitFor();
    await posted.getByText('HTTP 500 status 500').waitFor();
    hooks.fault = undefined;
    await posted.getByRole('button', { name: 'Send another' }).click();
    await posted.getByText('HTTP 202 taken').waitFor();
    await posted.getByRole('button', { name: 'Done' }).click();

    await app.open('/notifications');
    await app.newChannel('Web app', 'Bell');
    await app.create('channel');
    await page.getByRole('heading', { level: 1, name: 'Bell' }).waitFor();
  }, 60_000);

  it('tells of a session that has ended: by mail, by signed webhook, and at the bell at once', async () => {
    const app = new NotificationsPage(page, system.api.address);
    await app.open('/notifications/rules');
    await page.getByRole('link', { name: 'New rule' }).first().click();
    await app.field('Name').fill('Sessions that end badly');
    await app.field('A session failed').check();
    await app.field('A session ended with failed targets').check();
    await app.field('Names with').fill('tell me');
    await app.toggle('Quiet hours');
    await app.field('Until').fill('22:00');
    for (const channel of ['Night watch · E-mail', 'Ticket hook · Webhook', 'Bell · Web app']) {
      await app.field(channel).check();
    }
    await app.create('rule');
    await page.getByText('must be another time than from').waitFor();
    await app.field('Until').fill('07:00');
    expect(await accessibilityFindings(page)).toEqual([]);
    await shootEverywhere(page, 'rule');
    // Were it night, the mail would wait.
    await app.toggle('Quiet hours');
    await app.create('rule');
    await app.row('Rules', 'Sessions that end badly').getByText('Night watch, Ticket hook, Bell').waitFor();
    await shootEverywhere(page, 'rules');

    await app.open('/');
    await app.bell(0).waitFor();
    const id = await fails('Tell me of it');
    await app.bell(1).waitFor({ timeout: 30_000 });
    await eventually(() => expect(mails.mails.filter(({ raw }) => raw.includes('Subject: [critical] Tell me of it: failed'))).toHaveLength(1));
    await eventually(() => expect(hookAbout('Tell me of it: failed')).toBeDefined());
    const { headers, body } = hookAbout('Tell me of it: failed')!;
    const signature = createHmac('sha256', Buffer.from(signingKey.slice('whsec_'.length), 'base64')).update(`${String(headers['webhook-id'])}.${String(headers['webhook-timestamp'])}.${body}`).digest('base64');
    expect(headers['webhook-signature']).toBe(`v1,${signature}`);
    await app.bell(1).click();
    expect(await accessibilityFindings(page)).toEqual([]);
    await shootEverywhere(page, 'bell');
    await page.getByRole('link', { name: 'Tell me of it: failed' }).click();
    await page.waitForURL(`**/sessions/${id}`);
    await app.bell(0).waitFor();
  }, 60_000);

  it('keeps what could not be delivered, and sends it again by hand', async () => {
    const app = new NotificationsPage(page, system.api.address);
    hooks.fault = { status: 410 };
    await fails('Tell me again');
    await app.bell(1).waitFor({ timeout: 30_000 });
    await app.open('/notifications/deliveries?status=failed');
    await app.row('Deliveries', 'Tell me again: failed').getByText('HTTP 410 status 410').waitFor();
    await shootEverywhere(page, 'deliveries');
    expect(await accessibilityFindings(page)).toEqual([]);
    hooks.fault = undefined;
    await page.getByRole('button', { name: 'Try again: Tell me again: failed' }).click();
    await eventually(() => expect(hookAbout('Tell me again: failed')).toBeDefined());
    await app.open('/notifications/channels');
    await app.row('Channels', 'Ticket hook').getByText('Works').waitFor();
    await app.toggle('Ticket hook is on');
    await app.row('Channels', 'Ticket hook').getByText('Switched off').waitFor();
    await shootEverywhere(page, 'channels');
    await app.tab('Notices');
    await page.getByRole('list', { name: 'Notices' }).getByRole('link', { name: 'Tell me of it: failed' }).waitFor();
    await shootEverywhere(page, 'notices');
    await page.getByRole('button', { name: 'Mark as read: Tell me again: failed' }).click();
    await app.bell(0).waitFor();
    await app.toggle('Unread only');
    await page.getByText('Everything is read').waitFor();
  }, 60_000);

  it('shows today at a glance, and finds anything by the keyboard', async () => {
    const app = new AppPage(page, system.api.address);
    await app.open('/');
    const today = page.getByRole('navigation', { name: 'Today' });
    await today.getByRole('link', { name: /^Running now 0 nothing runs/ }).waitFor();
    await today.getByRole('link', { name: /^Failures, 24 h [1-9]\d* .*failed/ }).waitFor();
    await today.getByRole('link', { name: /^Next run in .*Branch office at night/ }).waitFor();
    await page.getByRole('region', { name: 'Last failures' }).getByText('BAD_INTERFACE').first().waitFor();
    await page.getByRole('region', { name: 'Changes of a day' }).getByText(/has changed/).waitFor();
    await shootEverywhere(page, 'home');
    await page.keyboard.press('Control+k');
    const field = page.getByRole('combobox', { name: 'Find anything' });
    await field.fill('tell me again');
    await page.getByRole('option', { name: /^Tell me again/ }).waitFor();
    expect(await accessibilityFindings(page)).toEqual([]);
    await shootEverywhere(page, 'find');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowUp');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { level: 1, name: 'Tell me again' }).waitFor();
    await page.getByRole('button', { name: 'Find anything' }).click();
    // Faster than any answer.
    await field.pressSequentially('host keys');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { level: 1, name: 'Host keys' }).waitFor();
  }, 60_000);

  it('fits a phone with everything about notifications', async () => {
    const phone = await newContext(browser, 'phone', 'dark');
    const tab = await phone.newPage();
    await new SignInPage(tab, system.api.address).open();
    await new SignInPage(tab, system.api.address).signIn('admin', PASSWORD);
    await tab.getByRole('heading', { level: 1, name: 'Home' }).waitFor();
    for (const address of ['/notifications/rules', '/notifications/rules/new', '/notifications/channels', '/notifications/channels/new', '/notifications/deliveries']) {
      await new AppPage(tab, system.api.address).open(address);
      expect([address, await horizontalOverflow(tab)]).toEqual([address, 0]);
    }
    expect(await accessibilityFindings(tab)).toEqual([]);
    await phone.close();
  }, 60_000);

  it('holds a session, shows what a policy would remove, and removes the rest', async () => {
    const app = new AppPage(page, system.api.address);
    await app.open(`/sessions/${sessionId}`);
    await page.getByRole('button', { name: 'Hold' }).click();
    await page.getByLabel('Why it must stay').fill('evidence of case 7');
    await page.getByRole('button', { name: 'Hold it' }).click();
    await page.getByRole('note').getByText('evidence of case 7').waitFor();
    await page.getByRole('button', { name: 'Let go' }).waitFor();
    await shoot(page, 'session-held');
    await app.open('/storage');
    await page.getByRole('table', { name: 'Held sessions' }).getByText('evidence of case 7').waitFor();
    const { sessions } = await system.api.call(routes.listSessions, { query: { kind: 'packet-capture', per_page: 100 } });
    const kept = sessions.filter((session) => session.completed_at !== null && session.session_id !== sessionId).length - 1;
    await page.getByLabel('Sessions at most').fill('1');
    await page.getByText(`With these numbers a run would remove ${kept === 1 ? '1 session' : `${kept} sessions`}`).waitFor();
    await page.getByLabel('Always keep the last').fill('5');
    await page.getByText('“Always keep the last” must not be larger than “Sessions at most”.').waitFor();
    await page.getByLabel('Always keep the last').fill('0');
    await page.getByLabel('Quota', { exact: true }).fill('5');
    await page.getByText(/With these numbers a run would remove/).waitFor();
    await shootEverywhere(page, 'storage');
    expect(await accessibilityFindings(page)).toEqual([]);
    await page.getByRole('button', { name: 'Store policy' }).click();
    await page.getByRole('table', { name: 'What is stored' }).getByText('newest 1').waitFor();
    await page.getByRole('button', { name: 'Run now' }).click();
    await page.getByLabel(/to confirm/).fill('remove');
    await page.getByRole('button', { name: 'Remove for good' }).click();
    const runs = page.getByRole('table', { name: 'Runs' });
    await runs.getByText('Done').waitFor({ timeout: 20_000 });
    await runs.getByText(`packet captures ${kept}`).waitFor();
    await page.getByRole('button', { name: 'Compare now' }).click();
    await page.getByRole('table', { name: 'Objects and rows' }).getByText('They agree').first().waitFor({ timeout: 40_000 });
    await shoot(page, 'storage-after');
    const [gone] = sessions.filter((session) => session.completed_at !== null && session.session_id !== sessionId).reverse();
    await app.open(`/sessions/${gone?.session_id ?? ''}`);
    await page.getByText(/was removed on .*: only the newest session of the kind packet-capture stays/).waitFor();
    await shoot(page, 'session-expired');
  }, 90_000);

  it.each(['desktop', 'phone'] as const)('has no serious accessibility finding and nothing cut off on any page (%s)', async (size) => {
    const context = await newContext(browser, size);
    try {
      const tab = await context.newPage();
      const look = async (name: string): Promise<void> => {
        expect([name, await accessibilityFindings(tab)]).toEqual([name, []]);
        expect([name, await horizontalOverflow(tab)]).toEqual([name, 0]);
        await shoot(tab, `${name}-${size}-light`);
        expect([name, await darkFindings(tab, () => shoot(tab, `${name}-${size}-dark`))]).toEqual([name, []]);
      };
      await new SignInPage(tab, system.api.address).open();
      await look('sign-in');
      await new SignInPage(tab, system.api.address).signIn('admin', PASSWORD);
      const app = new AppPage(tab, system.api.address);
      await tab.getByRole('heading', { level: 1, name: 'Home' }).waitFor();
      for (const place of PLACES) {
        await app.goTo(place);
        await look(place.toLowerCase().replace(' ', '-'));
      }
      await app.open('/sessions/new');
      await look('new-session');
      await app.open(`/sessions/${sessionId}`);
      await look('session');
    } finally {
      await context.close();
    }
  }, 180_000);

  it('can be worked with the keyboard alone', async () => {
    await new AppPage(page, system.api.address).open('/');
    await page.keyboard.press('g');
    await page.keyboard.press('s');
    await page.getByRole('heading', { level: 1, name: 'Sessions' }).waitFor();
    await page.keyboard.press('/');
    await page.keyboard.type('browser');
    await new SessionListPage(page, system.api.address).row('From the browser').waitFor();
    await page.keyboard.press('Escape');
    await page.keyboard.press('?');
    await page.getByRole('dialog').waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
  }, 60_000);

  it('signs out and stays out', async () => {
    await new AppPage(page, system.api.address).signOut();
    await page.goto(`${system.api.address}/sessions`);
    await page.getByRole('heading', { name: 'Sign in to Capstan' }).waitFor();
  }, 60_000);
});
