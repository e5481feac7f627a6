import { fieldProblems, type ReceiverChangesOrder, type ReceiverHealthView, type ReceiverOrder, receiverOrder, type receiverRpc, type ReceiverView, type RequestOf, type ResponseOf } from '@capstan/contracts';
import { AppError, type Clock, type IdSource, isoTime, validationError } from '@capstan/kernel';
import { rows, type SqlRunner } from '@capstan/persistence';
import { CLOCK, IDS, SealingKeys } from '@capstan/service-kit';
import { type SealedRecord, Vault } from '@capstan/vault';
import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { isUniqueViolation, updateOf } from '../database/statements';

type ReceiverRow = Omit<ReceiverView, 'frequency_min_hz' | 'frequency_max_hz' | 'created_at' | 'health' | 'has_password'> & {
  sealed: SealedRecord | null;
  frequency_min_hz: string;
  frequency_max_hz: string;
  created_at: Date;
  health: Omit<ReceiverHealthView, 'uptime'> | null;
  uptime: number | null;
};

const SERVICE = 'sdr-acquirer';
const COLUMNS = ['name', 'protocol', 'host', 'port', 'path', 'latitude', 'longitude', 'altitude_asl', 'location_description', 'country', 'admin_email', 'frequency_min_hz', 'frequency_max_hz', 'sample_rate_hz', 'timeout_seconds', 'retry_count', 'is_active', 'notes'] as const satisfies ReadonlyArray<keyof ReceiverOrder>;
const SELECT = `SELECT r.*, (SELECT 100.0 * avg(online::int) FROM receiver_checks c WHERE c.receiver_id = r.receiver_id AND c.checked_at > now() - INTERVAL '24 hours')::float8 AS uptime FROM receivers r`;

/** Receivers and what is known of their health. */
@Injectable()
export class Receivers {
  constructor(
    private readonly dataSource: DataSource,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(IDS) private readonly ids: IdSource,
    private readonly vault: Vault,
    private readonly sealingKeys: SealingKeys,
  ) {}

  async list(query: RequestOf<typeof receiverRpc.list>): Promise<ResponseOf<typeof receiverRpc.list>> {
    const perPage = query.limit ?? query.per_page;
    const page = query.limit === undefined ? query.page : 1;
    const values = [query.include_inactive === 'true', query.q ?? null];
    const where = `WHERE ($1 OR r.is_active) AND ($2::text IS NULL OR r.name ILIKE '%' || $2 || '%' OR r.host ILIKE '%' || $2 || '%')`;
    const [{ total } = { total: '0' }] = await rows<{ total: string }>(this.dataSource, `SELECT count(*) AS total FROM receivers r ${where}`, values);
    const found = await rows<ReceiverRow>(this.dataSource, `${SELECT} ${where} ORDER BY r.receiver_no LIMIT $3 OFFSET $4`, [...values, perPage, (page - 1) * perPage]);
    return { receivers: found.map(viewOf), total: Number(total), page, per_page: perPage };
  }

  /** Every receiver, by number. */
  async all(): Promise<ReceiverView[]> {
    return (await rows<ReceiverRow>(this.dataSource, `${SELECT} ORDER BY r.receiver_no`)).map(viewOf);
  }

  /** @throws AppError `RECEIVER_NOT_FOUND` */
  async get(receiverId: string, runner: SqlRunner = this.dataSource): Promise<ReceiverView> {
    const [row] = await rows<ReceiverRow>(runner, `${SELECT} WHERE r.receiver_id = $1`, [receiverId]);
    if (row === undefined) {
      throw new AppError('RECEIVER_NOT_FOUND', 'No such receiver');
    }
    return viewOf(row);
  }

  /** The password to sign in with; empty where none is kept. Goes to the driver and nowhere else. */
  async password(receiverId: string): Promise<string> {
    const [row] = await rows<{ sealed: SealedRecord | null }>(this.dataSource, 'SELECT sealed FROM receivers WHERE receiver_id = $1', [receiverId]);
    return row === undefined || row.sealed === null ? '' : (this.vault.open(row.sealed, { service: SERVICE, recordId: receiverId }) as { password: string }).password;
  }

  /**
   * Repeating it with the same id changes nothing.
   * @param sealedPassword as the gateway sealed it for this service
   * @throws AppError `NAME_TAKEN`, those of `SealingKeys.open`
   */
  async create(receiverId: string, receiver: ReceiverOrder, sealedPassword?: string): Promise<ReceiverView> {
    const now = new Date(this.clock.now());
    const sealed = await this.reseal(receiverId, sealedPassword);
    try {
      await rows(
        this.dataSource,
        `INSERT INTO receivers (receiver_id, created_at, next_check_at, sealed, ${COLUMNS.join(', ')}) VALUES ($1, $2, $2, $3, ${COLUMNS.map((_, index) => `$${index + 4}`).join(', ')}) ON CONFLICT (receiver_id) DO NOTHING`,
        [receiverId, now, sealed, ...COLUMNS.map((column) => receiver[column])],
      );
    } catch (error) {
      throw nameTaken(error);
    }
    return this.get(receiverId);
  }

