import { type Clock } from '@capstan/kernel';
import { CLOCK } from '@capstan/service-kit';
import { type BeforeApplicationShutdown, Inject, Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import { Credentials } from './credentials.repository';

const EVERY_MS = 600_000;

/** Forgets secrets nobody needs, and brings the others under the current master key. Every instance does it; repeating is harmless. */
@Injectable()
export class CredentialHousekeeping implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger(CredentialHousekeeping.name);
  private readonly stopping = new AbortController();
  private loop: Promise<void> = Promise.resolve();

  constructor(
    private readonly credentials: Credentials,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  onApplicationBootstrap(): void {
    this.loop = this.run(this.stopping.signal);
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.stopping.abort();
    await this.loop;
  }

  private async tidy(): Promise<void> {
    await this.credentials.purgeUnconfirmed();
    const rewrapped = await this.credentials.rewrap();
    if (rewrapped > 0) {
      this.logger.log(`${rewrapped} credentials were brought under the current master key`);
    }
  }

  private async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await this.tidy().catch((error: unknown) => this.logger.warn('Housekeeping failed; it will be tried again', error));
      await this.clock.sleep(EVERY_MS, signal).catch(() => undefined);
    }
  }
}
