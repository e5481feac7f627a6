import { type Actor, auditRecorded, deviceEvents, type HostKeyView } from '@capstan/contracts';
import { AppError, type Clock, type IdSource, isoTime } from '@capstan/kernel';
import { Outbox } from '@capstan/messaging';
import { rows, transaction } from '@capstan/persistence';
import { CLOCK, IDS } from '@capstan/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { normaliseFingerprint } from '../https/certificate';
import type { CertificatePolicy } from '../https/pinned-agent.client';
import type { PresentedHostKey } from '../ssh/host-key';
import type { HostKeyPolicy } from '../ssh/ssh-connector.client';
import type { SshEndpoint } from '../ssh/ssh-error';
import { judgeHostKey, type KnownHostKey } from './host-key-decision';
import { HostKeyRow } from './host-key.entity';

/** How stale `last_seen_at` may be: one write a minute and host, not one per connection. */
const SEEN_STEP_MS = 60_000;

/** What a port shows: an SSH host key, or a TLS certificate. */
interface Shown extends PresentedHostKey {
  readonly kind: 'ssh' | 'tls';
}

/** A page of host keys. */
export interface HostKeyPage {
  readonly host_keys: HostKeyView[];
  readonly total: number;
}

/** The keys by which hosts are known: trusted on first use, and never again without a person's word. */
@Injectable()
export class HostKeys {
  constructor(
    private readonly dataSource: DataSource,
    private readonly outbox: Outbox,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(IDS) private readonly ids: IdSource,
  ) {}

  /** The policy for connections on behalf of a session. */
  policyFor(sessionId: string | null): HostKeyPolicy {
    return {
      knownKeyType: async (endpoint) => {
        const row = await this.find(endpoint);
        return row === undefined || row.kind !== 'ssh' ? undefined : (row.trusted_algorithm ?? row.algorithm);
      },
      check: (endpoint, shown) => this.check(endpoint, { ...shown, kind: 'ssh' }, sessionId),
    };
  }

  /**
   * The policy for HTTPS on behalf of a session.
   * @param pinned fingerprint the certificate must have besides being the trusted one
   */
  certificatePolicyFor(sessionId: string | null, pinned?: string): CertificatePolicy {
    return {
      check: async (endpoint, shown) => {
        const wanted = pinned === undefined ? undefined : normaliseFingerprint(pinned);
        if (wanted !== undefined && wanted !== shown.fingerprint) {
          throw new AppError(
            'HOSTKEY_MISMATCH',
            `${endpoint.host}:${endpoint.port} shows another certificate than the pinned one; nothing was sent to it`,
            { details: { shown: shown.fingerprint, algorithm: shown.algorithm, trusted: wanted } },
          );
        }
        await this.check(endpoint, { ...shown, kind: 'tls' }, sessionId);
      },
    };
  }

  async list(query: { page: number; perPage: number; status?: 'trusted' | 'changed' }): Promise<HostKeyPage> {
    const [found, total] = await this.dataSource.getRepository(HostKeyRow).findAndCount({
      where: query.status === undefined ? {} : { status: query.status },
      order: { host: 'ASC', port: 'ASC' },
      skip: (query.page - 1) * query.perPage,
      take: query.perPage,
    });
    return { host_keys: found.map(toView), total };
  }

  /**
   * Trusts the key that the host showed last, on somebody's word.
   * @throws AppError `HOST_KEY_NOT_FOUND`
   */
  async trust(hostKeyId: string, actor: Actor): Promise<HostKeyView> {
    return transaction(this.dataSource, async (manager) => {
      const [row] = await rows<HostKeyRow>(
        manager,
        `UPDATE host_keys SET status = 'trusted', trusted_algorithm = NULL, trusted_fingerprint = NULL WHERE host_key_id = $1 RETURNING *`,
        [hostKeyId],
      );
      if (row === undefined) {
        throw new AppError('HOST_KEY_NOT_FOUND', 'No such host key');
      }
      await this.outbox.add(manager, auditRecorded, {
        at: isoTime(this.clock.now()),
        actor,
        action: 'device.trust-host-key',
        subject: `${row.host}:${row.port}`,
        outcome: 'trusted',
        details: { host_key_id: row.host_key_id, fingerprint: row.fingerprint, algorithm: row.algorithm },
      });
      return toView(row);
    });
  }

  /** @throws AppError `HOSTKEY_MISMATCH` */
  private async check(endpoint: SshEndpoint, shown: Shown, sessionId: string | null): Promise<void> {
    // The refusal is thrown outside of the transaction, or it would take back what was written about it.
    const refused = await transaction(this.dataSource, (manager) => this.judge(manager, endpoint, shown, sessionId));
    if (refused !== undefined) {
      throw refused;
    }
  }

