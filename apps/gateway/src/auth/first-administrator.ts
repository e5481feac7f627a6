import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type Clock, type IdSource } from '@capstan/kernel';
import { CLOCK, IDS } from '@capstan/service-kit';
import { Inject, Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import { GATEWAY_CONFIG, type GatewayConfig } from '../config';
import { usernameKey, UsersRepository } from '../users/users.repository';
import { makeOneTimePassword, Passwords } from './passwords';

/** Name of the first administrator. */
export const FIRST_ADMINISTRATOR = 'admin';
/** File in the data folder that holds the one-time password until it has been changed. */
export const FIRST_PASSWORD_FILE = 'first-password';

/** Key of the advisory lock under which replicas that start together make one administrator. */
const LOCK = 'capstan:gateway:first-administrator';

/** Makes the first administrator of an empty installation. */
@Injectable()
export class FirstAdministrator implements OnApplicationBootstrap {
  private readonly logger = new Logger(FirstAdministrator.name);
  private readonly file: string;

  constructor(
    @Inject(GATEWAY_CONFIG) private readonly config: GatewayConfig,
    private readonly users: UsersRepository,
    private readonly passwords: Passwords,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(IDS) private readonly ids: IdSource,
  ) {
    this.file = join(config.CAPSTAN_DATA_DIR, FIRST_PASSWORD_FILE);
  }

  async onApplicationBootstrap(): Promise<void> {
    await this.users.transaction(async (manager) => {
      await manager.query('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [LOCK]);
      if (!(await this.users.isEmpty(manager))) {
        return;
      }
      const given = this.config.CAPSTAN_ADMIN_PASSWORD;
      const password = given ?? makeOneTimePassword();
      await this.users.insert(
        {
          userId: this.ids.next(),
          username: FIRST_ADMINISTRATOR,
          usernameKey: usernameKey(FIRST_ADMINISTRATOR),
          displayName: 'Administrator',
          role: 'admin',
          passwordHash: await this.passwords.hash(password),
          mustChangePassword: given === undefined,
          disabled: false,
          tokenVersion: 1,
          createdAt: new Date(this.clock.now()),
          lastSignInAt: null,
        },
        manager,
      );
      if (given === undefined) {
        // Before the commit: a user whose password nobody can read would lock everybody out for ever.
        await this.write(password);
      }
      this.logger.log(`Made the first administrator "${FIRST_ADMINISTRATOR}"`);
    });
  }

  /** The file has done its work once the password in it is no longer one. */
  async passwordWasChanged(username: string): Promise<void> {
    if (usernameKey(username) === FIRST_ADMINISTRATOR) {
      await rm(this.file, { force: true });
    }
  }

  private async write(password: string): Promise<void> {
    const draft = `${this.file}.new`;
    await mkdir(dirname(this.file), { recursive: true, mode: 0o700 });
    await rm(draft, { force: true });
    await writeFile(draft, `${password}\n`, { mode: 0o600, flag: 'wx' });
    await rename(draft, this.file);
  }
}