  /**
   * @param secret a new password, or that there is to be none any more
   * @throws AppError `RECEIVER_NOT_FOUND`, `NAME_TAKEN`, `VALIDATION_FAILED`, those of `SealingKeys.open`
   */
  async update(receiverId: string, changes: ReceiverChangesOrder, secret: { readonly sealed?: string | undefined; readonly clear?: boolean } = {}): Promise<ReceiverView> {
    const before = await this.get(receiverId);
    const low = changes.frequency_min_hz ?? before.frequency_min_hz;
    const high = changes.frequency_max_hz ?? before.frequency_max_hz;
    if (low >= high) {
      throw validationError([{ path: 'frequency_max_hz', code: 'OUT_OF_RANGE', message: 'must be above frequency_min_hz' }]);
    }
    const sealed = await this.reseal(receiverId, secret.sealed);
    const { assignments, values } = updateOf({ ...changes, ...(sealed !== null || secret.clear === true ? { sealed } : {}) }, 3);
    try {
      // What changed may be where it is: it is looked at at once.
      await rows(this.dataSource, `UPDATE receivers SET next_check_at = $2${assignments === '' ? '' : `, ${assignments}`} WHERE receiver_id = $1`, [receiverId, new Date(this.clock.now()), ...values]);
    } catch (error) {
      throw nameTaken(error);
    }
    return this.get(receiverId);
  }

  /** Recordings keep its name and number. @throws AppError `RECEIVER_NOT_FOUND`, `RECEIVER_IN_USE` while it records */
  async remove(receiverId: string): Promise<void> {
    await this.get(receiverId);
    const [busy] = await rows(
      this.dataSource,
      `SELECT 1 AS one FROM recording_streams s JOIN recordings r USING (session_id) WHERE s.receiver_id = $1 AND r.status IN ('scheduled', 'pending', 'connecting', 'in_progress', 'paused', 'finalizing') LIMIT 1`,
      [receiverId],
    );
    if (busy !== undefined) {
      throw new AppError('RECEIVER_IN_USE', 'A recording that has not ended uses this receiver');
    }
    await rows(this.dataSource, 'DELETE FROM receivers WHERE receiver_id = $1', [receiverId]);
  }

  /** Adds rows, or changes those whose name is known; each by itself, so that one wrong row spoils no other. */
  async import(items: ReadonlyArray<Record<string, unknown>>): Promise<ResponseOf<typeof receiverRpc.import>> {
    const results: ResponseOf<typeof receiverRpc.import>['results'] = [];
    for (const [index, item] of items.entries()) {
      // What an export adds for the reader is not for us.
      const { receiver_id: _id, receiver_no: _no, created_at: _at, health: _health, has_password: _has, sealed_password: secret, ...body } = item;
      const sealed = typeof secret === 'string' ? secret : undefined;
      const parsed = receiverOrder.safeParse(body);
      const name = typeof item['name'] === 'string' ? item['name'] : null;
      if (!parsed.success) {
        results.push({ index, name, outcome: 'failed', errors: fieldProblems(parsed.error.issues, body) });
        continue;
      }
      const [known] = await rows<{ receiver_id: string }>(this.dataSource, 'SELECT receiver_id FROM receivers WHERE lower(name) = lower($1)', [parsed.data.name]);
      if (known === undefined) {
        await this.create(this.ids.next(), parsed.data, sealed);
        results.push({ index, name, outcome: 'created', errors: [] });
      } else {
        const { protocol, ...changes } = parsed.data;
        await this.update(known.receiver_id, changes, { sealed });
        await rows(this.dataSource, 'UPDATE receivers SET protocol = $2 WHERE receiver_id = $1', [known.receiver_id, protocol]);
        results.push({ index, name, outcome: 'updated', errors: [] });
      }
    }
    const count = (outcome: string): number => results.filter((result) => result.outcome === outcome).length;
    return { created: count('created'), updated: count('updated'), failed: count('failed'), results };
  }

  /** From the form in which it came to the form in which it is kept. */
  private async reseal(receiverId: string, sealed: string | undefined): Promise<SealedRecord | null> {
    return sealed === undefined ? null : this.vault.seal({ password: (await this.sealingKeys.open(sealed)).reveal() }, { service: SERVICE, recordId: receiverId });
  }
}

/** Health of a receiver that was never looked at. */
export function unknownHealth(receiverId: string): ReceiverHealthView {
  return { receiver_id: receiverId, status: 'unknown', last_check: null, response_time_ms: null, uptime: null, users: null, users_max: null, gps_good: null, avg_snr: null, software: null, error_message: null };
}

function viewOf(row: ReceiverRow): ReceiverView {
  const { receiver_id, receiver_no, name, protocol, host, port, path, latitude, longitude, altitude_asl, location_description, country, admin_email, sample_rate_hz, timeout_seconds, retry_count, is_active, notes } = row;
  return {
    receiver_id,
    receiver_no,
    name,
    protocol,
    host,
    port,
    path,
    latitude,
    longitude,
    altitude_asl,
    location_description,
    country,
    admin_email,
    frequency_min_hz: Number(row.frequency_min_hz),
    frequency_max_hz: Number(row.frequency_max_hz),
    sample_rate_hz,
    timeout_seconds,
    retry_count,
    is_active,
    notes,
    has_password: row.sealed !== null,
    created_at: isoTime(row.created_at.getTime()),
    health: { ...unknownHealth(receiver_id), ...row.health, uptime: row.uptime },
  };
}

function nameTaken(error: unknown): unknown {
  return isUniqueViolation(error) ? new AppError('NAME_TAKEN', 'A receiver of this name exists') : error;
}
