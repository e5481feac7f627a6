import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { auditRecorded, routes, type ServiceName, SERVICES } from '@capstan/contracts';
import { systemIds } from '@capstan/kernel';
import { EXCHANGES } from '@capstan/messaging';
import { eventually } from '@capstan/testing';
import { connect } from 'amqplib';
import { addDevices, ApiClient, backUp, collect, LocalStack, processName, readLauncherSettings, restore } from '../src';
import { accessibilityFindings, horizontalOverflow, launchBrowser, newContext, SIZES } from './pages/checks';
import { shoot } from './pages/screens';
import { SignInPage } from './pages/sign-in.page';
import { System } from './system';

const REPLICAS = 3;
const DEVICES = 90;

describe(`${REPLICAS} processes of every service`, () => {
  let system: System;
  let apis: readonly ApiClient[];

  beforeAll(async () => {
    system = await System.start(['--hosts', '0', '--cameras', '0', '--voice-gear', '0', '--fleet', String(DEVICES), '--fleet-payload', 'small', '--fleet-think', '200,400', '--fleet-port', '20422'], {
      ownBroker: true,
      environment: { CAPSTAN_REPLICAS: String(REPLICAS), CAPSTAN_COLLECTION_RAMP_PER_SEC: '30' },
    });
    apis = await Promise.all(
      system.stack.addresses.map(async (address) => {
        const api = new ApiClient(address);
        await api.signIn('admin', system.adminPassword);
        return api;
      }),
    );
  }, 120_000);

  afterAll(async () => {
    await system.stop();
  }, 60_000);

  const via = (index: number): ApiClient => apis[index] as ApiClient;
  const logOf = (service: ServiceName, replica: number): string => readFileSync(path.join(system.dataDir, 'logs', `${processName(service, replica)}.log`), 'utf8');

  it('are all there, whichever gateway is asked', async () => {
    expect(Object.keys(system.stack.pids()).filter((name) => SERVICES.some((service) => name.startsWith(service)))).toHaveLength(REPLICAS * SERVICES.length);
    await eventually(
      async () => {
        for (const api of apis) {
          const { services, ready } = await api.call(routes.system, {});
          expect(ready).toBe(true);
          expect(services.map(({ service }) => service)).toEqual([...SERVICES]);
        }
      },
      { timeoutMs: 20_000 },
    );
  }, 30_000);

  it('share the work of a collection, which every gateway shows', async () => {
    const devices = system.lab.inventory.cli_devices.slice(0, DEVICES);
    const ids = await addDevices(via(0), devices);
    // Ordered and watched at the second gateway, of devices that the first has been told of.
    const { job, devices: results } = await collect(via(1), [...ids.values()], { types: ['version'], workers: 45, timeoutMs: 60_000 });
    expect(results.filter(({ status }) => status !== 'success').map(({ device_name: name, status }) => [name, status])).toEqual([]);
    expect((await via(2).call(routes.getCollection, { params: { job_id: job.job_id } })).devices).toHaveLength(DEVICES);
    const shares = Array.from({ length: REPLICAS }, (_, replica) => logOf('device-collector', replica).split('Task completed').length - 1);
    expect(shares.reduce((sum, share) => sum + share)).toBe(DEVICES);
    const even = DEVICES / REPLICAS;
    expect({ shares, apart: Math.max(...shares.map((share) => Math.abs(share - even))) <= 0.2 * even }).toEqual({ shares, apart: true });
  }, 90_000);

  it('are shown with their load by every gateway', async () => {
    await eventually(
      async () => {
        for (const api of apis) {
          const { replicas } = await api.call(routes.system, {});
          expect(SERVICES.map((service) => replicas.filter((replica) => replica.service === service && replica.ready).length)).toEqual(SERVICES.map(() => REPLICAS));
          expect(replicas.every(({ load, queues }) => load.memory_bytes > 1e7 && queues !== undefined)).toBe(true);
        }
      },
      { timeoutMs: 20_000 },
    );
  }, 30_000);

  it('stand on the System page of any gateway, with what could not be handled and the way back for it', async () => {
    const broker = await connect(system.stack.brokerAdminUrl ?? '');
    const channel = await broker.createConfirmChannel();
    const id = systemIds.next();
    const fact = { specversion: '1.0', id, source: 'capstan/device-collector', type: auditRecorded.type, time: new Date().toISOString(), datacontenttype: 'application/json', data: { at: 'never' } };
    channel.publish(EXCHANGES.events, auditRecorded.type, Buffer.from(JSON.stringify(fact)), { persistent: true, contentType: 'application/cloudevents+json', messageId: id });
    await channel.waitForConfirms();
    await broker.close();
    const browser = await launchBrowser();
    try {
      const page = await (await newContext(browser, 'desktop')).newPage();
      const signIn = new SignInPage(page, system.stack.addresses[2] ?? '');
      await signIn.open('/system');
      await signIn.signIn('admin', system.adminPassword);
      const row = page.getByRole('table', { name: 'Parked messages' }).getByRole('row', { name: new RegExp(auditRecorded.type) });
      await row.waitFor();
      await eventually(async () => expect(await page.getByRole('table', { name: 'Processes' }).getByRole('row').count()).toBe(1 + REPLICAS * SERVICES.length), { timeoutMs: 15_000 });
      await page.getByRole('table', { name: 'Queues' }).getByRole('row', { name: /gateway\.parking\s*1/ }).waitFor();
      expect(await accessibilityFindings(page)).toEqual([]);
      await row.scrollIntoViewIfNeeded();
      await shoot(page, 'system-replicas');
      await page.setViewportSize(SIZES.phone);
      await eventually(async () => expect(await horizontalOverflow(page)).toBe(0), { timeoutMs: 2_000 });
      await row.scrollIntoViewIfNeeded();
      await shoot(page, 'system-replicas-phone');
      await page.setViewportSize(SIZES.desktop);
      await page.emulateMedia({ colorScheme: 'dark' });
      await page.locator('html[data-mantine-color-scheme="dark"]').waitFor();
      await shoot(page, 'system-replicas-dark');
      await row.getByRole('button', { name: /Send back/ }).click();
      await page.getByText('1 sent back to work').waitFor();
      // Nothing was mended, so it comes back; now it goes for good.
      await eventually(async () => expect((await via(0).call(routes.listParked, { params: { service: 'gateway' } })).messages.map(({ redriven }) => redriven)).toEqual([1]));
      await page.reload();
      await row.getByRole('button', { name: /Delete/ }).click();
      await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
      await page.getByText('Nothing is parked').waitFor();
    } finally {
      await browser.close();
    }
  }, 60_000);

  it('come back from a backup in an empty place, with everything they have collected', async () => {
    const { jobs } = await via(0).call(routes.listCollections, {});
    const folder = mkdtempSync(path.join(tmpdir(), 'capstan-restore-'));
    const environment = (dataDir: string) => readLauncherSettings({ CAPSTAN_DATA_DIR: dataDir, CAPSTAN_PORT: '0' });
    const file = path.join(folder, 'backup.tar.gz');
    const place = path.join(folder, 'restored');
    await expect(backUp(environment(system.dataDir), file)).rejects.toMatchObject({ code: 'ALREADY_RUNNING' });
    await system.stack.stop();
    await backUp(environment(system.dataDir), file);
    const { objects } = await restore(environment(place), file, () => undefined);
    expect(objects).toEqual({ compared: { artifacts: DEVICES, snapshots: 0, 'chunks of recordings': 0, 'texts of devices': expect.any(Number) }, differences: [] });
    await expect(restore(environment(place), file, () => undefined)).rejects.toMatchObject({ code: 'DATA_DIR_IN_USE' });

    const again = await LocalStack.start({ settings: environment(place), log: () => undefined });
    try {
      const api = new ApiClient(again.address);
      await api.signIn('admin', system.adminPassword);
      expect((await api.call(routes.listCollections, {})).jobs.map(({ job_id, status }) => [job_id, status])).toEqual(jobs.map(({ job_id, status }) => [job_id, status]));
    } finally {
      await again.stop();
    }

    // An object that is not what it was is found, and then nothing is restored.
    const [name] = readdirSync(path.join(system.dataDir, 'objects', 'objects', 'sessions'), { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile()).map((entry) => path.join(entry.parentPath, entry.name));
    writeFileSync(name ?? '', 'something else');
    const damaged = path.join(folder, 'damaged.tar.gz');
    await backUp(environment(system.dataDir), damaged);
    await expect(restore(environment(path.join(folder, 'never')), damaged, () => undefined)).rejects.toMatchObject({ code: 'RESTORE_DIFFERS' });
    expect(readdirSync(folder).sort()).toEqual(['backup.tar.gz', 'damaged.tar.gz', 'restored']);
    rmSync(folder, { recursive: true, force: true });
  }, 120_000);
});
