import { readFileSync } from 'node:fs';
import { eventually } from '@capstan/testing';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { chromium } from 'playwright-core';

/** A serious finding of axe-core. */
export interface Finding {
  readonly impact: string;
  readonly id: string;
  readonly html: string;
}

/** Debian's Chromium without anything that talks to the outside. */
export function launchBrowser(executablePath = '/usr/bin/chromium'): Promise<Browser> {
  return chromium.launch({
    executablePath,
    args: ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync', '--font-render-hinting=none'],
  });
}

/** Contexts of the two sizes that are tested. */
export const SIZES = { desktop: { width: 1440, height: 900 }, phone: { width: 375, height: 812 } } as const;

const SETTLED_MS = 15_000;
/** Requests under way, by context. */
const underWay = new WeakMap<BrowserContext, Set<unknown>>();

/** A context of one size and scheme; times are those of Berlin, words British. */
export async function newContext(browser: Browser, size: keyof typeof SIZES, colorScheme: 'light' | 'dark' = 'light'): Promise<BrowserContext> {
  const context = await browser.newContext({ viewport: SIZES[size], colorScheme, locale: 'en-GB', timezoneId: 'Europe/Berlin', reducedMotion: 'reduce', isMobile: size === 'phone', hasTouch: size === 'phone' });
  const requests = new Set<unknown>();
  underWay.set(context, requests);
  context.on('request', (request) => requests.add(request));
  context.on('requestfinished', (request) => requests.delete(request));
  context.on('requestfailed', (request) => requests.delete(request));
  return context;
}

/**
 * Waits until a page shows what it has to show: nothing is being fetched, no part of it says that it is busy, and nothing moves,
 * since a colour half way through a transition is nobody's choice. Playwright's `networkidle` waits half a second more, each time.
 */
export async function settled(page: Page): Promise<void> {
  const calm = async (): Promise<void> => {
    expect([...(underWay.get(page.context()) ?? [])]).toHaveLength(0);
    expect(await page.evaluate(`document.querySelectorAll('[aria-busy="true"]').length + document.getAnimations().filter((animation) => animation.playState === 'running').length`)).toBe(0);
  };
  await eventually(async () => {
    await calm();
    // What was fetched may make the page ask for more.
    await page.evaluate('new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))');
    await calm();
  }, { timeoutMs: SETTLED_MS });
}

/**
 * Serious and critical findings of axe-core on the page that is shown. The content security policy allows no script of others,
 * so it is evaluated.
 * @param rules only these; all of them by default
 */
export async function accessibilityFindings(page: Page, rules?: readonly string[]): Promise<Finding[]> {
  await settled(page);
  if ((await page.evaluate('typeof axe')) === 'undefined') {
    await page.evaluate(readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8'));
  }
  return page.evaluate(async (only) => {
    const { axe } = globalThis as unknown as { axe: { run(options: object): Promise<{ violations: { impact: string; id: string; nodes: { html: string }[] }[] }> } };
    const { violations } = await axe.run({ resultTypes: ['violations'], ...(only === undefined ? {} : { runOnly: only }) });
    return violations.filter(({ impact }) => impact === 'serious' || impact === 'critical').map(({ impact, id, nodes }) => ({ impact, id, html: nodes[0]?.html ?? '' }));
  }, rules);
}

/** What the dark scheme can break: everything but its colours is the same as in the light. The page is light again afterwards. */
export async function darkFindings(page: Page, look: () => Promise<void> = () => Promise.resolve()): Promise<Finding[]> {
  await page.emulateMedia({ colorScheme: 'dark' });
  try {
    await page.locator('html[data-mantine-color-scheme="dark"]').waitFor();
    const findings = await accessibilityFindings(page, ['color-contrast']);
    await look();
    return findings;
  } finally {
    await page.emulateMedia({ colorScheme: 'light' });
    await page.locator('html[data-mantine-color-scheme="light"]').waitFor();
  }
}

/** Pixels by which the page is wider than the window; 0 when nothing is cut off. */
export function horizontalOverflow(page: Page): Promise<number> {
  // As text: this package has no types of a browser's globals.
  return page.evaluate('Math.max(0, document.documentElement.scrollWidth - window.innerWidth)');
}
