import type { Locator } from 'playwright-core';
import { AppPage } from './app.page';

/** The history. */
export class SessionListPage extends AppPage {
  /** The row of a session by its name. */
  row(name: string): Locator {
    return this.page.getByRole('table', { name: 'Sessions' }).getByRole('row').filter({ has: this.page.getByRole('link', { name, exact: true }) });
  }

  /** Types into the search field; the list follows. */
  async search(text: string): Promise<void> {
    await this.page.getByRole('searchbox', { name: 'Search sessions' }).fill(text);
  }

  /** Chooses a state by its word, e.g. `Failed`. */
  async filterByState(state: string): Promise<void> {
    await this.page.getByRole('combobox', { name: 'State' }).or(this.page.getByRole('textbox', { name: 'State' })).first().click();
    await this.page.getByRole('option', { name: state, exact: true }).click();
  }

  /** Opens a session. */
  async openSession(name: string): Promise<void> {
    await this.page.getByRole('link', { name, exact: true }).first().click();
    await this.page.getByRole('heading', { level: 1, name, exact: true }).waitFor();
  }

  /** Selects sessions by their names and deletes them. */
  async deleteSessions(names: readonly string[]): Promise<void> {
    for (const name of names) {
      await this.page.getByRole('checkbox', { name: `Select ${name}`, exact: true }).check();
    }
    await this.page.getByRole('button', { name: `Delete ${names.length}`, exact: true }).click();
    await this.confirm('Delete for good', `delete ${names.length}`);
  }
}
