import type { Locator } from 'playwright-core';
import { AppPage } from './app.page';

/** Channels, rules, deliveries, notices, and the bell on every page. */
export class NotificationsPage extends AppPage {
  /** Goes to a tab of the notifications. */
  async tab(name: 'Notices' | 'Rules' | 'Channels' | 'Deliveries'): Promise<void> {
    await this.page.getByRole('navigation', { name: 'Notifications' }).getByRole('link', { name, exact: true }).click();
    await this.page.getByRole('heading', { level: 1, name: name === 'Notices' ? 'Notifications' : name, exact: true }).waitFor();
  }

  /** The bell, once it says so many. */
  bell(unread: number): Locator {
    return this.page.getByRole('button', { name: `Notices, ${unread === 0 ? 'none' : unread} unread`, exact: true });
  }

  /** Opens the form of a new channel of a kind. */
  async newChannel(kind: 'E-mail' | 'Webhook' | 'Web app', name: string): Promise<void> {
    await this.tab('Channels');
    await this.page.getByRole('link', { name: 'New channel' }).first().click();
    await this.page.getByRole('heading', { level: 1, name: 'New channel' }).waitFor();
    await this.page.getByText(kind, { exact: true }).click();
    await this.field('Name').fill(name);
  }

  /** A field of the form that is open. */
  field(label: string): Locator {
    return this.page.getByRole('form').getByLabel(label, { exact: true });
  }

  /** Turns a switch; what is drawn of it lies above its input. */
  async toggle(name: string): Promise<void> {
    await this.page.getByRole('switch', { name }).click({ force: true });
  }

  /** Creates what the form says, and waits for its page. */
  async create(what: 'channel' | 'rule'): Promise<void> {
    await this.page.getByRole('button', { name: `Create ${what}` }).click();
  }

  /** Sends a test from the page of a channel. @returns the dialog with the answer */
  async sendTest(): Promise<Locator> {
    await this.page.getByRole('button', { name: 'Send a test' }).click();
    return this.page.getByRole('dialog');
  }

  /** The row of a table by what it says. */
  row(table: string, text: string): Locator {
    return this.page.getByRole('table', { name: table }).getByRole('row').filter({ hasText: text });
  }
}
