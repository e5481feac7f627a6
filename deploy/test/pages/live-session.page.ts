import type { Download, Locator } from 'playwright-core';
import { AppPage } from './app.page';

/** One session, live or finished. */
export class LiveSessionPage extends AppPage {
  /** The badge beside the heading says one of these words. */
  async waitForState(state: 'Configuring' | 'Capturing' | 'Collecting' | 'Completed' | 'Partial' | 'Failed' | 'Cancelled', timeoutMs = 60_000): Promise<void> {
    await this.page.locator('header').filter({ has: this.heading }).getByText(state, { exact: true }).waitFor({ timeout: timeoutMs });
  }

  /** The card of a target. */
  target(title: string): Locator {
    return this.page.getByRole('article', { name: title, exact: true });
  }

  /** Packets on a card; 0 while none are known. */
  async packetsOf(title: string): Promise<number> {
    const text = await this.target(title).getByRole('definition').first().innerText();
    return Number(text.replaceAll(',', '')) || 0;
  }

  /** Names of the artifacts that are listed. */
  async artifactNames(): Promise<string[]> {
    const buttons = await this.page.getByRole('region', { name: 'Artifacts' }).getByRole('button', { name: /^Download / }).all();
    return Promise.all(buttons.map(async (button) => ((await button.getAttribute('aria-label')) ?? '').replace('Download ', '')));
  }

  /** Ends the captures and keeps them. */
  async stop(): Promise<void> {
    await this.page.getByRole('button', { name: 'Stop', exact: true }).click();
  }

  /** Ends the captures and throws them away. */
  async cancel(): Promise<void> {
    await this.page.getByRole('button', { name: 'Cancel', exact: true }).click();
    await this.confirm('Cancel and discard');
  }

  /** A new session of what failed; its page is open afterwards. */
  async retryFailed(): Promise<void> {
    const before = this.page.url();
    await this.page.getByRole('button', { name: 'Retry failed' }).click();
    await this.page.waitForURL((url) => url.href !== before);
  }

  /** Downloads the bundle. */
  async download(): Promise<Download> {
    const [download] = await Promise.all([this.page.waitForEvent('download'), this.page.getByRole('button', { name: 'Download', exact: true }).click()]);
    return download;
  }

  /** Deletes the session; the history is open afterwards. */
  async delete(): Promise<void> {
    await this.page.getByRole('button', { name: 'Delete', exact: true }).click();
    await this.confirm('Delete for good', 'delete');
    await this.page.getByRole('heading', { level: 1, name: 'Sessions', exact: true }).waitFor();
  }

  /** Opens the transcript of a target and gives its text. */
  async transcriptOf(title: string): Promise<string> {
    await this.target(title).getByRole('button', { name: /^Transcript/ }).click();
    const text = await this.page.getByRole('dialog').getByLabel('Transcript', { exact: true }).innerText();
    await this.page.getByRole('button', { name: 'Close transcript' }).click();
    return text;
  }
}
