import type { Locator, Page } from 'playwright-core';

/** What is around every page: navigation, dialogs, notices. Everything is found by role and label, as people find it. */
export class AppPage {
  constructor(
    readonly page: Page,
    readonly baseUrl: string,
  ) {}

  /** Opens an address of the app and waits for its heading. */
  async open(path: string): Promise<void> {
    await this.page.goto(`${this.baseUrl}${path}`);
    await this.heading.waitFor();
  }

  /** The heading of the page that is shown. */
  get heading(): Locator {
    return this.page.getByRole('heading', { level: 1 });
  }

  /** Goes to a place of the rail by its name. */
  async goTo(place: 'Home' | 'Sessions' | 'Schedules' | 'Calendar' | 'Credentials' | 'Host keys' | 'Users' | 'API tokens' | 'Audit log' | 'Storage' | 'System'): Promise<void> {
    const menu = this.page.getByRole('button', { name: 'Open navigation' });
    if (await menu.isVisible()) {
      await menu.click();
    }
    await this.page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: place, exact: true }).click();
    await this.page.getByRole('heading', { level: 1, name: place, exact: true }).waitFor();
  }

  /** The bar that tells of a lost live connection. */
  get linkBar(): Locator {
    return this.page.getByRole('status').getByText(/Reconnecting/);
  }

  /** Answers the open confirmation; `typed` is what has to be typed first. */
  async confirm(button: string, typed?: string): Promise<void> {
    const dialog = this.page.getByRole('dialog');
    if (typed !== undefined) {
      await dialog.getByLabel(/to confirm/).fill(typed);
    }
    await dialog.getByRole('button', { name: button }).click();
  }

  /** Signs out by the account menu. */
  async signOut(): Promise<void> {
    await this.page.getByRole('button', { name: /^Account of/ }).click();
    await this.page.getByRole('menuitem', { name: 'Sign out' }).click();
    await this.page.getByRole('heading', { name: 'Sign in to Capstan' }).waitFor();
  }
}
