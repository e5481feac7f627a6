import type { Actor, CreateCredentialBody, CredentialView } from '@capstan/contracts';
import { AppError, type Clock, isoTime } from '@capstan/kernel';
import { rows, sqlState } from '@capstan/persistence';
import { CLOCK } from '@capstan/service-kit';
import { type SealedRecord, Vault } from '@capstan/vault';
import { Inject, Injectable } from '@nestjs/common';
import { DataSource, type EntityManager, IsNull } from 'typeorm';
import type { HttpsLogin } from '../https/https-login';
import type { SshLogin } from '../ssh/auth-plan';
import { CredentialRow } from './credential.entity';
import { asSecretFields, type SecretFields, toSshLogin } from './secret-fields';

/** How stale `last_used_at` may be: five hundred devices with one credential are not five hundred writes of one row. */
const USED_STEP_MS = 60_000;
const SERVICE = 'device-collector';
const UNIQUE_VIOLATION = '23505';
/** How long a secret typed into a session is kept while no session is known that uses it. */
const UNCONFIRMED_MS = 3_600_000;

/** A credential to keep. */
export interface NewCredential {
  readonly credentialId: string;
  readonly name: string;
  readonly kind: CreateCredentialBody['kind'];
  readonly username: string;
  readonly fields: SecretFields;
  readonly sessionId: string | null;
  readonly createdBy: Actor;
}

