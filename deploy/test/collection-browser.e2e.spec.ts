import { routes } from '@capstan/contracts';
import { eventually } from '@capstan/testing';
import type { Browser, Page } from 'playwright-core';
import { accessibilityFindings, horizontalOverflow, launchBrowser, newContext } from './pages/checks';
import { shoot } from './pages/screens';
import { SignInPage } from './pages/sign-in.page';
import type { LabCliDevice } from '../src';
import { System } from './system';

/** Of the generated fleet. */
const FLEET = 200;
const JOB_EVENTS = ['collection_progress', 'device_started', 'capture_completed', 'device_completed', 'collection_complete', 'collection_error'];

describe('the pages of devices and collections', () => {
  let system: System;
  let browser: Browser;
  let page: Page;
  let fleet: readonly LabCliDevice[];
  /** What the browser's own socket has heard, in its order. */
  const heard: { event: string; payload: Record<string, unknown> }[] = [];

  beforeAll(async () => {
    system = await System.start(['--hosts', '0', '--fleet', String(FLEET), '--fleet-payload', 'small', '--fleet-think', '20,60', '--fleet-port', '20322']);
    fleet = system.lab.inventory.cli_devices.filter(({ platform }) => platform !== 'frr');
    browser = await launchBrowser();
    page = await (await newContext(browser, 'desktop')).newPage();
    page.on('websocket', (socket) =>
      socket.on('framereceived', ({ payload }) => {
        const message = /^42\d*(\[.*\])$/s.exec(String(payload))?.[1];
        const [event, body] = message === undefined ? [] : (JSON.parse(message) as [string, Record<string, unknown>]);
        if (event !== undefined && body !== undefined && JOB_EVENTS.includes(event)) {
          heard.push({ event, payload: body });
        }
      }),
    );
    const [{ username, password, enable } = fleet[0]!] = fleet.filter(({ enable: secret }) => secret !== undefined);
    await system.api.call(routes.createCredential, { body: { name: 'lab login', kind: 'password', username, password, enable_secret: enable } as never });
    const signIn = new SignInPage(page, system.api.address);
    await signIn.open();
    await signIn.signIn('admin', system.adminPassword);
    await page.getByRole('heading', { level: 1, name: 'Home' }).waitFor();
  }, 120_000);

  afterAll(async () => {
    await browser.close();
    await system.stop();
  }, 60_000);

  it('adds a device, tests it, and shows what it is', async () => {
    const { address: host, port, serial } = fleet[0]!;
    await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Devices', exact: true }).click();
    await page.getByText('No devices yet').waitFor();
    await page.getByRole('button', { name: 'Add device' }).first().click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Name', { exact: true }).fill('lab-host');
    await dialog.getByLabel('Address').fill(`${host} !`);
    await dialog.getByLabel('Port').fill(String(port));
    await dialog.getByLabel('Site', { exact: true }).fill('lab');
    await dialog.getByLabel('Credential', { exact: true }).click();
    await page.getByRole('option', { name: /lab login/ }).click();
    await dialog.getByRole('button', { name: 'Add', exact: true }).click();
    await dialog.getByText('must be a host name or an IP address').waitFor();
    await shoot(page, 'device-form');
    await dialog.getByLabel('Address').fill(host);
    await dialog.getByRole('button', { name: 'Add', exact: true }).click();
    await page.getByRole('heading', { level: 1, name: 'lab-host' }).waitFor();
    await page.getByRole('button', { name: 'Test', exact: true }).click();
    const steps = page.getByRole('list', { name: 'Steps of the test' });
    await steps.getByText(serial).waitFor({ timeout: 20_000 });
    expect(await steps.getByText(': worked').count()).toBe(3);
    expect(await accessibilityFindings(page)).toEqual([]);
    await shoot(page, 'device');
  }, 60_000);

  it('imports a list only after every row was checked, and says what is wrong with each bad one', async () => {
    await page.goto(`${system.api.address}/inventory/devices/import`);
    const rows = Array.from({ length: 60 }, (_, index) => `sw-${index + 1},10.77.0.${index + 1},cisco_ios,${index % 2 === 0 ? 'x-one' : 'x-two'},access,production`);
    await page.getByLabel('Document').fill(['name,address,platform,site,role,tags', ...rows, 'sw-bad,nonsense !,cisco_ios,x-one,,', 'sw-1,10.77.0.99,,,,'].join('\n'));
    await page.getByRole('button', { name: 'Check every row' }).click();
    await page.getByText('Will be added: 60').waitFor();
    await page.getByText('Cannot be added: 2').waitFor();
    await page.getByText('Only bad ones').click();
    await page.getByText('must be a host name or an IP address').waitFor();
    await page.getByText('stands in an earlier row already').waitFor();
    await shoot(page, 'device-import');
    expect((await system.api.call(routes.listDevices, {})).total).toBe(1);
    await page.getByRole('button', { name: 'Import 60 devices' }).click();
    await page.getByText('Added: 60', { exact: true }).waitFor();
    expect((await system.api.call(routes.listDevices, {})).total).toBe(61);
    await page.getByRole('link', { name: 'Look at the devices' }).click();
  }, 60_000);

  it('filters, sorts and changes many at once; the view is in the address', async () => {
    await page.getByRole('table', { name: 'Devices' }).getByRole('link', { name: 'sw-1', exact: true }).waitFor();
    await page.getByLabel('Search devices').fill('sw-1');
    await page.getByRole('combobox', { name: 'Site' }).click();
    await page.getByRole('option', { name: /^x-two/ }).click();
    await page.getByRole('button', { name: 'Address' }).click();
    await page.getByRole('button', { name: 'Address' }).click();
    await eventually(() => expect(new URL(page.url()).search).toBe('?q=sw-1&site=x-two&sort=-address'));
    const names = page.getByRole('table', { name: 'Devices' }).getByRole('link');
    await eventually(async () => expect(await names.allInnerTexts()).toEqual(['sw-18', 'sw-16', 'sw-14', 'sw-12', 'sw-10']));
    await page.reload();
    await eventually(async () => expect(await names.count()).toBe(5));
    await page.getByLabel('Select all on this page').check();
    await page.getByRole('button', { name: 'Change 5' }).click();
    await page.getByRole('dialog').getByLabel('Role', { exact: true }).fill('distribution');
    await page.getByRole('dialog').getByRole('button', { name: 'Change all' }).click();
    await eventually(async () => expect(await page.getByRole('cell', { name: 'distribution' }).count()).toBe(5));
    expect(await accessibilityFindings(page)).toEqual([]);
    await page.goto(`${system.api.address}/inventory/devices`);
    await page.getByText('1–50 of 61').waitFor();
    await shoot(page, 'devices');
  }, 60_000);

  it('keeps what is typed when somebody else was faster', async () => {
    const { devices } = await system.api.call(routes.listDevices, { query: { q: 'sw-2' } as never });
    const device = devices.find(({ name }) => name === 'sw-2');
    await page.goto(`${system.api.address}/inventory/devices/${device?.id}`);
    await page.getByRole('button', { name: 'Change', exact: true }).click();
    await system.api.call(routes.updateDevice, { params: { id: device?.id ?? '' }, body: { role: 'theirs' } as never });
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Notes').fill('Mine');
    await dialog.getByRole('button', { name: 'Save', exact: true }).click();
    await dialog.getByText(/somebody else/).waitFor();
    await dialog.getByRole('button', { name: 'Save mine all the same' }).click();
    await dialog.getByRole('button', { name: 'Save', exact: true }).click();
    await page.getByText('Mine', { exact: true }).waitFor();
  }, 30_000);

  it('leads through the four steps against two hundred devices, in the order of the first generation', async () => {
    const { devices: listed } = await system.api.call(routes.listDevices, { query: { limit: 100 } as never });
    await system.api.call(routes.bulkDevices, { body: { ids: listed.map(({ id }) => id), delete: true } as never });
    const rows = fleet.map(({ name, address, port, platform, site, role }) => ({ name, address, port, platform, site, role, credential: 'lab login' }));
    await system.api.call(routes.importDevices, { body: { format: 'json', data: Buffer.from(JSON.stringify(rows)).toString('base64') } as never });
    // A wrong password is told at once and never tried again, unlike a refused connection.
    const wrong = [fleet[3]!.name, fleet[7]!.name];
    for (const device of wrong) {
      await system.lab.control({ do: 'fleet-fault', device, fault: 'wrong-password', on: true });
    }

    await page.goto(`${system.api.address}/collection`);
    await page.getByText('No collections yet').waitFor();
    await page.getByRole('link', { name: 'New collection' }).first().click();
    await page.getByText(`${FLEET} devices`, { exact: true }).waitFor();
    expect(await page.getByLabel('Configuration').isChecked()).toBe(true);
    await page.getByLabel('Configuration').uncheck();
    await page.getByRole('button', { name: 'Options' }).last().click();
    await page.getByText('Select at least one capture type.').waitFor();
    for (const type of ['Configuration', 'ARP table', 'Version']) {
      await page.getByLabel(type, { exact: true }).check();
    }
    await page.reload();
    expect(await page.getByLabel('Version', { exact: true }).isChecked()).toBe(true);
    await page.getByText(`${FLEET} devices`, { exact: true }).waitFor();
    expect(await accessibilityFindings(page)).toEqual([]);
    await shoot(page, 'collection-select');
    await page.getByRole('button', { name: 'Options' }).last().click();
    await page.locator('#maxWorkers').fill('51');
    await page.getByRole('button', { name: 'Start collection' }).click();
    await page.getByText('From 1 to 50.').waitFor();
    await page.locator('#maxWorkers').fill('50');
    await page.getByText(String(FLEET * 3), { exact: true }).waitFor();
    expect(await accessibilityFindings(page)).toEqual([]);
    await shoot(page, 'collection-options');
    await page.getByRole('button', { name: 'Start collection' }).click();

    await page.getByRole('progressbar', { name: 'Devices that are done' }).waitFor();
    const figure = async (label: string): Promise<string> => (await page.locator('dl > div', { has: page.getByText(label, { exact: true }) }).first().locator('dd').first().innerText()).trim();
    await eventually(async () => expect(Number(await figure('Completed'))).toBeGreaterThan(20), { timeoutMs: 30_000 });
    await shoot(page, 'collection-collecting');
    await page.getByRole('button', { name: 'View Final Results' }).waitFor({ timeout: 60_000 });
    expect([await figure('Running'), await figure('Completed'), await figure('Failed'), await figure('Remaining'), await figure('Progress')]).toEqual(['0', String(FLEET - 2), '2', '0', '100 %']);
    await shoot(page, 'collection-collected');
    await page.getByRole('button', { name: 'View Final Results' }).click();
    const failed = page.getByRole('table', { name: 'Failed devices' });
    await failed.getByText('AUTH_FAILED').first().waitFor();
    expect((await failed.getByRole('link').allInnerTexts()).sort()).toEqual([...wrong].sort());
    expect([await figure('Devices succeeded'), await figure('Devices failed'), await figure('Commands executed')]).toEqual([String(FLEET - 2), '2', String((FLEET - 2) * 3)]);
    expect(await accessibilityFindings(page)).toEqual([]);
    await shoot(page, 'collection-complete');

    // Every device began once and ended once, its progress first; progress never fell; the end came last.
    const jobId = /collection_[0-9a-f]{8}/.exec(page.url())?.[0];
    const events = heard.filter(({ payload }) => payload['job_id'] === jobId);
    expect(events.at(-1)?.event).toBe('collection_complete');
    const progress = events.flatMap(({ event, payload }) => (event === 'collection_progress' ? [Number(payload['progress'])] : []));
    expect(progress).toEqual([...progress].sort((a, b) => a - b));
    for (const { name } of fleet) {
      const mine = events.filter(({ event, payload }) => payload['device_name'] === name && event !== 'capture_completed').map(({ event, payload }) => (event !== 'collection_progress' ? event : payload['device_started'] === name ? 'progress started' : 'progress completed'));
      // What was over before the page was subscribed came with the snapshot.
      expect(['progress started,device_started,progress completed,device_completed', 'progress completed,device_completed', '']).toContain(mine.join());
    }
  }, 150_000);

  it('collects again from those that failed, and keeps the history', async () => {
    for (const { name } of [fleet[3]!, fleet[7]!]) {
      await system.lab.control({ do: 'fleet-fault', device: name, fault: 'wrong-password', on: false });
    }
    await page.getByRole('button', { name: 'Retry 2 failed devices' }).click();
    await page.getByText('Collection complete: 2 succeeded, 0 failed').first().waitFor({ timeout: 60_000 });
    await page.goto(`${system.api.address}/collection`);
    await eventually(async () => expect(await page.getByRole('table', { name: 'Collections' }).getByRole('link').count()).toBe(2));
    await page.getByRole('cell', { name: '198 of 200 · 2 failed' }).waitFor();
    expect(await accessibilityFindings(page)).toEqual([]);
    await shoot(page, 'collection-history');
  }, 90_000);

  it('stops where it is when it is cancelled', async () => {
    const { devices } = await system.api.call(routes.listDevices, { query: { limit: 40 } as never });
    const { job_id: jobId } = await system.api.call(routes.startCollection, { body: { devices: devices.map(({ id }) => id), capture_types: ['version'], options: { max_workers: 1 } } });
    await page.goto(`${system.api.address}/collection/${jobId}`);
    const card = page.getByRole('list', { name: 'Devices' }).getByRole('listitem');
    await card.filter({ hasText: 'Done' }).first().waitFor();
    await page.getByRole('button', { name: 'Cancel', exact: true }).click();
    await shoot(page, 'collection-cancel');
    await page.getByRole('dialog').getByRole('button', { name: 'Cancel the collection' }).click();
    await page.getByText(/Collection complete: \d+ succeeded, 0 failed, \d+ cancelled/).waitFor({ timeout: 10_000 });
    expect(await page.getByRole('button', { name: 'Cancel', exact: true }).count()).toBe(0);
    expect(await card.filter({ hasText: 'Running' }).count()).toBe(0);
    expect(await card.filter({ hasText: 'Cancelled' }).count()).toBeGreaterThan(20);
    expect(await accessibilityFindings(page)).toEqual([]);
    await shoot(page, 'collection-cancelled');
  }, 60_000);

  it('says that captures are saved and not loaded, and loads them', async () => {
    const { devices } = await system.api.call(routes.listDevices, { query: { limit: 3 } as never });
    const { job_id: jobId } = await system.api.call(routes.startCollection, { body: { devices: devices.map(({ id }) => id), capture_types: ['version', 'arp'], options: { auto_load_db: false } } });
    await page.goto(`${system.api.address}/collection/${jobId}`);
    await page.getByRole('button', { name: 'View Final Results' }).click({ timeout: 30_000 });
    const notice = page.getByRole('status').filter({ hasText: 'Captures saved but not loaded' });
    await notice.getByText('6 captures are stored and can be downloaded').waitFor();
    expect(await accessibilityFindings(page)).toEqual([]);
    await shoot(page, 'collection-not-loaded');
    await notice.getByRole('button', { name: 'Load them now' }).click();
    await page.getByText('Loading 6 captures').waitFor();
    await notice.waitFor({ state: 'detached', timeout: 20_000 });
  }, 60_000);

  it('raises the alarm where another device answers, and takes its identity when told to', async () => {
    const { name } = fleet[5]!;
    const [device] = (await system.api.call(routes.listDevices, { query: { q: name } as never })).devices;
    const collectVersion = async (): Promise<void> => {
      const { job_id: jobId } = await system.api.call(routes.startCollection, { body: { devices: [device!.id], capture_types: ['version'] } });
      await eventually(async () => expect((await system.api.call(routes.getCollection, { params: { job_id: jobId } })).job.status).toBe('completed'), { timeoutMs: 30_000 });
    };
    await collectVersion();
    await system.lab.control({ do: 'fleet-edit', device: name, kind: 'serial', serial: 'FOC0SWAPPED' });
    await collectVersion();
    await page.goto(`${system.api.address}/inventory/devices`);
    await page.getByText('At the address of 1 device another one answers.').waitFor();
    await page.getByRole('link', { name: 'Look at it' }).click();
    await page.getByRole('link', { name, exact: true }).click();
    const alarm = page.getByRole('alert').filter({ hasText: 'Another device answers at this address' });
    await alarm.getByRole('region', { name: 'Answers now' }).getByText('FOC0SWAPPED').waitFor();
    expect(await accessibilityFindings(page)).toEqual([]);
    await shoot(page, 'device-identity-alarm');
    await alarm.getByRole('button', { name: 'It is the device now' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'It is the device now' }).click();
    await alarm.waitFor({ state: 'detached' });
    expect((await system.api.call(routes.listDevices, { query: { q: name } as never })).devices[0]).toMatchObject({ identity_alarm: null, identity: { serials: expect.arrayContaining(['FOC0SWAPPED']) } });
  }, 60_000);

  it('fits a phone, in the dark too', async () => {
    const phone = await (await newContext(browser, 'phone', 'dark')).newPage();
    const signIn = new SignInPage(phone, system.api.address);
    await signIn.open();
    await signIn.signIn('admin', system.adminPassword);
    await phone.getByRole('heading', { level: 1, name: 'Home' }).waitFor();
    for (const [path, name] of [['/inventory/devices', 'devices-phone'], ['/inventory/devices/import', 'device-import-phone'], ['/collection', 'collection-history-phone'], ['/collection/new', 'collection-select-phone'], ['/collection/new?step=options', 'collection-options-phone']] as const) {
      await phone.goto(`${system.api.address}${path}`);
      await phone.getByRole('heading', { level: 1 }).waitFor();
      expect(await horizontalOverflow(phone)).toBe(0);
      await shoot(phone, name);
    }
    await phone.goto(`${system.api.address}/collection`);
    await phone.getByRole('table', { name: 'Collections' }).getByRole('link').last().click();
    await phone.getByRole('table', { name: 'Failed devices' }).waitFor();
    expect(await horizontalOverflow(phone)).toBe(0);
    await shoot(phone, 'collection-complete-phone');
    const { name } = fleet[0]!;
    await phone.goto(`${system.api.address}/inventory/devices?q=${name}`);
    await phone.getByRole('link', { name, exact: true }).click();
    await phone.getByRole('heading', { level: 1, name }).waitFor();
    expect(await horizontalOverflow(phone)).toBe(0);
    expect(await accessibilityFindings(phone)).toEqual([]);
    await shoot(phone, 'device-phone');
  }, 60_000);
});
