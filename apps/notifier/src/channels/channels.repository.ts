import { CHANNEL_TYPES, type ChannelFields, type ChannelView } from '@capstan/contracts';
import { AppError, type Clock, isoTime } from '@capstan/kernel';
import { rows, sqlState } from '@capstan/persistence';
import { CLOCK } from '@capstan/service-kit';
import { type SealedRecord, Vault } from '@capstan/vault';
import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { ChannelRow } from './channel.entity';

const SERVICE = 'notifier';
const UNIQUE_VIOLATION = '23505';

/** What becomes of the secret of a channel: a new one, none, or the one it has. */
export type SecretWish = { readonly set: string } | 'forget' | 'keep';

type ListedRow = ChannelRow & { waiting: string };
const LISTED = `SELECT c.*, (SELECT count(*) FROM deliveries d WHERE d.channel_id = c.channel_id AND d.state = 'waiting') AS waiting FROM channels c`;

/** The channels. Secrets go into the vault, and out of it only to be used. */
@Injectable()
export class Channels {
  constructor(
    private readonly dataSource: DataSource,
    private readonly vault: Vault,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** By name. */
  async list(page: number, perPage: number): Promise<{ channels: ChannelView[]; total: number }> {
    const found = await rows<ListedRow>(this.dataSource, `${LISTED} ORDER BY c.name, c.channel_id LIMIT $1 OFFSET $2`, [perPage, (page - 1) * perPage]);
    const [count] = await rows<{ total: string }>(this.dataSource, `SELECT count(*) AS total FROM channels`);
    return { channels: found.map(toView), total: Number(count?.total ?? 0) };
  }

  /** @throws AppError `CHANNEL_NOT_FOUND` */
  async get(channelId: string): Promise<ChannelView> {
    const [row] = await rows<ListedRow>(this.dataSource, `${LISTED} WHERE c.channel_id = $1`, [channelId]);
    return toView(found(row));
  }

  /** @throws AppError `CHANNEL_NOT_FOUND` */
  async row(channelId: string): Promise<ChannelRow> {
    const [row] = await rows<ChannelRow>(this.dataSource, `SELECT * FROM channels WHERE channel_id = $1`, [channelId]);
    return found(row);
  }

  /** The same order again is the same channel. @throws AppError `NAME_TAKEN` */
  async create(channelId: string, fields: ChannelFields, secret: SecretWish): Promise<ChannelView> {
    await named(() =>
      rows(
        this.dataSource,
        `INSERT INTO channels (channel_id, name, type, enabled, settings, sealed, revision, created_at) VALUES ($1, $2, $3, $4, $5, $6, 1, $7) ON CONFLICT (channel_id) DO NOTHING`,
        [channelId, fields.name, fields.type, fields.enabled, JSON.stringify(fields.settings), this.sealed(channelId, secret), new Date(this.clock.now())],
      ),
    );
    return this.get(channelId);
  }

  /** What was wrong with it may be mended: it is tried again at once. @throws AppError `CHANNEL_NOT_FOUND`, `REVISION_CONFLICT`, `NAME_TAKEN` */
  async update(channelId: string, revision: number, fields: ChannelFields, secret: SecretWish): Promise<ChannelView> {
    const changed = await named(() =>
      rows(
        this.dataSource,
        `UPDATE channels SET name = $3, type = $4, enabled = $5, settings = $6, sealed = CASE WHEN $8 THEN sealed ELSE $7 END, retry_at = NULL, revision = revision + 1
         WHERE channel_id = $1 AND revision = $2 RETURNING channel_id`,
        [channelId, revision, fields.name, fields.type, fields.enabled, JSON.stringify(fields.settings), this.sealed(channelId, secret), secret === 'keep'],
      ),
    );
    const present = await this.get(channelId);
    if (changed.length === 0) {
      throw new AppError('REVISION_CONFLICT', 'The channel was changed since it was read', { details: { revision: present.revision } });
    }
    return present;
  }

  /** Its deliveries go with it. @throws AppError `CHANNEL_NOT_FOUND`, `CHANNEL_IN_USE` */
  async remove(channelId: string): Promise<void> {
    await this.row(channelId);
    const users = await rows<{ name: string }>(this.dataSource, `SELECT name FROM rules WHERE rule->'channel_ids' ? $1 ORDER BY name LIMIT 5`, [channelId]);
    if (users.length > 0) {
      throw new AppError('CHANNEL_IN_USE', `Rules send to this channel: ${users.map(({ name }) => name).join(', ')}`, { details: { rules: users.map(({ name }) => name) } });
    }
    await rows(this.dataSource, `DELETE FROM channels WHERE channel_id = $1`, [channelId]);
  }

  /** Those of these ids that do not exist. */
  async unknown(channelIds: readonly string[]): Promise<string[]> {
    const known = await rows<{ channel_id: string }>(this.dataSource, `SELECT channel_id FROM channels WHERE channel_id = ANY($1::uuid[])`, [channelIds]);
    return channelIds.filter((id) => !known.some(({ channel_id }) => channel_id === id));
  }

  /** The secret of a channel, to be used and not to be kept; null when it has none. */
  secretOf(row: Pick<ChannelRow, 'channel_id' | 'sealed'>): string | null {
    if (row.sealed === null) {
      return null;
    }
    const opened = this.vault.open(row.sealed as SealedRecord, { service: SERVICE, recordId: row.channel_id }) as { secret?: unknown };
    return typeof opened.secret === 'string' ? opened.secret : null;
  }

  private sealed(channelId: string, secret: SecretWish): string | null {
    return typeof secret === 'string' ? null : JSON.stringify(this.vault.seal({ secret: secret.set }, { service: SERVICE, recordId: channelId }));
  }
}

function found<Row>(row: Row | undefined): Row {
  if (row === undefined) {
    throw new AppError('CHANNEL_NOT_FOUND', 'There is no channel with this id');
  }
  return row;
}

function toView(row: ListedRow): ChannelView {
  const maybe = (at: Date | null): string | null => (at === null ? null : isoTime(at.getTime()));
  return {
    channel_id: row.channel_id,
    name: row.name,
    type: CHANNEL_TYPES.find((type) => type === row.type) ?? 'in_app',
    enabled: row.enabled,
    settings: row.settings,
    has_secret: row.sealed !== null,
    waiting: Number(row.waiting),
    failing_since: maybe(row.failing_since),
    last_error: row.last_error,
    retry_at: maybe(row.retry_at),
    last_delivered_at: maybe(row.last_delivered_at),
    revision: row.revision,
    created_at: isoTime(row.created_at.getTime()),
  };
}

async function named<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw sqlState(error) === UNIQUE_VIOLATION ? new AppError('NAME_TAKEN', 'There is a channel of this name already', { details: { path: 'name' } }) : error;
  }
}
