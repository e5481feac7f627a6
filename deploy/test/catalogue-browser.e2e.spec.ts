import { CAPTURE_TYPES, routes } from '@capstan/contracts';
import { eventually } from '@capstan/testing';
import type { Browser, Page } from 'playwright-core';
import type { LabCliDevice } from '../src';
import { accessibilityFindings, horizontalOverflow, launchBrowser, newContext } from './pages/checks';
import { shoot } from './pages/screens';
import { SignInPage } from './pages/sign-in.page';
import { System } from './system';

describe('the pages of what was collected', () => {
  let system: System;
  let browser: Browser;
  let page: Page;
  let device: LabCliDevice;
  let deviceId = '';

  const collect = async (devices: readonly string[]): Promise<void> => {
    const { job_id: jobId } = await system.api.call(routes.startCollection, { body: { devices: [...devices], capture_types: [...CAPTURE_TYPES], options: { max_workers: 10 } } });
    await eventually(async () => expect((await system.api.call(routes.getCollection, { params: { job_id: jobId } })).job).toMatchObject({ status: 'completed', captures_not_loaded: 0 }), { timeoutMs: 40_000 });
  };

  beforeAll(async () => {
    system = await System.start(['--hosts', '0', '--fleet', '6', '--fleet-payload', 'small', '--fleet-think', '5,10', '--fleet-port', '20223']);
    const fleet = system.lab.inventory.cli_devices.filter(({ platform }) => platform === 'cisco_ios');
    const [first] = fleet;
    device = first!;
    const { credential } = await system.api.call(routes.createCredential, { body: { name: 'fleet', kind: 'password', username: device.username, password: device.password, enable_secret: device.enable } as never });
    const ids: string[] = [];
    for (const { name, address, port, platform, site, role } of fleet) {
      ids.push((await system.api.call(routes.createDevice, { body: { name, address, port, platform, site, role, credential_id: credential.credential_id } })).device.id);
    }
    deviceId = ids[0] ?? '';
    await collect(ids);
    await system.lab.control({ do: 'fleet-edit', device: device.name, kind: 'config', line: 'ntp server 203.0.113.77', actor: 'ann' });
    await collect([deviceId]);
    browser = await launchBrowser();
    page = await (await newContext(browser, 'desktop')).newPage();
    const signIn = new SignInPage(page, system.api.address);
    await signIn.open();
    await signIn.signIn('admin', system.adminPassword);
    await page.getByRole('heading', { level: 1, name: 'Home' }).waitFor();
  }, 180_000);

  afterAll(async () => {
    await browser.close();
    await system.stop();
  }, 60_000);

  const fits = async (name: string): Promise<void> => {
    expect(await accessibilityFindings(page)).toEqual([]);
    expect(await horizontalOverflow(page)).toBe(0);
    await shoot(page, name);
  };

  it('shows the one change there is, line by line, and lets it be acknowledged', async () => {
    await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Changes' }).click();
    const table = page.getByRole('table', { name: 'Changes' });
    await table.getByRole('link', { name: device.name }).waitFor();
    expect(await table.getByRole('row').count()).toBe(2);
    await fits('changes');
    await table.getByRole('row').nth(1).getByRole('link').first().click();
    const difference = page.getByRole('table', { name: 'Difference' });
    await difference.getByText('ntp server 203.0.113.77').waitFor();
    expect(await difference.locator('td[data-op="+"]').count()).toBe(2);
    await fits('change');
    await page.getByRole('button', { name: /unchanged lines?/ }).first().click();
    await difference.getByText(`hostname ${device.name}`).first().waitFor();
    await page.getByText('Unified').click();
    await difference.getByText('ntp server 203.0.113.77').waitFor();
    await page.getByRole('button', { name: 'Acknowledge', exact: true }).click();
    await page.getByLabel('Note').fill('CHG-17');
    await page.getByRole('dialog').getByRole('button', { name: 'Acknowledge' }).click();
    await page.getByText('admin: CHG-17').waitFor();
    expect((await system.api.call(routes.listChanges, { query: { acknowledged: 'false' } as never })).total).toBe(0);
  }, 60_000);

  it('finds a line, an address and who had it', async () => {
    await page.goto(`${system.api.address}/search`);
    await page.getByLabel('Words to find').fill('"ntp server" 203.0.113.77');
    await page.getByRole('button', { name: 'Search', exact: true }).click();
    await page.getByRole('article').getByRole('link', { name: `${device.name} · Configuration` }).waitFor();
    expect(await page.getByRole('article').count()).toBe(1);
    await fits('search');

    const { bindings } = await system.api.call(routes.listArp, { query: { device_id: deviceId } as never });
    const [binding] = bindings;
    await page.goto(`${system.api.address}/addresses`);
    await page.getByLabel('Address, network or MAC').fill(binding!.ip);
    await page.getByRole('button', { name: 'Find', exact: true }).click();
    await page.getByRole('table', { name: 'Addresses' }).getByRole('link', { name: binding!.mac_text }).first().waitFor();
    await fits('addresses');
    await page.getByLabel('At that moment').fill('2020-01-01T00:00:00');
    await page.getByRole('button', { name: 'Find', exact: true }).click();
    await page.getByText('No device had this in its table at that moment.').waitFor();
  }, 60_000);

  it('shows a device’s captures without its secrets, and what it is made of', async () => {
    await page.goto(`${system.api.address}/inventory/devices/${deviceId}/captures`);
    await page.getByRole('table', { name: 'Captures' }).getByText('Configuration').first().waitFor();
    await fits('device-captures');
    const { captures } = await system.api.call(routes.listCaptures, { query: { device_id: deviceId, capture_type: 'configs' } as never });
    await page.goto(`${system.api.address}/captures/${captures[0]!.capture_id}`);
    const text = page.getByLabel('Text of the capture');
    await text.getByText('<masked:').first().waitFor();
    await fits('capture');
    for (const [tab, label] of [['routes', 'Routes'], ['neighbors', 'Neighbours'], ['mac', 'Locations'], ['arp', 'Addresses']] as const) {
      await page.goto(`${system.api.address}/inventory/devices/${deviceId}/${tab}`);
      await page.getByRole('table', { name: label }).getByText('There').first().waitFor();
    }
    await page.goto(`${system.api.address}/inventory/devices/${deviceId}/parts`);
    await page.getByText(device.serial).first().waitFor();
    await fits('device-parts');
  }, 60_000);

  it('works on a phone and in the dark', async () => {
    const phone = await newContext(browser, 'phone', 'dark');
    page = await phone.newPage();
    const signIn = new SignInPage(page, system.api.address);
    await signIn.open();
    await signIn.signIn('admin', system.adminPassword);
    await page.getByRole('heading', { level: 1, name: 'Home' }).waitFor();
    await page.goto(`${system.api.address}/changes`);
    await page.getByRole('table', { name: 'Changes' }).getByRole('link', { name: device.name }).waitFor();
    await fits('changes-phone');
    await page.getByRole('table', { name: 'Changes' }).getByRole('row').nth(1).getByRole('link').first().click();
    await page.getByRole('table', { name: 'Difference' }).getByText('ntp server 203.0.113.77').waitFor();
    await fits('change-phone');
    await page.goto(`${system.api.address}/addresses`);
    await page.getByRole('table', { name: 'Addresses' }).getByText('There').first().waitFor();
    await fits('addresses-phone');
    await phone.close();
  }, 60_000);
});
