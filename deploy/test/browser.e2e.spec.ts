import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { routes } from '@capstan/contracts';
import { eventually } from '@capstan/testing';
import type { Browser, Page } from 'playwright-core';
import { inspectBundle } from '../src';
import { AppPage } from './pages/app.page';
import { CaptureWizardPage } from './pages/capture-wizard.page';
import { accessibilityFindings, horizontalOverflow, launchBrowser, newContext } from './pages/checks';
import { LiveSessionPage } from './pages/live-session.page';
import { shoot, shootEverywhere } from './pages/screens';
import { SessionListPage } from './pages/session-list.page';
import { SignInPage } from './pages/sign-in.page';
import { System } from './system';

const PLACES = ['Home', 'Sessions', 'Schedules', 'Calendar', 'Credentials', 'Host keys', 'Users', 'API tokens', 'Audit log', 'Storage', 'System'] as const;
const PASSWORD = 'a password of my own';

describe('the web app', () => {
  let system: System;
  let browser: Browser;
  let page: Page;
  let folder: string;
  let sessionId: string;

  beforeAll(async () => {
    folder = mkdtempSync(path.join(tmpdir(), 'capstan-browser-'));
    system = await System.start(['--hosts', '3'], { oneTimePassword: true });
    browser = await launchBrowser();
    page = await (await newContext(browser, 'desktop')).newPage();
  }, 120_000);

  afterAll(async () => {
    await browser.close();
    await system.stop();
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
    for (const scheme of ['light', 'dark'] as const) {
      const context = await newContext(browser, size, scheme);
      try {
        const tab = await context.newPage();
        await new SignInPage(tab, system.api.address).open();
        expect(await accessibilityFindings(tab)).toEqual([]);
        await new SignInPage(tab, system.api.address).signIn('admin', PASSWORD);
        const app = new AppPage(tab, system.api.address);
        await tab.getByRole('heading', { level: 1, name: 'Home' }).waitFor();
        for (const place of PLACES) {
          await app.goTo(place);
          expect([place, await accessibilityFindings(tab)]).toEqual([place, []]);
          expect([place, await horizontalOverflow(tab)]).toEqual([place, 0]);
          await shoot(tab, `${place.toLowerCase().replace(' ', '-')}-${size}-${scheme}`);
        }
        for (const address of ['/sessions/new', `/sessions/${sessionId}`]) {
          await app.open(address);
          expect([address, await accessibilityFindings(tab)]).toEqual([address, []]);
          expect([address, await horizontalOverflow(tab)]).toEqual([address, 0]);
        }
        await shoot(tab, `session-${size}-${scheme}`);
      } finally {
        await context.close();
      }
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