  private async judge(manager: EntityManager, endpoint: SshEndpoint, shown: Shown, sessionId: string | null): Promise<AppError | undefined> {
    const now = new Date(this.clock.now());
    const host = endpoint.host.toLowerCase();
    // Two tasks may meet a new host at the same instant: the row decides who was first, the other compares with it.
    const [inserted] = await rows<HostKeyRow>(
      manager,
      `INSERT INTO host_keys (host_key_id, host, port, kind, algorithm, fingerprint, status, first_seen_at, last_seen_at)
       VALUES ($1, $2, $3, $7, $4, $5, 'trusted', $6, $6) ON CONFLICT (host, port) DO NOTHING RETURNING *`,
      [this.ids.next(), host, endpoint.port, shown.algorithm, shown.fingerprint, now, shown.kind],
    );
    if (inserted !== undefined) {
      return undefined;
    }
    const [row] = await rows<HostKeyRow>(manager, `SELECT * FROM host_keys WHERE host = $1 AND port = $2 FOR UPDATE`, [host, endpoint.port]);
    if (row === undefined) {
      throw new AppError('INTERNAL_ERROR', 'A host key disappeared while it was looked at', { retryable: true });
    }
    const verdict = judgeHostKey(toKnown(row), shown);
    switch (verdict) {
      case 'first':
      case 'same':
        if (now.getTime() - row.last_seen_at.getTime() > SEEN_STEP_MS) {
          await rows(manager, `UPDATE host_keys SET last_seen_at = $2 WHERE host_key_id = $1`, [row.host_key_id, now]);
        }
        return undefined;
      case 'recovered':
        await rows(
          manager,
          `UPDATE host_keys SET status = 'trusted', kind = $5, algorithm = $2, fingerprint = $3, trusted_algorithm = NULL, trusted_fingerprint = NULL, last_seen_at = $4 WHERE host_key_id = $1`,
          [row.host_key_id, shown.algorithm, shown.fingerprint, now, shown.kind],
        );
        return undefined;
      case 'changed':
        await this.recordChange(manager, row, shown, now, sessionId);
        return mismatch(endpoint, shown, row);
      case 'still-changed':
        await rows(manager, `UPDATE host_keys SET last_seen_at = $2 WHERE host_key_id = $1`, [row.host_key_id, now]);
        return mismatch(endpoint, shown, row);
    }
  }

  private async recordChange(manager: EntityManager, row: HostKeyRow, shown: Shown, now: Date, sessionId: string | null): Promise<void> {
    const [changed] = await rows<HostKeyRow>(
      manager,
      `UPDATE host_keys SET status = 'changed', kind = $7, algorithm = $2, fingerprint = $3, trusted_algorithm = $4, trusted_fingerprint = $5, last_seen_at = $6
       WHERE host_key_id = $1 RETURNING *`,
      [row.host_key_id, shown.algorithm, shown.fingerprint, row.trusted_algorithm ?? row.algorithm, row.trusted_fingerprint ?? row.fingerprint, now, shown.kind],
    );
    if (changed !== undefined) {
      await this.outbox.add(manager, deviceEvents.hostKeyChanged, { host_key: toView(changed), session_id: sessionId }, { subject: `${row.host}:${row.port}` });
    }
  }

  private async find(endpoint: SshEndpoint): Promise<HostKeyRow | undefined> {
    const [row] = await rows<HostKeyRow>(this.dataSource, `SELECT * FROM host_keys WHERE host = $1 AND port = $2`, [endpoint.host.toLowerCase(), endpoint.port]);
    return row;
  }
}

function toKnown(row: HostKeyRow): KnownHostKey {
  const { status, algorithm, fingerprint, trusted_algorithm: trustedAlgorithm, trusted_fingerprint: trustedFingerprint } = row;
  return { status, algorithm, fingerprint, trustedAlgorithm, trustedFingerprint };
}

function mismatch(endpoint: SshEndpoint, shown: Shown, row: HostKeyRow): AppError {
  const trusted = row.trusted_fingerprint ?? row.fingerprint;
  return new AppError(
    'HOSTKEY_MISMATCH',
    `${endpoint.host}:${endpoint.port} shows another ${shown.kind === 'tls' ? 'certificate' : 'host key'} than the trusted one; nothing was sent to it. If the change is known, trust the new one`,
    { details: { host_key_id: row.host_key_id, shown: shown.fingerprint, algorithm: shown.algorithm, trusted } },
  );
}

/** A row as it may be shown. */
export function toView(row: HostKeyRow): HostKeyView {
  return {
    host_key_id: row.host_key_id,
    host: row.host,
    port: row.port,
    kind: row.kind,
    algorithm: row.algorithm,
    fingerprint: row.fingerprint,
    status: row.status,
    first_seen_at: isoTime(row.first_seen_at.getTime()),
    last_seen_at: isoTime(row.last_seen_at.getTime()),
    trusted_fingerprint: row.trusted_fingerprint,
  };
}
