import { credentialEvents } from '@capstan/contracts';
import { AppError, type Clock, isoTime } from '@capstan/kernel';
import { Outbox } from '@capstan/messaging';
import { rows, transaction } from '@capstan/persistence';
import { CLOCK } from '@capstan/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { CredentialBreakerRow } from './collection-rows';

/** Devices in a row that refuse a credential before it is left alone. */
export const REFUSALS_IN_A_ROW = 3;
/** For how long it is left alone. */
const OPEN_MS = 300_000;
/** How stale `proven_at` may be: one write a minute and credential, not one per device. */
const PROVEN_STEP_MS = 60_000;
/** How long a credential counts as good after a device took it. */
export const PROVEN_FOR_MS = 3_600_000;

/** Which device said what about a credential. */
export interface CredentialVerdict {
  readonly credentialId: string;
  readonly deviceId: string;
  readonly deviceName: string;
  readonly sessionId: string;
}

/**
 * Keeps a wrong credential from locking accounts: when several devices in a row have refused it, no device is asked with it
 * for a while. Shared by all replicas.
 */
@Injectable()
export class CredentialBreakers {
  /** When this process last wrote, or read, that a credential is good. */
  private readonly proven = new Map<string, number>();

  constructor(
    private readonly dataSource: DataSource,
    private readonly outbox: Outbox,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** @throws AppError `CREDENTIAL_SUSPENDED` while the credential is left alone */
  async pass(credentialId: string): Promise<void> {
    const [row] = await rows<CredentialBreakerRow>(this.dataSource, `SELECT * FROM credential_breakers WHERE credential_id = $1 AND retry_at > $2`, [credentialId, new Date(this.clock.now())]);
    const retryAt = row?.retry_at ?? undefined;
    if (row !== undefined && retryAt !== undefined) {
      const names = row.refused.map(({ name }) => name).join(', ');
      const until = isoTime(retryAt.getTime());
      throw new AppError('CREDENTIAL_SUSPENDED', `The credential was refused by ${names}; no device is asked with it until ${until}`, { details: { retry_at: until } });
    }
  }

  /** A device took it: refusals before that were those devices' own affair. @returns whether that is news */
  async accepted(credentialId: string): Promise<boolean> {
    const now = this.clock.now();
    if (now - (this.proven.get(credentialId) ?? Number.NEGATIVE_INFINITY) < PROVEN_STEP_MS) {
      return false;
    }
    this.proven.set(credentialId, now);
    await rows(
      this.dataSource,
      `INSERT INTO credential_breakers (credential_id, proven_at) VALUES ($1, $2)
       ON CONFLICT (credential_id) DO UPDATE SET refused = '[]', opened_at = NULL, retry_at = NULL, proven_at = $2`,
      [credentialId, new Date(now)],
    );
    return true;
  }

  /** A device refused it. @returns whether it is left alone from now on */
  async refused({ credentialId, deviceId, deviceName, sessionId }: CredentialVerdict): Promise<boolean> {
    this.proven.delete(credentialId);
    return transaction(this.dataSource, async (manager) => {
      await rows(manager, `INSERT INTO credential_breakers (credential_id) VALUES ($1) ON CONFLICT DO NOTHING`, [credentialId]);
      const [row] = await rows<CredentialBreakerRow>(manager, `SELECT * FROM credential_breakers WHERE credential_id = $1 FOR UPDATE`, [credentialId]);
      const refused = [...(row?.refused ?? []).filter((device) => device.device_id !== deviceId), { device_id: deviceId, name: deviceName }].slice(-REFUSALS_IN_A_ROW);
      const now = this.clock.now();
      const open = refused.length >= REFUSALS_IN_A_ROW;
      const already = (row?.retry_at?.getTime() ?? 0) > now;
      await rows(manager, `UPDATE credential_breakers SET refused = $2, opened_at = CASE WHEN $3 THEN $4 ELSE opened_at END, retry_at = CASE WHEN $3 THEN $5 ELSE retry_at END, proven_at = NULL WHERE credential_id = $1`, [
        credentialId,
        JSON.stringify(refused),
        open && !already,
        new Date(now),
        new Date(now + OPEN_MS),
      ]);
      if (open && !already) {
        const fact = { credential_id: credentialId, devices: refused, opened_at: isoTime(now), retry_at: isoTime(now + OPEN_MS), session_id: sessionId };
        await this.outbox.add(manager, credentialEvents.breakerOpened, fact, { subject: credentialId, correlationId: sessionId, partitionKey: credentialId });
      }
      return open;
    });
  }
}
