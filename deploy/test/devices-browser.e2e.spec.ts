import { routes } from '@capstan/contracts';
import { eventually } from '@capstan/testing';
import type { Browser, Page } from 'playwright-core';
import { accessibilityFindings, horizontalOverflow, launchBrowser, newContext } from './pages/checks';
import { shoot } from './pages/screens';
import { SignInPage } from './pages/sign-in.page';
import { System, targetOf } from './system';

describe('the device pages', () => {
  let system: System;
  let browser: Browser;
  let page: Page;

  beforeAll(async () => {
    system = await System.start(['--hosts', '1']);
    browser = await launchBrowser();
    page = await (await newContext(browser, 'desktop')).newPage();
    const { username, password } = targetOf(system.host(1));
    await system.api.call(routes.createCredential, { body: { name: 'lab login', kind: 'password', username, password } as never });
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
    const { host, port } = targetOf(system.host(1));
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
    await steps.getByText(/Linux/).waitFor({ timeout: 20_000 });
    expect(await steps.getByText(': worked').count()).toBe(3);
    expect(await accessibilityFindings(page)).toEqual([]);
    await shoot(page, 'device');
  }, 60_000);

  it('imports a list only after every row was checked, and says what is wrong with each bad one', async () => {
    await page.goto(`${system.api.address}/inventory/devices/import`);
    const rows = Array.from({ length: 60 }, (_, index) => `sw-${index + 1},10.77.0.${index + 1},cisco_ios,${index % 2 === 0 ? 'ams' : 'ber'},access,production`);
    await page.getByLabel('Document').fill(['name,address,platform,site,role,tags', ...rows, 'sw-bad,nonsense !,cisco_ios,ams,,', 'sw-1,10.77.0.99,,,,'].join('\n'));
    await page.getByRole('button', { name: 'Check every row' }).click();
    await page.getByText('Will be added: 60').waitFor();
    await page.getByText('Cannot be added: 2').waitFor();
    await page.getByText('Only bad ones').click();
    await page.getByText('must be a host name or an IP address').waitFor();
    await page.getByText('stands in an earlier row already').waitFor();
    await shoot(page, 'device-import');
    expect((await system.api.call(routes.listDevices, {})).total).toBe(1);
    await page.getByRole('button', { name: 'Import 60 devices' }).click();
    await page.getByText('Added: 60').waitFor();
    expect((await system.api.call(routes.listDevices, {})).total).toBe(61);
    await page.getByRole('link', { name: 'Look at the devices' }).click();
  }, 60_000);

  it('filters, sorts and changes many at once; the view is in the address', async () => {
    await page.getByRole('table', { name: 'Devices' }).getByRole('link', { name: 'sw-1', exact: true }).waitFor();
    await page.getByLabel('Search devices').fill('sw-1');
    await page.getByLabel('Site', { exact: true }).click();
    await page.getByRole('option', { name: /^ber/ }).click();
    await page.getByRole('button', { name: 'Address' }).click();
    await page.getByRole('button', { name: 'Address' }).click();
    await eventually(() => expect(new URL(page.url()).search).toBe('?q=sw-1&site=ber&sort=-address'));
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

  it('fits a phone, in the dark too', async () => {
    const phone = await (await newContext(browser, 'phone', 'dark')).newPage();
    const signIn = new SignInPage(phone, system.api.address);
    await signIn.open();
    await signIn.signIn('admin', system.adminPassword);
    await phone.getByRole('heading', { level: 1, name: 'Home' }).waitFor();
    for (const [path, name] of [['/inventory/devices', 'devices-phone'], ['/inventory/devices?q=lab-host', ''], ['/inventory/devices/import', 'device-import-phone']] as const) {
      await phone.goto(`${system.api.address}${path}`);
      await phone.getByRole('heading', { level: 1 }).waitFor();
      expect(await horizontalOverflow(phone)).toBe(0);
      if (name !== '') {
        await shoot(phone, name);
      }
    }
    await phone.goto(`${system.api.address}/inventory/devices?q=lab-host`);
    await phone.getByRole('link', { name: 'lab-host' }).click();
    await phone.getByRole('heading', { level: 1, name: 'lab-host' }).waitFor();
    expect(await horizontalOverflow(phone)).toBe(0);
    expect(await accessibilityFindings(phone)).toEqual([]);
    await shoot(phone, 'device-phone');
  }, 60_000);
});
