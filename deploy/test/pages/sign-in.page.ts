import type { Locator, Page } from 'playwright-core';

/** Sign-in, and the change of a one-time password. */
export class SignInPage {
  constructor(
    private readonly page: Page,
    private readonly baseUrl: string,
  ) {}

  /** Opens any address and waits for the form. */
  async open(path = '/'): Promise<void> {
    await this.page.goto(`${this.baseUrl}${path}`);
    await this.page.getByRole('heading', { name: 'Sign in to Capstan' }).waitFor();
  }

  /** Sends the form. */
  async signIn(username: string, password: string): Promise<void> {
    await this.page.getByLabel('User name').fill(username);
    await this.page.getByLabel('Password', { exact: true }).fill(password);
    await this.page.getByRole('button', { name: 'Sign in' }).click();
  }

  /** What was refused. */
  get alert(): Locator {
    return this.page.getByRole('alert');
  }

  /** Replaces a one-time password. */
  async choosePassword(oneTime: string, next: string): Promise<void> {
    await this.page.getByRole('heading', { name: 'Choose your password' }).waitFor();
    await this.page.getByLabel('One-time password', { exact: true }).fill(oneTime);
    await this.page.getByLabel('New password', { exact: true }).fill(next);
    await this.page.getByLabel('New password again').fill(next);
    await this.page.getByRole('button', { name: 'Set password' }).click();
  }
}