/** Logins for devices: secrets go in, and come out only as a login for a device. */
@Injectable()
export class Credentials {
  constructor(
    private readonly dataSource: DataSource,
    private readonly vault: Vault,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /**
   * Keeps a credential. A repeated request is the same credential, whatever it says.
   * @throws AppError `NAME_TAKEN`
   */
  async create(credential: NewCredential): Promise<CredentialView> {
    const { credentialId, fields } = credential;
    const sealed = this.vault.seal(fields, { service: SERVICE, recordId: credentialId });
    try {
      await rows(
        this.dataSource,
        `INSERT INTO credentials (credential_id, name, kind, username, session_id, sealed, has_password, has_private_key, has_passphrase, has_enable_secret, created_at, created_by)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) ON CONFLICT (credential_id) DO NOTHING`,
        [
          credentialId,
          credential.name,
          credential.kind,
          credential.username,
          credential.sessionId,
          JSON.stringify(sealed),
          fields.password !== undefined,
          fields.private_key !== undefined,
          fields.passphrase !== undefined,
          fields.enable_secret !== undefined,
          new Date(this.clock.now()),
          credential.createdBy.name,
        ],
      );
    } catch (error) {
      if (sqlState(error) === UNIQUE_VIOLATION) {
        throw new AppError('NAME_TAKEN', 'There is a credential of this name already', { details: { path: 'name' } });
      }
      throw error;
    }
    return toView(await this.get(credentialId));
  }

  /** Named credentials by name; those typed into sessions are not among them. */
  async list(page: number, perPage: number): Promise<{ credentials: CredentialView[]; total: number }> {
    const [found, total] = await this.dataSource
      .getRepository(CredentialRow)
      .findAndCount({ where: { session_id: IsNull() }, order: { name: 'ASC', credential_id: 'ASC' }, skip: (page - 1) * perPage, take: perPage });
    return { credentials: found.map(toView), total };
  }

  /** @throws AppError `CREDENTIAL_NOT_FOUND`; `CREDENTIAL_IN_USE` while a task works with it */
  async remove(credentialId: string): Promise<void> {
    const removed = await rows(
      this.dataSource,
      `DELETE FROM credentials c WHERE c.credential_id = $1 AND c.session_id IS NULL AND NOT ${inUse('c')} RETURNING 1 AS one`,
      [credentialId],
    );
    if (removed.length === 0) {
      const { session_id: sessionId } = await this.get(credentialId);
      throw sessionId === null
        ? new AppError('CREDENTIAL_IN_USE', 'A device of the inventory, a running capture or something it left on its device needs the credential; it can be deleted when none does', { retryable: true })
        : notFound();
    }
  }

  /** Whether there is such a credential. */
  async exists(credentialId: string): Promise<boolean> {
    return (await this.find(credentialId)) !== undefined;
  }

  /**
   * The login for a device.
   * @throws AppError `CREDENTIAL_NOT_FOUND`, and those of the vault
   */
  async login(credentialId: string): Promise<SshLogin> {
    const now = this.clock.now();
    const [row] = await rows<CredentialRow>(
      this.dataSource,
      `WITH used AS (UPDATE credentials SET last_used_at = $2 WHERE credential_id = $1 AND (last_used_at IS NULL OR last_used_at < $3))
       SELECT * FROM credentials WHERE credential_id = $1`,
      [credentialId, new Date(now), new Date(now - USED_STEP_MS)],
    );
    if (row === undefined) {
      throw notFound();
    }
    return toSshLogin(row.username, asSecretFields(this.vault.open(row.sealed, { service: SERVICE, recordId: credentialId })));
  }

  /**
   * An account for HTTP Basic.
   * @throws AppError `CREDENTIAL_NOT_FOUND`, `CREDENTIAL_UNSUITABLE` when it has no password, and those of the vault
   */
  async appLogin(credentialId: string): Promise<HttpsLogin> {
    const { username, password } = await this.login(credentialId);
    if (password === undefined) {
      throw new AppError('CREDENTIAL_UNSUITABLE', 'The application credential has no password');
    }
    return { username, password };
  }

  /** Notes that a session uses these credentials, of which only those typed into a session matter. */
  async useBySession(manager: EntityManager, sessionId: string, credentialIds: readonly string[]): Promise<void> {
    await rows(
      manager,
      `INSERT INTO session_credentials (session_id, credential_id)
       SELECT $1, credential_id FROM credentials WHERE credential_id = ANY ($2::uuid[]) AND session_id IS NOT NULL ON CONFLICT DO NOTHING`,
      [sessionId, credentialIds],
    );
  }

  /** Forgets the secrets typed into a session, except those that another session (a retry) still uses. */
  async forgetSession(manager: EntityManager, sessionId: string): Promise<void> {
    await rows(
      manager,
      `WITH unused AS (DELETE FROM session_credentials WHERE session_id = $1 RETURNING credential_id)
       DELETE FROM credentials c
        WHERE c.session_id IS NOT NULL AND (c.session_id = $1 OR c.credential_id IN (SELECT credential_id FROM unused))
          AND NOT EXISTS (SELECT 1 FROM session_credentials s WHERE s.credential_id = c.credential_id AND s.session_id <> $1)
          AND NOT ${inUse('c')}`,
      [sessionId],
    );
  }

  /** Forgets secrets that were typed into sessions nobody knows. @returns how many */
  async purgeUnconfirmed(): Promise<number> {
    const purged = await rows(
      this.dataSource,
      `DELETE FROM credentials c WHERE c.session_id IS NOT NULL AND c.created_at < $1
          AND NOT EXISTS (SELECT 1 FROM session_credentials s WHERE s.credential_id = c.credential_id) AND NOT ${inUse('c')} RETURNING 1 AS one`,
      [new Date(this.clock.now() - UNCONFIRMED_MS)],
    );
    return purged.length;
  }

  /** Brings records under the current master key. @returns how many were not */
  async rewrap(): Promise<number> {
    const all = await rows<CredentialRow>(this.dataSource, `SELECT * FROM credentials`);
    const stale = all.filter((row) => this.vault.needsRewrap(row.sealed as SealedRecord));
    for (const row of stale) {
      // Only what has not been changed meanwhile, or another instance's work would be undone.
      await rows(this.dataSource, `UPDATE credentials SET sealed = $2 WHERE credential_id = $1 AND sealed = $3`, [
        row.credential_id,
        JSON.stringify(this.vault.rewrap(row.sealed as SealedRecord)),
        JSON.stringify(row.sealed),
      ]);
    }
    return stale.length;
  }

  private async get(credentialId: string): Promise<CredentialRow> {
    const row = await this.find(credentialId);
    if (row === undefined) {
      throw notFound();
    }
    return row;
  }

  private async find(credentialId: string): Promise<CredentialRow | undefined> {
    const [row] = await rows<CredentialRow>(this.dataSource, `SELECT * FROM credentials WHERE credential_id = $1`, [credentialId]);
    return row;
  }
}

/** Wherever a device of the inventory, the spec of a live task or of what is left on a device names it: as the login of the device, of an application on it or of a host on the way. */
function inUse(alias: string): string {
  return `(EXISTS (SELECT 1 FROM tasks t WHERE t.finished_at IS NULL AND position(${alias}.credential_id::text IN t.spec::text) > 0)
    OR EXISTS (SELECT 1 FROM device_leftovers l WHERE position(${alias}.credential_id::text IN l.spec::text) > 0)
    OR EXISTS (SELECT 1 FROM devices d WHERE d.credential_id = ${alias}.credential_id))`;
}

function notFound(): AppError {
  return new AppError('CREDENTIAL_NOT_FOUND', 'No such credential');
}

function toView(row: CredentialRow): CredentialView {
  return {
    credential_id: row.credential_id,
    name: row.name,
    kind: row.kind,
    username: row.username,
    has_password: row.has_password,
    has_private_key: row.has_private_key,
    has_passphrase: row.has_passphrase,
    has_enable_secret: row.has_enable_secret,
    created_at: isoTime(row.created_at.getTime()),
    created_by: row.created_by,
    last_used_at: row.last_used_at === null ? null : isoTime(row.last_used_at.getTime()),
  };
}
