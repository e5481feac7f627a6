import { routes } from '@capstan/contracts';
import { eventually } from '@capstan/testing';
import type { Browser, Page } from 'playwright-core';
import { accessibilityFindings, darkFindings, horizontalOverflow, launchBrowser, newContext, SIZES } from './pages/checks';
import { shoot } from './pages/screens';
import { SignInPage } from './pages/sign-in.page';
import { System } from './system';

/** Two cameras at one gate, one a little further, one in another town; the last one nobody has placed. */
const WHERE = [
  [52.52, 13.405],
  [52.52, 13.405],
  [52.5, 13.36],
  [53.55, 9.99],
];

describe('the camera pages', () => {
  let system: System;
  let browser: Browser;
  let page: Page;
  /** Answers to requests for stills, as they came. */
  const stills: { camera: string; status: number }[] = [];

  beforeAll(async () => {
    process.env['CAPSTAN_CAMERA_HEALTH_SEC'] = '3';
    system = await System.start(['--hosts', '0', '--cameras', '5']);
    browser = await launchBrowser();
    page = await (await newContext(browser, 'desktop')).newPage();
    page.on('response', (response) => {
      const camera = /\/cameras\/([^/]+)\/still/.exec(response.url())?.[1];
      if (camera !== undefined) {
        stills.push({ camera, status: response.status() });
      }
    });
    const signIn = new SignInPage(page, system.api.address);
    await signIn.open();
    await signIn.signIn('admin', system.adminPassword);
    await page.getByRole('heading', { level: 1, name: 'Home' }).waitFor();
  }, 120_000);

  afterAll(async () => {
    await browser.close();
    await system.stop();
  }, 60_000);

  /** The page in the light, in the dark and on a phone, which all have to be right. */
  async function shootAll(name: string): Promise<void> {
    const found = [{ findings: await accessibilityFindings(page), overflow: await horizontalOverflow(page) }];
    await shoot(page, name);
    found.push({ findings: await darkFindings(page, () => shoot(page, `${name}-dark`)), overflow: 0 });
    await page.setViewportSize(SIZES.phone);
    // Charts follow the width a moment later.
    await eventually(async () => expect(await horizontalOverflow(page)).toBe(0), { timeoutMs: 1_000 }).catch(() => undefined);
    found.push({ findings: [], overflow: await horizontalOverflow(page) });
    await shoot(page, `${name}-phone`);
    await page.setViewportSize(SIZES.desktop);
    expect({ name, found }).toEqual({ name, found: found.map(() => ({ findings: [], overflow: 0 })) });
  }

  const open = (at: string) => page.goto(`${system.api.address}${at}`);
  const pictures = () => page.evaluate(`[...document.querySelectorAll('ul[aria-label="Cameras"] img')].filter((image) => image.naturalWidth > 0).length`);

  it('checks a list row by row before it imports it', async () => {
    await open('/cameras');
    await page.getByText('No cameras yet').waitFor();
    await page.getByRole('link', { name: 'Import a list' }).click();
    const rows = system.lab.inventory.cameras.map((camera, index) => [camera.name, camera.rtsp_url, camera.auth === 'none' ? '' : camera.username, camera.auth === 'none' ? '' : `"${camera.password}"`, camera.codec, camera.resolution, camera.fps, 'Yard', ...(WHERE[index] ?? ['', ''])].join(','));
    const document = ['name,rtsp_url,username,password,codec,resolution,fps,location,latitude,longitude', ...rows, 'Web page,http://127.0.0.1/x,,,h264,,25,,,', 'Too fast,rtsp://127.0.0.1:1/y,,,h264,,900,,,'].join('\n');
    await page.getByLabel('Document').fill(document);
    await page.getByRole('button', { name: 'Check every row' }).click();
    await page.getByText('Will be added: 5').waitFor();
    await page.getByText('Cannot be added: 2').waitFor();
    await page.getByRole('row', { name: /Web page/ }).getByText('URL_SCHEME').waitFor();
    expect((await system.api.call(routes.listCameras, { query: {} })).total).toBe(0);
    await shootAll('camera-import');
    await page.getByRole('button', { name: 'Import 5 cameras' }).click();
    await page.getByText('Added: 5').waitFor();
    await page.getByRole('link', { name: 'Look at the cameras' }).click();
  }, 60_000);

  it('shows what every camera sees, asks again with the tag it has, and narrows by filters that combine', async () => {
    await eventually(async () => expect(await pictures()).toBe(5), { timeoutMs: 20_000 });
    await eventually(async () => expect(await page.getByRole('article').getByText('Live', { exact: true }).count()).toBe(5), { timeoutMs: 20_000 });
    await page.getByRole('combobox', { name: 'A new picture every' }).click();
    await page.getByRole('option', { name: 'Every 1 s' }).click();
    // The lab's mjpeg camera sends five pictures a second and the others ten; whoever shows none of them anew is told so.
    await system.lab.control({ do: 'camera-fault', host: 'lab-camera-5', fault: 'black' });
    await eventually(() => expect(stills.filter(({ status }) => status === 304).length).toBeGreaterThan(0), { timeoutMs: 20_000 });
    await page.getByRole('article', { name: 'lab-camera-5' }).getByText('Black picture').waitFor({ timeout: 20_000 });
    await shootAll('cameras');

    await page.getByRole('button', { name: 'Open events' }).click();
    await eventually(async () => expect(await page.getByRole('article').count()).toBe(1));
    await page.getByRole('searchbox', { name: 'Search cameras' }).fill('camera-1');
    await page.getByText('No camera matches').waitFor();
    expect(new URL(page.url()).search).toBe('?q=camera-1&events=open&every=1');
    await page.getByRole('button', { name: 'Clear filters' }).click();
  }, 60_000);

  it('takes pictures of chosen cameras as one session, and shows what each answered', async () => {
    await page.getByRole('checkbox', { name: 'Select lab-camera-1' }).check();
    await page.getByRole('checkbox', { name: 'Select lab-camera-2' }).check();
    await page.getByRole('checkbox', { name: 'Select lab-camera-4' }).check();
    await page.getByRole('region', { name: 'Selected cameras' }).getByRole('button', { name: 'Take snapshots' }).click();
    await shoot(page, 'camera-batch');
    await page.getByRole('button', { name: 'Take 3 pictures' }).click();
    const answers = page.getByRole('list', { name: 'Pictures' });
    await eventually(async () => expect(await answers.getByRole('article').getByText('Completed').count()).toBe(3), { timeoutMs: 30_000 });
    await eventually(async () => expect(await page.evaluate(`[...document.querySelectorAll('ul[aria-label="Pictures"] img')].filter((image) => image.naturalWidth > 0).length`)).toBe(3), { timeoutMs: 10_000 });
    await shootAll('camera-session');
  }, 60_000);

  it('shows one camera live, tests its connection, keeps snapshots, compares them and makes a contact sheet', async () => {
    const { cameras } = await system.api.call(routes.listCameras, { query: { q: 'lab-camera-1' } });
    await open(`/cameras/${cameras[0]?.id}`);
    await page.getByText(/Frame of .* old/).waitFor({ timeout: 15_000 });
    await page.getByRole('button', { name: 'Test connection' }).click();
    await page.getByRole('button', { name: 'Connect now' }).click();
    await page.getByText('The camera works').waitFor({ timeout: 20_000 });
    expect(await page.getByRole('list', { name: 'Steps' }).getByRole('listitem').allInnerTexts()).toHaveLength(6);
    await shoot(page, 'camera-test');
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Take snapshot' }).click();
    await page.getByText(/Snapshot kept: 1280×720/).first().waitFor({ timeout: 15_000 });
    await page.getByRole('button', { name: 'How to take it' }).click();
    await page.getByRole('combobox', { name: 'Format' }).click();
    await page.getByRole('option', { name: 'WebP' }).click();
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Take snapshot' }).click();
    await eventually(async () => expect((await system.api.call(routes.listSnapshots, { query: {} })).total).toBe(2), { timeoutMs: 15_000 });
    await shootAll('camera');

    await page.getByRole('tab', { name: 'Snapshots' }).click();
    const gallery = page.getByRole('list', { name: 'Snapshots' });
    await eventually(async () => expect(await gallery.getByRole('listitem').count()).toBe(2), { timeoutMs: 10_000 });
    await gallery.getByText(/webp/).waitFor();
    for (const box of await gallery.getByRole('checkbox').all()) {
      await box.check();
    }
    await page.getByRole('button', { name: 'Compare' }).click();
    await page.getByText(/they look the same|bits of their look differ/).waitFor();
    await shoot(page, 'camera-compare');
    await page.keyboard.press('Escape');
    await gallery.getByRole('button').first().click();
    const saved = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Download' }).click();
    expect((await saved).suggestedFilename()).toMatch(/^lab-camera-1_.*\.webp$/);
    await shoot(page, 'camera-snapshot');
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Make a contact sheet' }).click();
    await page.getByRole('img', { name: 'Contact sheet of lab-camera-1' }).waitFor({ timeout: 15_000 });
    await shootAll('camera-snapshots');
  }, 90_000);

  it('shows where the cameras are, and goes nearer to those that stand together', async () => {
    await open('/cameras');
    await page.getByRole('button', { name: 'More' }).click();
    await page.getByRole('menuitem', { name: 'Map' }).click();
    const map = page.getByRole('group', { name: 'Map of the cameras' });
    await page.getByText('1 of 5 cameras have no location yet.').waitFor();
    await map.getByRole('button', { name: /^3 here, / }).click();
    await map.getByRole('button', { name: /^2 here, / }).click();
    const chosen = page.getByRole('link', { name: system.lab.inventory.cameras[0]?.name ?? '', exact: true });
    await chosen.waitFor();
    await map.getByRole('button', { name: 'Show all' }).click();
    await shootAll('camera-map');
    await chosen.click();
    await page.getByRole('tab', { name: 'Live' }).waitFor();
  }, 60_000);

  it('draws how a camera was, and tells kindly when somebody else changed it meanwhile', async () => {
    const { cameras } = await system.api.call(routes.listCameras, { query: { q: 'lab-camera-5' } });
    const camera = cameras[0];
    await open(`/cameras/${camera?.id}?tab=health`);
    await page.getByRole('img', { name: /^Frame rate: \d+ readings/ }).waitFor({ timeout: 10_000 });
    await page.getByRole('row', { name: /Black picture/ }).getByText('Open').waitFor();
    await shootAll('camera-health');

    await page.getByRole('tab', { name: 'Settings' }).click();
    await page.getByLabel('Description').fill('Above the gate');
    await system.api.call(routes.updateCamera, { params: { id: camera?.id ?? '' }, body: { location: 'Gate' } });
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await page.getByText('Changed meanwhile: location.').waitFor();
    await shootAll('camera-settings');
    await page.getByRole('button', { name: 'Save mine on top' }).click();
    await page.getByText('Saved. The camera is looked at again now.').waitFor();
    expect((await system.api.call(routes.getCamera, { params: { id: camera?.id ?? '' } })).camera).toMatchObject({ description: 'Above the gate', location: 'Gate' });
    await open('/');
    await page.getByRole('region', { name: 'Cameras' }).getByText('Black picture').waitFor();
    await shoot(page, 'home-cameras');
  }, 60_000);

  it('adds a camera and a group by hand, and hides from a viewer what a viewer may not do', async () => {
    await open('/cameras/groups');
    await page.getByRole('button', { name: 'Add group' }).first().click();
    await page.getByLabel('Name').fill('Gate');
    await page.getByRole('button', { name: 'Add', exact: true }).click();
    await page.getByRole('link', { name: 'Gate' }).waitFor();
    await shootAll('camera-groups');
    await open('/cameras/new');
    await page.getByRole('textbox', { name: 'Name', exact: true }).fill('Far away');
    await page.getByRole('textbox', { name: 'Stream', exact: true }).fill('http://127.0.0.1/nothing');
    await page.getByText('must start with rtsp:// or rtsps://').waitFor();
    await shootAll('camera-new');
    await page.getByRole('textbox', { name: 'Stream', exact: true }).fill('rtsp://127.0.0.1:9/nothing');
    await page.getByRole('button', { name: 'Add camera' }).click();
    await page.getByRole('heading', { level: 1, name: 'Far away' }).waitFor();
    await page.getByText('Nothing answers at this address.').first().waitFor({ timeout: 20_000 });

    await system.api.call(routes.createUser, { body: { username: 'looker', password: 'a long enough password', role: 'viewer' } });
    const viewer = await (await newContext(browser, 'desktop')).newPage();
    const signIn = new SignInPage(viewer, system.api.address);
    await signIn.open('/cameras');
    await signIn.signIn('looker', 'a long enough password');
    await signIn.choosePassword('a long enough password', 'another long password');
    await viewer.getByRole('article', { name: 'lab-camera-1' }).waitFor();
    expect(await viewer.getByRole('checkbox').count() + (await viewer.getByRole('link', { name: 'Add camera' }).count())).toBe(0);
    await viewer.getByRole('link', { name: 'lab-camera-1' }).click();
    await viewer.getByRole('tab', { name: 'Health' }).waitFor();
    expect(await viewer.getByRole('tab', { name: 'Settings' }).count()).toBe(0);
  }, 60_000);
});
