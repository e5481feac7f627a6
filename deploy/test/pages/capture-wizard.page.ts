import type { Locator } from 'playwright-core';
import { AppPage } from './app.page';

/** A device to add. */
export interface DeviceInput {
  readonly host: string;
  readonly port?: number;
  readonly interface?: string;
}

/** The wizard that starts a capture. */
export class CaptureWizardPage extends AppPage {
  /** Opens the first step. */
  async openWizard(): Promise<void> {
    await this.open('/sessions/new');
  }

  /** Adds one device by the form. */
  async addDevice(device: DeviceInput): Promise<void> {
    const form = this.page.getByRole('group', { name: 'Add device' });
    await form.getByLabel('Host').fill(device.host);
    if (device.port !== undefined) {
      await form.getByLabel('Port').fill(String(device.port));
    }
    if (device.interface !== undefined) {
      await form.getByLabel('Interface').fill(device.interface);
    }
    await form.getByRole('button', { name: 'Add device' }).click();
    await this.devices.filter({ hasText: device.host }).first().waitFor();
  }

  /** Adds many devices from text. */
  async pasteDevices(lines: readonly string[]): Promise<void> {
    await this.page.getByRole('button', { name: 'Paste many' }).click();
    await this.page.getByRole('dialog').getByLabel('Hosts').fill(lines.join('\n'));
    await this.page.getByRole('dialog').getByRole('button', { name: /^Add \d+ device/ }).click();
  }

  /** The rows of the draft. */
  get devices(): Locator {
    return this.page.getByRole('list', { name: 'Devices' }).getByRole('listitem');
  }

  /** Opens the dialog of a device of the draft. */
  async editDevice(host: string): Promise<Locator> {
    await this.page.getByRole('button', { name: `Edit ${host}`, exact: true }).click();
    const dialog = this.page.getByRole('dialog', { name: `Edit ${host}` });
    await dialog.getByLabel('Host', { exact: true }).waitFor();
    return dialog;
  }

  /** Gives a device of the draft a stored credential of its own. */
  async chooseOwnCredential(host: string, name: string): Promise<void> {
    const dialog = await this.editDevice(host);
    await dialog.getByRole('radiogroup', { name: 'How to log in' }).getByText('Stored').click();
    await dialog.getByLabel('Stored credential', { exact: true }).click();
    await this.page.getByRole('option', { name: new RegExp(`^${name} `) }).click();
    await dialog.getByRole('button', { name: 'Save' }).click();
    await dialog.waitFor({ state: 'detached' });
  }

  /** Stores a credential from within a dialog; it is chosen there afterwards. */
  async storeCredential(field: string, credential: { name: string; kind: string; username: string; password: string }): Promise<void> {
    await this.page.getByRole('button', { name: `New credential as ${field}` }).click();
    const form = this.page.getByRole('form', { name: 'Add credential' });
    await form.getByLabel('Name', { exact: true }).fill(credential.name);
    await form.getByText(credential.kind, { exact: true }).click();
    await form.getByLabel('User name').fill(credential.username);
    await form.getByRole('textbox', { name: 'Password', exact: true }).fill(credential.password);
    await form.getByRole('button', { name: 'Store' }).click();
    await form.waitFor({ state: 'detached' });
  }

  /** Keeps the draft as a template. */
  async keepTemplate(name: string): Promise<void> {
    await this.page.getByRole('button', { name: 'Templates', exact: true }).click();
    await this.page.getByLabel('Keep this draft as').fill(name);
    await this.page.getByRole('button', { name: 'Keep', exact: true }).click();
    await this.page.getByRole('dialog').waitFor({ state: 'detached' });
  }

  /** Takes the draft of a template. */
  async loadTemplate(name: string): Promise<void> {
    await this.page.getByRole('button', { name: 'Templates', exact: true }).click();
    await this.page.getByRole('list', { name: 'Stored templates' }).getByRole('button', { name: new RegExp(`^${name}`) }).click();
    await this.page.getByRole('dialog').waitFor({ state: 'detached' });
  }

  /** Takes one of the often used filters. */
  async presetFilter(name: string): Promise<void> {
    await this.page.getByRole('group', { name: 'Often used filters' }).getByRole('button', { name, exact: true }).click();
  }

  /** Values of the conditions of the filter, in their order. */
  get conditions(): Locator {
    return this.page.getByRole('region', { name: 'Filter' }).getByLabel(/^Value of/);
  }

  /** Has devices capture more where they cannot filter it all. */
  async captureMore(): Promise<void> {
    await this.page.getByRole('switch', { name: /^Capture more where a device/ }).click();
  }

  /** What a device answers to the draft: command, and what it leaves to filter afterwards. */
  answerOf(host: string): Locator {
    return this.page.getByRole('list', { name: 'Commands' }).getByRole('listitem').filter({ hasText: host });
  }

  /** Types credentials for all devices. */
  async typeCredentials(username: string, password: string): Promise<void> {
    await this.page.getByRole('radiogroup', { name: 'How to log in' }).getByText('Type in').click();
    await this.page.getByLabel('User name').fill(username);
    await this.page.getByLabel('Password', { exact: true }).fill(password);
  }

  /** Chooses stored credentials for all devices by the beginning of their menu entry. */
  async chooseCredential(name: string): Promise<void> {
    await this.page.getByLabel('Stored credential').first().click();
    await this.page.getByRole('option', { name: new RegExp(`^${name}`) }).click();
  }

  /** Goes to the options. */
  async toOptions(): Promise<void> {
    await this.page.getByRole('button', { name: 'Options', exact: true }).last().click();
  }

  /** Goes to the review. */
  async toReview(): Promise<void> {
    await this.page.getByRole('button', { name: 'Review', exact: true }).last().click();
  }

  /** Fills the options in. */
  async fillOptions(options: { name?: string; durationSec?: number; protocol?: string; port?: number; host?: string }): Promise<void> {
    if (options.name !== undefined) {
      await this.page.getByLabel('Name', { exact: true }).fill(options.name);
    }
    if (options.durationSec !== undefined) {
      await this.page.getByLabel('Duration', { exact: true }).fill(String(options.durationSec));
    }
    if (options.protocol !== undefined) {
      await this.page.getByLabel('Protocol').first().click();
      await this.page.getByRole('option', { name: options.protocol, exact: true }).click();
    }
    if (options.port !== undefined) {
      await this.page.getByLabel('Port', { exact: true }).fill(String(options.port));
    }
    if (options.host !== undefined) {
      await this.page.getByLabel('Host, either way').fill(options.host);
    }
  }

  /** The exact command of a device. */
  command(host: string): Locator {
    return this.page.getByRole('list', { name: 'Commands' }).getByRole('listitem').filter({ hasText: host }).getByRole('code');
  }

  /** Starts the capture and gives the id of its session, when the live page is there. */
  async start(): Promise<string> {
    await this.page.getByRole('button', { name: 'Start capture' }).click();
    await this.page.waitForURL(/\/sessions\/[0-9a-f-]{36}$/);
    return this.page.url().slice(-36);
  }
}
