import type { Download, Locator } from 'playwright-core';
import { AppPage } from './app.page';

/** The voice report of a session. */
export class VoiceReportPage extends AppPage {
  /** Waits until the report is shown. */
  async waitForReport(timeoutMs = 60_000): Promise<void> {
    await this.page.getByRole('heading', { level: 1, name: 'Voice report' }).waitFor();
    await this.page.getByRole('navigation', { name: 'Parts of the report' }).waitFor({ timeout: timeoutMs });
  }

  /** A number of the summary, as it is written. */
  async summary(label: string): Promise<string> {
    return this.page.locator('dl > div').filter({ has: this.page.getByText(label, { exact: true }) }).getByRole('definition').first().innerText();
  }

  /** Shows the calls of a kind, e.g. `One-way audio`. */
  async show(choice: string): Promise<void> {
    await this.page.getByRole('region', { name: 'Calls' }).getByLabel('Show', { exact: true }).click();
    await this.page.getByRole('option', { name: choice, exact: true }).click();
  }

  /** Rows of the calls that are listed; those in view at least. */
  get calls(): Locator {
    return this.page.getByRole('table', { name: 'Calls' }).getByRole('row').filter({ has: this.page.getByRole('link') });
  }

  /** Opens the first call that is listed. */
  async openFirstCall(): Promise<void> {
    await this.calls.first().getByRole('link').click();
    await this.ladder.waitFor();
  }

  /** Opens a call by its number in the report. */
  async openCall(sessionId: string, id: number): Promise<void> {
    await this.open(`/sessions/${sessionId}/voice?call=${id}`);
    await this.ladder.waitFor();
  }

  /** The ladder of the open call. */
  get ladder(): Locator {
    return this.page.getByRole('listbox', { name: 'SIP ladder' });
  }

  /** What is known of the chosen line. */
  get details(): Locator {
    return this.page.getByRole('region', { name: 'Message' });
  }

  /** Streams of the open call towards one side. */
  streams(side: 'called' | 'calling'): Locator {
    return this.page.getByRole('table', { name: `Streams, to the ${side} side` });
  }

  /** Goes to a part of the report. */
  async openPart(name: 'Calls' | 'Streams' | 'Devices and clocks'): Promise<void> {
    await this.page.getByRole('navigation', { name: 'Parts of the report' }).getByRole('link', { name: new RegExp(`^${name}`) }).click();
  }

  /** Saves by a button of the header. */
  async save(button: 'Streams as CSV' | 'Merged capture'): Promise<Download> {
    const [download] = await Promise.all([this.page.waitForEvent('download'), this.page.getByRole('button', { name: button }).click()]);
    return download;
  }
}
