import { routes } from '@capstan/contracts';
import { eventually } from '@capstan/testing';
import type { Browser, Page } from 'playwright-core';
import { accessibilityFindings, launchBrowser, newContext } from './pages/checks';
import { shoot, shootEverywhere } from './pages/screens';
import { SignInPage } from './pages/sign-in.page';
import { System } from './system';

interface LabReceiver {
  readonly name: string;
  readonly host: string;
  readonly port: number;
  readonly latitude: number;
  readonly longitude: number;
  readonly drift_ppm: number;
}

describe('the recording pages', () => {
  let system: System;
  let browser: Browser;
  let page: Page;

  beforeAll(async () => {
    system = await System.start(['--hosts', '0', '--kiwi', '3', '--receiver-faults', 'kiwi-3=drop:90-99']);
    for (const { name, host, port, latitude, longitude } of (system.lab.inventory as unknown as { receivers: LabReceiver[] }).receivers) {
      await system.api.call(routes.createReceiver, { body: { name, protocol: 'kiwisdr', host, port, latitude, longitude } });
    }
    browser = await launchBrowser();
    page = await (await newContext(browser, 'desktop')).newPage();
    const signIn = new SignInPage(page, system.api.address);
    await signIn.open();
    await signIn.signIn('admin', system.adminPassword);
    await page.getByRole('heading', { level: 1, name: 'Home' }).waitFor();
  }, 120_000);

  afterAll(async () => {
    await browser.close();
    await system.stop();
  }, 60_000);

  it('shows receivers on a map with their health', async () => {
    await page.goto(`${system.api.address}/receivers`);
    await page.getByRole('group', { name: 'Map of the receivers' }).waitFor();
    await eventually(async () => expect(await page.getByRole('cell', { name: 'online' }).count()).toBe(3), { timeoutMs: 20_000 });
    expect(await accessibilityFindings(page)).toEqual([]);
    await shootEverywhere(page, 'receivers');
  }, 60_000);

  it('records in three steps, pauses and resumes, and draws the tone where it is', async () => {
    await page.goto(`${system.api.address}/recordings/new`);
    await shootEverywhere(page, 'recording-new');
    await page.getByLabel('Session name').fill('From the browser');
    await page.getByLabel('Frequency (MHz)').fill('7');
    await page.getByRole('slider').focus();
    for (let step = 15; step > 8; step -= 1) {
      await page.keyboard.press('ArrowLeft');
    }
    await page.getByText('Duration: 8 s').waitFor();
    await page.getByRole('button', { name: 'Start recording session' }).click();
    await page.getByRole('button', { name: 'Assign source' }).click();
    await page.getByRole('button', { name: 'Start acquisition' }).click();

    await page.getByRole('status').getByText(/Chunk [1-9]\/8/).waitFor({ timeout: 30_000 });
    await page.locator('canvas[data-lines="1"]').waitFor({ timeout: 10_000 });
    // The lab's beacon is 1000.5 Hz above the tuned frequency: bin 256 + 1000.5/12000·512.
    const brightest = await eventually(async () => {
      const found = await page.locator('canvas').evaluate((canvas: unknown) => {
        const context = (canvas as { getContext(kind: '2d'): { getImageData(x: number, y: number, w: number, h: number): { data: Uint8ClampedArray } } }).getContext('2d');
        const { data } = context.getImageData(0, 2, 512, 1);
        return Array.from({ length: 512 }, (_, x) => (data[4 * x] ?? 0) + (data[4 * x + 1] ?? 0) + (data[4 * x + 2] ?? 0));
      });
      expect(Math.max(...found)).toBeGreaterThan(300);
      return found.indexOf(Math.max(...found));
    }, { timeoutMs: 10_000 });
    expect(Math.abs(brightest - (256 + (1_000.5 / 12_000) * 512))).toBeLessThanOrEqual(1);

    await page.getByRole('button', { name: 'Pause' }).click();
    await page.getByRole('button', { name: 'Resume' }).click({ timeout: 10_000 });
    await shoot(page, 'recording-live');
    await page.getByRole('link', { name: 'Look at the recording' }).click({ timeout: 40_000 });
    await page.getByRole('img', { name: 'Quality of every chunk' }).waitFor();
    await page.getByTitle(/Chunk 7: SNR/).first().waitFor({ timeout: 10_000 });
    // The stored spectrogram: a picture of 512 by eight lines a chunk, with the tone at its column.
    const picture = page.getByRole('img', { name: /^Spectrogram of/ });
    await picture.waitFor({ timeout: 10_000 });
    const size = await eventually(async () => {
      const found = await picture.evaluate((image: unknown) => [(image as { naturalWidth: number }).naturalWidth, (image as { naturalHeight: number }).naturalHeight]);
      expect(found[0]).toBeGreaterThan(0);
      return found;
    }, { timeoutMs: 10_000 });
    expect(size).toEqual([512, 64]);
    await shootEverywhere(page, 'recording');
    expect(await accessibilityFindings(page)).toEqual([]);
  }, 120_000);
});
