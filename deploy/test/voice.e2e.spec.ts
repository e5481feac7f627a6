import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { routes } from '@capstan/contracts';
import { eventually } from '@capstan/testing';
import type { Browser, Page } from 'playwright-core';
import type { LabGear } from '../src';
import { AppPage } from './pages/app.page';
import { CaptureWizardPage } from './pages/capture-wizard.page';
import { accessibilityFindings, horizontalOverflow, launchBrowser, newContext } from './pages/checks';
import { LiveSessionPage } from './pages/live-session.page';
import { shoot } from './pages/screens';
import { SignInPage } from './pages/sign-in.page';
import { System } from './system';
import { VoiceReportPage } from './pages/voice-report.page';

const TYPES = ['cucm', 'cube', 'csr1000v', 'expressway'] as const;

describe('voice gear in the web app', () => {
  let system: System;
  let browser: Browser;
  let page: Page;
  let folder: string;
  let gear: readonly LabGear[];
  let sessionId: string;

  beforeAll(async () => {
    folder = mkdtempSync(path.join(tmpdir(), 'capstan-voice-'));
    system = await System.start(['--hosts', '1', '--voice-gear', '1', '--gear-faults', 'lab-cucm-1=legacy-kex-only']);
    gear = TYPES.map((type) => system.gear(type));
    browser = await launchBrowser();
    page = await (await newContext(browser, 'desktop')).newPage();
    page.setDefaultTimeout(15_000);
    const signIn = new SignInPage(page, system.api.address);
    await signIn.open();
    await signIn.signIn('admin', system.adminPassword);
    await page.getByRole('heading', { level: 1, name: 'Home' }).waitFor();
    for (const { device_type: type, username, password } of gear) {
      await system.api.call(routes.createCredential, { body: { name: `${type} account`, kind: 'password', username, password } as never });
    }
  }, 180_000);

  afterAll(async () => {
    await browser.close();
    await system.stop();
    rmSync(folder, { recursive: true, force: true });
  }, 60_000);

  it('takes a pasted list of mixed devices, shows what each type can do, and stores a credential on the spot', async () => {
    const wizard = new CaptureWizardPage(page, system.api.address);
    await wizard.openWizard();
    await wizard.pasteDevices(gear.map(({ device_type: type, host, port }) => `${type} ${host}:${port}`));
    await wizard.devices.nth(3).waitFor();
    for (const { device_type: type, host } of gear) {
      await wizard.chooseOwnCredential(host, `${type} account`);
    }
    const cucm = system.gear('cucm');
    const dialog = await wizard.editDevice(cucm.host);
    await dialog.getByRole('note', { name: 'What this type can do' }).getByText('bytes, files').waitFor();
    await wizard.storeCredential('application credential', { name: 'cucm application', kind: 'App password', ...(cucm.application_account ?? { username: 'none', password: 'none' }) });
    await eventually(async () => expect(await dialog.getByLabel('Application credential', { exact: true }).inputValue()).toContain('cucm application'));
    await shoot(page, 'new-capture-device');
    expect(await accessibilityFindings(page)).toEqual([]);
    await dialog.getByRole('button', { name: 'Save' }).click();
    await wizard.devices.filter({ hasText: 'application credential' }).waitFor();
    await shoot(page, 'new-capture-targets');
  }, 90_000);

  it('keeps the devices as a template and takes them from there again', async () => {
    const wizard = new CaptureWizardPage(page, system.api.address);
    await wizard.keepTemplate('Voice core');
    await page.getByRole('button', { name: 'Clear draft' }).click();
    await wizard.devices.first().waitFor({ state: 'detached' });
    await wizard.loadTemplate('Voice core');
    await wizard.devices.nth(3).waitFor();
    await wizard.devices.filter({ hasText: 'application credential' }).waitFor();
  }, 30_000);

  it('builds a filter by keyboard, and tells of each device what it cannot apply', async () => {
    const wizard = new CaptureWizardPage(page, system.api.address);
    await wizard.toOptions();
    await wizard.presetFilter('SIP and RTP');
    const [cucm, cube, , expressway] = gear.map(({ host }) => wizard.answerOf(host));
    await expressway?.getByText(/^Refused/).waitFor();
    await cucm?.getByText(/^Refused/).waitFor();
    expect(await cube?.innerText()).toContain('ip access-list extended');
    await wizard.captureMore();
    await expressway?.getByText(/filtered afterwards/).waitFor();
    expect(await expressway?.innerText()).toMatch(/Filtered copy keeps\s.*udp/);

    await wizard.conditions.first().press('Enter');
    await page.keyboard.type('10.10.20.300');
    await page.keyboard.press('Enter');
    expect(await wizard.conditions.count()).toBe(5);
    await page.getByRole('region', { name: 'Filter' }).getByText(/must be/).first().waitFor();
    await shoot(page, 'new-capture-filter');
    expect(await accessibilityFindings(page)).toEqual([]);
    await page.getByRole('region', { name: 'Filter' }).getByRole('button', { name: 'Clear', exact: true }).click();
    await eventually(async () => expect(await wizard.conditions.count()).toBe(0));
  }, 60_000);

  it('captures on all four together and shows what each of them can tell', async () => {
    const wizard = new CaptureWizardPage(page, system.api.address);
    await wizard.fillOptions({ name: 'One call, four devices', durationSec: 15 });
    await wizard.toReview();
    await shoot(page, 'new-capture-review');
    sessionId = await wizard.start();
    const live = new LiveSessionPage(page, system.api.address);
    await live.waitForState('Capturing');
    await live.target(system.gear('expressway').host).getByText('Elapsed').waitFor();
    await eventually(async () => expect(await live.packetsOf(system.gear('cube').host)).toBeGreaterThan(0), { timeoutMs: 20_000 });
    await eventually(async () => expect(await live.target(system.gear('cucm').host).getByRole('definition').first().innerText()).toMatch(/[1-9].* [kM]?B/), { timeoutMs: 20_000 });
    // The node knows outdated algorithms only; the others do not.
    await live.target(system.gear('cucm').host).getByText('Weak SSH').waitFor();
    expect(await page.getByText('Weak SSH').count()).toBe(1);
    await shoot(page, 'live-voice');
    await live.waitForState('Completed', 120_000);
    await page.getByRole('link', { name: 'Voice report' }).waitFor({ timeout: 60_000 });
    await shoot(page, 'session-voice');
  }, 240_000);

  it('tells calls, their ladders and their streams', async () => {
    await page.getByRole('link', { name: 'Voice report' }).click();
    const report = new VoiceReportPage(page, system.api.address);
    await report.waitForReport();
    expect(Number(await report.summary('Calls'))).toBeGreaterThan(0);
    await report.calls.first().waitFor();
    await shoot(page, 'voice-report');
    await report.show('Answered');
    await report.openFirstCall();
    // Calls at the edges of the capture have lost a part: one is taken that was seen from its INVITE on, with media to both sides.
    const { calls, streams } = await system.api.call(routes.voiceReport, { params: { id: sessionId } });
    const whole = calls.find((call) => call.messages[0]?.method === 'INVITE' && ['callee', 'caller'].every((side) => call.streams.some((id) => streams[id]?.towards === side)));
    await report.openCall(sessionId, whole?.id ?? -1);
    await report.ladder.focus();
    await page.keyboard.press('Home');
    await report.ladder.getByRole('option', { selected: true }).filter({ hasText: /^0\.000 s: INVITE/ }).waitFor();
    await report.details.getByText('Seen by').waitFor();
    await page.keyboard.press('ArrowDown');
    await page.waitForURL(/line=m\d+/);
    await report.streams('called').getByRole('row').nth(1).waitFor();
    // Columns are known by the addresses that the devices have in the packets, not by those they are managed at.
    for (const device of ['CUCM', 'CUBE']) {
      await report.ladder.getByText(device, { exact: true }).first().waitFor();
    }
    await shoot(page, 'voice-call');
    await report.streams('called').scrollIntoViewIfNeeded();
    await shoot(page, 'voice-streams');
  }, 60_000);

  it('saves the streams as CSV and the merged capture as one pcapng', async () => {
    const report = new VoiceReportPage(page, system.api.address);
    const csv = path.join(folder, 'streams.csv');
    await (await report.save('Streams as CSV')).saveAs(csv);
    const [header, ...lines] = readFileSync(csv, 'utf8').trim().split('\r\n');
    expect(header).toContain('mean_jitter_ms');
    expect(lines.length).toBeGreaterThan(0);
    const merged = path.join(folder, 'merged.pcapng');
    await (await report.save('Merged capture')).saveAs(merged);
    expect(execFileSync('capinfos', ['-t', '-r', '-T', merged], { encoding: 'utf8' })).toContain('pcapng');
  }, 60_000);

  it.each([
    ['desktop', 'light'],
    ['phone', 'dark'],
  ] as const)('has no serious accessibility finding and nothing cut off (%s, %s)', async (size, scheme) => {
    const context = await newContext(browser, size, scheme);
    try {
      const tab = await context.newPage();
      const signIn = new SignInPage(tab, system.api.address);
      await signIn.open();
      await signIn.signIn('admin', system.adminPassword);
      await tab.getByRole('heading', { level: 1, name: 'Home' }).waitFor();
      const app = new AppPage(tab, system.api.address);
      for (const [name, address] of [
        ['report', `/sessions/${sessionId}/voice`],
        ['call', `/sessions/${sessionId}/voice?call=0&line=m2`],
        ['all-streams', `/sessions/${sessionId}/voice?view=streams`],
        ['clocks', `/sessions/${sessionId}/voice?view=devices`],
        ['voice-session', `/sessions/${sessionId}`],
      ] as const) {
        await app.open(address);
        await (address.includes('/voice') ? new VoiceReportPage(tab, system.api.address).waitForReport() : tab.getByRole('link', { name: 'Voice report' }).waitFor());
        expect([address, await accessibilityFindings(tab)]).toEqual([address, []]);
        expect([address, await horizontalOverflow(tab)]).toEqual([address, 0]);
        await shoot(tab, `voice-${name}-${size}-${scheme}`);
      }
    } finally {
      await context.close();
    }
  }, 120_000);

  it('says why there is no report, and offers to try again', async () => {
    const report = new VoiceReportPage(page, system.api.address);
    await page.route('**/voice-report', (route) => route.fulfill({ status: 422, contentType: 'application/problem+json', body: JSON.stringify({ code: 'ANALYSIS_FAILED', status: 422, title: 'The captures could not be analysed', detail: 'The disk for temporary files is full' }) }));
    await report.open(`/sessions/${sessionId}/voice`);
    await page.getByText('The disk for temporary files is full').waitFor();
    await page.getByRole('button', { name: 'Analyse again' }).waitFor();
    await page.unroute('**/voice-report');
  }, 30_000);

  it('offers to collect again what a device still holds, and does it without capturing again', async () => {
    const { name, device_type: type, host, port, username, password } = system.gear('cucm');
    const fault = (on: boolean) => system.lab.control({ do: 'gear-fault', host: name, fault: 'sink-away', on });
    await fault(true);
    const id = await system.capture([{ device_type: type, host, port, username, password }], { name: 'Files left behind' });
    const live = new LiveSessionPage(page, system.api.address);
    await live.open(`/sessions/${id}`);
    await live.waitForState('Failed', 60_000);
    await live.target(host).getByText('still lie on the device').waitFor();
    await shoot(page, 'session-collect-again');
    await fault(false);
    await page.getByRole('button', { name: 'Collect again' }).click();
    await page.waitForURL((url) => url.pathname.startsWith('/sessions/') && !url.pathname.endsWith(id));
    await live.waitForState('Completed', 60_000);
    expect((await live.artifactNames()).some((artifact) => artifact.endsWith('.pcap'))).toBe(true);
    await expect(system.lab.control({ do: 'gear-state', host: name })).resolves.toMatchObject({ files: [], captures: 0 });
  }, 120_000);
});
