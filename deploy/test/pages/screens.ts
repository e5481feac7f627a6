import path from 'node:path';
import type { Page } from 'playwright-core';

/**
 * Keeps a picture of the page as `<name>.png` in the folder that CAPSTAN_SCREENS names, so that the pictures of the documents
 * are made by the tests and show what the tests saw; does nothing without it.
 */
export async function shoot(page: Page, name: string): Promise<void> {
  const folder = process.env['CAPSTAN_SCREENS'];
  if (folder !== undefined) {
    await page.waitForLoadState('networkidle');
    await page.screenshot({ path: path.join(folder, `${name}.png`) });
  }
}

/** As {@link shoot}, in light, in dark, and on a phone; the page is left as it was. */
export async function shootEverywhere(page: Page, name: string): Promise<void> {
  if (process.env['CAPSTAN_SCREENS'] === undefined) {
    return;
  }
  const size = page.viewportSize();
  for (const scheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme: scheme });
    await shoot(page, scheme === 'light' ? name : `${name}-dark`);
  }
  await page.setViewportSize({ width: 375, height: 812 });
  await shoot(page, `${name}-phone`);
  await page.emulateMedia({ colorScheme: null });
  if (size !== null) {
    await page.setViewportSize(size);
  }
}
