import { type Clock, isoTime } from '@capstan/kernel';
import { rows, type SqlRunner } from '@capstan/persistence';
import { CLOCK, type NamedObjects, type StoredObjects } from '@capstan/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { BLOB_PREFIX } from '../catalogue/captures/capture-blobs.repository';

/** Texts of captures, below their hashes. */
@Injectable()
export class TextObjects implements StoredObjects {
  readonly prefix = BLOB_PREFIX;

  constructor(
    private readonly dataSource: DataSource,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** The hash: `catalogue/blobs/<its first two digits>/<hash>.<id>`. */
  ownerOf(key: string): string {
    return (key.slice(this.prefix.length).split('/')[1] ?? '').split('.', 1)[0] ?? '';
  }

  async namedBetween(after: string | null, upTo: string | null): Promise<NamedObjects> {
    const named = await rows<{ key: string; touched_at: Date }>(
      this.dataSource,
      `SELECT key, touched_at FROM capture_blobs WHERE ($1::text IS NULL OR blob_sha256 > $1) AND ($2::text IS NULL OR blob_sha256 <= $2)`,
      [after, upTo],
    );
    return { named: named.map(({ key, touched_at }) => ({ key, since: touched_at.getTime() })), spared: new Set() };
  }

  async markLost(manager: SqlRunner, keys: readonly string[]): Promise<string[]> {
    await rows(manager, `UPDATE capture_blobs SET lost_at = NULL WHERE lost_at IS NOT NULL AND key <> ALL($1)`, [keys]);
    const marked = await rows<{ key: string }>(manager, `UPDATE capture_blobs SET lost_at = $2 WHERE key = ANY($1) AND lost_at IS NULL RETURNING key`, [keys, isoTime(this.clock.now())]);
    return marked.map(({ key }) => key);
  }
}
