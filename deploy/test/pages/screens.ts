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
