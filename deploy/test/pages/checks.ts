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

/** A context of one size and scheme; times are those of Berlin, words British. */
export function newContext(browser: Browser, size: keyof typeof SIZES, colorScheme: 'light' | 'dark' = 'light'): Promise<BrowserContext> {
  return browser.newContext({ viewport: SIZES[size], colorScheme, locale: 'en-GB', timezoneId: 'Europe/Berlin', reducedMotion: 'reduce', isMobile: size === 'phone', hasTouch: size === 'phone' });
}

/** Serious and critical findings of axe-core on the page that is shown. The content security policy allows no script of others, so it is evaluated. */
export async function accessibilityFindings(page: Page): Promise<Finding[]> {
  // A colour half way through a transition is nobody's choice.
  await page.waitForLoadState('networkidle');
  await eventually(async () => expect(await page.evaluate(`document.getAnimations().filter((animation) => animation.playState === 'running').length`)).toBe(0));
  await page.evaluate(readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8'));
  return page.evaluate(async () => {
    const { axe } = globalThis as unknown as { axe: { run(options: object): Promise<{ violations: { impact: string; id: string; nodes: { html: string }[] }[] }> } };
    const { violations } = await axe.run({ resultTypes: ['violations'] });
    return violations.filter(({ impact }) => impact === 'serious' || impact === 'critical').map(({ impact, id, nodes }) => ({ impact, id, html: nodes[0]?.html ?? '' }));
  });
}

/** Pixels by which the page is wider than the window; 0 when nothing is cut off. */
export function horizontalOverflow(page: Page): Promise<number> {
  // As text: this package has no types of a browser's globals.
  return page.evaluate('Math.max(0, document.documentElement.scrollWidth - window.innerWidth)');
}
