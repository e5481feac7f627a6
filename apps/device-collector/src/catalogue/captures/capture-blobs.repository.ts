import { Readable } from 'node:stream';
import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import { AppError, type Clock, type IdSource } from '@capstan/kernel';
import type { ObjectStore } from '@capstan/object-store';
import { rows, type SqlRunner } from '@capstan/persistence';
import { CLOCK, IDS, OBJECT_STORE } from '@capstan/service-kit';
import { type SealedRecord, Vault } from '@capstan/vault';
import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { sha256 } from './capture-verdict';

const SERVICE = 'device-collector';
/** Where texts are. */
export const BLOB_PREFIX = 'catalogue/blobs/';
/** A text nobody refers to may be one somebody is just about to refer to. */
const UNTOUCHED_MS = 86_400_000;
const compress = promisify(gzip);
const decompress = promisify(gunzip);

/** A text whose object is stored, and whose row is still to be written. */
export interface StagedBlob {
  readonly key: string;
  readonly keyId: string;
  readonly touchedAt: Date;
}

/** Of two that store the same text the first one's object stays, unless that is lost. */
export const KEEP_BLOB = `ON CONFLICT (blob_sha256) DO UPDATE SET touched_at = EXCLUDED.touched_at, lost_at = NULL,
  key = CASE WHEN capture_blobs.lost_at IS NULL THEN capture_blobs.key ELSE EXCLUDED.key END,
  key_id = CASE WHEN capture_blobs.lost_at IS NULL THEN capture_blobs.key_id ELSE EXCLUDED.key_id END`;

/** Texts of captures under their hashes, each stored once, compressed and sealed: what devices say is full of secrets. */
@Injectable()
export class CaptureBlobs {
  constructor(
    private readonly dataSource: DataSource,
    private readonly vault: Vault,
    @Inject(OBJECT_STORE) private readonly store: ObjectStore,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(IDS) private readonly ids: IdSource,
  ) {}

  /** Stores a text unless it is there; one that was lost is stored again. @returns its hash */
  async put(text: string): Promise<string> {
    const hash = sha256(text);
    const now = new Date(this.clock.now());
    const touched = await rows(this.dataSource, `UPDATE capture_blobs SET touched_at = $2 WHERE blob_sha256 = $1 AND lost_at IS NULL RETURNING 1 AS one`, [hash, now]);
    if (touched.length > 0) {
      return hash;
    }
    const { key, keyId } = await this.stage(text);
    const [kept] = await rows<{ key: string }>(
      this.dataSource,
      `INSERT INTO capture_blobs (blob_sha256, key, key_id, chars, touched_at) VALUES ($1, $2, $3, $4, $5) ${KEEP_BLOB} RETURNING key`,
      [hash, key, keyId, text.length, now],
    );
    if (kept?.key !== key) {
      await this.store.remove([key]);
    }
    return hash;
  }

  /** Stores the object of a text. Whoever asked writes the row, or {@link discard}s it. */
  async stage(text: string): Promise<StagedBlob> {
    const hash = sha256(text);
    const key = `${BLOB_PREFIX}${hash.slice(0, 2)}/${hash}.${this.ids.next()}`;
    const sealed = await this.seal(text, `blob:${hash}`);
    await this.store.put(key, Readable.from([Buffer.from(JSON.stringify(sealed))]), { mediaType: 'application/octet-stream' });
    return { key, keyId: sealed.keyId, touchedAt: new Date(this.clock.now()) };
  }

  /** Removes an object that no row names. */
  async discard({ key }: StagedBlob): Promise<void> {
    await this.store.remove([key]);
  }

  /** @throws AppError `OBJECT_PRUNED` when it is stored no more, and those of the store and the vault */
  async read(hash: string): Promise<string> {
    const [row] = await rows<{ key: string }>(this.dataSource, `SELECT key FROM capture_blobs WHERE blob_sha256 = $1`, [hash]);
    if (row === undefined) {
      throw pruned();
    }
    return this.open(await this.fetch(row.key), `blob:${hash}`);
  }

  /** Seals a text for one purpose; only this service can open it. */
  async seal(text: string, recordId: string): Promise<SealedRecord> {
    return this.vault.seal((await compress(text)).toString('base64'), { service: SERVICE, recordId });
  }

  /** The other way of {@link seal}. */
  async open(sealed: unknown, recordId: string): Promise<string> {
    const packed = this.vault.open(sealed, { service: SERVICE, recordId });
    return (await decompress(Buffer.from(String(packed), 'base64'))).toString('utf8');
  }

  /** A sealed record as an object. */
  async fetch(key: string): Promise<SealedRecord> {
    try {
      return JSON.parse(Buffer.concat((await (await this.store.get(key)).toArray()) as Buffer[]).toString('utf8')) as SealedRecord;
    } catch (error) {
      throw AppError.from(error).code === 'OBJECT_NOT_FOUND' ? pruned(error) : error;
    }
  }

  /** Removes texts nobody refers to, a batch at a time. @returns how many */
  async sweep(batch: number): Promise<number> {
    const gone = await rows<{ key: string }>(
      this.dataSource,
      `DELETE FROM capture_blobs WHERE blob_sha256 IN (
         SELECT b.blob_sha256 FROM capture_blobs b
          WHERE b.touched_at < $1
            AND NOT EXISTS (SELECT 1 FROM device_captures c WHERE c.blob_sha256 = b.blob_sha256)
            AND NOT EXISTS (SELECT 1 FROM capture_heads h WHERE h.blob_sha256 = b.blob_sha256)
          LIMIT $2 FOR UPDATE SKIP LOCKED) RETURNING key`,
      [new Date(this.clock.now() - UNTOUCHED_MS), batch],
    );
    if (gone.length > 0) {
      await this.store.remove(gone.map(({ key }) => key));
    }
    return gone.length;
  }

  /** Brings texts under the current master key, a batch at a time. @returns how many were not */
  async rewrap(batch: number): Promise<number> {
    const { keyId } = this.vault.seal('', { service: SERVICE, recordId: 'probe' });
    const stale = await rows<{ blob_sha256: string; key: string }>(this.dataSource, `SELECT blob_sha256, key FROM capture_blobs WHERE key_id <> $1 LIMIT $2`, [keyId, batch]);
    for (const { blob_sha256: hash, key } of stale) {
      const rewrapped = this.vault.rewrap(await this.fetch(key));
      await this.store.put(key, Readable.from([Buffer.from(JSON.stringify(rewrapped))]), { mediaType: 'application/octet-stream' });
      await rows(this.dataSource, `UPDATE capture_blobs SET key_id = $2 WHERE blob_sha256 = $1 AND key = $3`, [hash, rewrapped.keyId, key]);
    }
    return stale.length;
  }

  /** Whether a text is stored. */
  async has(runner: SqlRunner, hash: string): Promise<boolean> {
    return (await rows(runner, `SELECT 1 AS one FROM capture_blobs WHERE blob_sha256 = $1`, [hash])).length > 0;
  }
}

function pruned(cause?: unknown): AppError {
  return new AppError('OBJECT_PRUNED', 'The text of the capture is no longer stored', { cause });
}
