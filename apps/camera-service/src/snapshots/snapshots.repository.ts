import type { SnapshotView, StoredPicture } from '@capstan/contracts';
import { AppError, type Clock, isoTime } from '@capstan/kernel';
import { rows } from '@capstan/persistence';
import { CLOCK } from '@capstan/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { CAMERA_CONFIG, type CameraConfig } from '../config';
import { EXTENSIONS, MEDIA_TYPES } from '../decode/images.client';
import type { SnapshotRow } from './snapshot.entity';

const VISIBLE = `stored AND doomed_at IS NULL`;
const DAY_MS = 86_400_000;

/** Which snapshots to list. */
export interface SnapshotFilter {
  readonly cameraId?: string | undefined;
  readonly since?: string | undefined;
  readonly until?: string | undefined;
}

/** A snapshot before its bytes are stored. */
export type NewSnapshot = Omit<SnapshotRow, 'stored' | 'doomed_at' | 'created_at' | 'updated_at' | 'thumbnail' | 'lost_at'>;

/** What one attempt at a snapshot is and where it lies: parameters 2 to 10 of both statements that write it. */
const PICTURE_COLUMNS = 'width, height, size, sha256, phash, key, captured_at, frame_age_ms, source';
const PICTURE_PLACES = '$2, $3, $4, $5, $6, $7, $8, $9, $10';

function pictureValues({ width, height, size, sha256, phash, key, captured_at, frame_age_ms, source }: NewSnapshot): unknown[] {
  return [width, height, size, sha256, phash, key, captured_at, frame_age_ms, source];
}

/** Rows of snapshots. A row is there before its object and goes after it: no object is without a row that names it. */
@Injectable()
export class Snapshots {
  constructor(
    private readonly dataSource: DataSource,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(CAMERA_CONFIG) private readonly config: CameraConfig,
  ) {}

  /** Announces a snapshot, still invisible. @returns false when it was announced before */
  async announce(snapshot: NewSnapshot): Promise<boolean> {
    const now = new Date(this.clock.now());
    const made = await rows(
      this.dataSource,
      `INSERT INTO snapshots (snapshot_id, ${PICTURE_COLUMNS}, camera_id, camera_name, format, stored, legal_hold, session_id, created_at, created_by, updated_at)
       VALUES ($1, ${PICTURE_PLACES}, $11, $12, $13, false, $14, $15, $16, $17, $16) ON CONFLICT (snapshot_id) DO NOTHING RETURNING 1 AS one`,
      [snapshot.snapshot_id, ...pictureValues(snapshot), snapshot.camera_id, snapshot.camera_name, snapshot.format, snapshot.legal_hold, snapshot.session_id, now, snapshot.created_by],
    );
    return made.length > 0;
  }

  /**
   * Makes a snapshot visible as it was stored: another process may have announced it.
   * @returns undefined when another one was first, or when the snapshot was given up
   */
  async confirm(snapshot: NewSnapshot & Pick<SnapshotRow, 'thumbnail'>): Promise<SnapshotRow | undefined> {
    const [row] = await rows<SnapshotRow>(
      this.dataSource,
      `UPDATE snapshots SET stored = true, (${PICTURE_COLUMNS}) = ROW (${PICTURE_PLACES}), thumbnail = $11, updated_at = $12
        WHERE snapshot_id = $1 AND NOT stored AND doomed_at IS NULL RETURNING *`,
      [snapshot.snapshot_id, ...pictureValues(snapshot), snapshot.thumbnail === null ? null : JSON.stringify(snapshot.thumbnail), new Date(this.clock.now())],
    );
    return row;
  }

  /** @throws AppError `SNAPSHOT_NOT_FOUND` */
  async get(snapshotId: string): Promise<SnapshotRow> {
    const row = await this.find(snapshotId);
    if (row === undefined) {
      throw notFound();
    }
    return row;
  }

  async find(snapshotId: string): Promise<SnapshotRow | undefined> {
    const [row] = await rows<SnapshotRow>(this.dataSource, `SELECT * FROM snapshots WHERE snapshot_id = $1 AND ${VISIBLE}`, [snapshotId]);
    return row;
  }

  /** @throws AppError `SNAPSHOT_NOT_FOUND` */
  async latest(cameraId: string): Promise<SnapshotRow> {
    const [row] = await rows<SnapshotRow>(this.dataSource, `SELECT * FROM snapshots WHERE camera_id = $1 AND ${VISIBLE} ORDER BY captured_at DESC, snapshot_id DESC LIMIT 1`, [cameraId]);
    if (row === undefined) {
      throw new AppError('SNAPSHOT_NOT_FOUND', 'There is no snapshot of this camera');
    }
    return row;
  }

  /** Newest first. */
  async list(filter: SnapshotFilter, page: number, perPage: number): Promise<{ snapshots: SnapshotRow[]; total: number }> {
    const where = `${VISIBLE} AND ($1::uuid IS NULL OR camera_id = $1) AND ($2::timestamptz IS NULL OR captured_at >= $2) AND ($3::timestamptz IS NULL OR captured_at <= $3)`;
    const values = [filter.cameraId ?? null, filter.since ?? null, filter.until ?? null];
    const [count] = await rows<{ total: string }>(this.dataSource, `SELECT count(*) AS total FROM snapshots WHERE ${where}`, values);
    const snapshots = await rows<SnapshotRow>(this.dataSource, `SELECT * FROM snapshots WHERE ${where} ORDER BY captured_at DESC, snapshot_id DESC LIMIT $4 OFFSET $5`, [...values, perPage, (page - 1) * perPage]);
    return { snapshots, total: Number(count?.total ?? 0) };
  }

  /** @throws AppError `SNAPSHOT_NOT_FOUND` */
  async hold(snapshotId: string, legalHold: boolean): Promise<SnapshotRow> {
    const [row] = await rows<SnapshotRow>(this.dataSource, `UPDATE snapshots SET legal_hold = $2, updated_at = $3 WHERE snapshot_id = $1 AND ${VISIBLE} RETURNING *`, [snapshotId, legalHold, new Date(this.clock.now())]);
    if (row === undefined) {
      throw notFound();
    }
    return row;
  }

  /** Takes a snapshot out of sight. @throws AppError `SNAPSHOT_NOT_FOUND` */
  async doom(snapshotId: string): Promise<SnapshotRow> {
    const [row] = await rows<SnapshotRow>(this.dataSource, `UPDATE snapshots SET doomed_at = $2 WHERE snapshot_id = $1 AND ${VISIBLE} RETURNING *`, [snapshotId, new Date(this.clock.now())]);
    if (row === undefined) {
      throw notFound();
    }
    return row;
  }

  /** Forgets rows whose objects are gone. */
  async forget(snapshotIds: readonly string[]): Promise<void> {
    await rows(this.dataSource, `DELETE FROM snapshots WHERE snapshot_id = ANY ($1::uuid[])`, [snapshotIds]);
  }

  toView(row: SnapshotRow): SnapshotView {
    return {
      id: row.snapshot_id,
      device_id: row.camera_id,
      camera_name: row.camera_name,
      image_format: row.format,
      width: row.width,
      height: row.height,
      file_size: Number(row.size),
      sha256: row.sha256,
      perceptual_hash: row.phash,
      captured_at: isoTime(row.captured_at.getTime()),
      frame_age_ms: row.frame_age_ms,
      source: row.source,
      has_thumbnail: row.thumbnail !== null,
      legal_hold: row.legal_hold,
      expires_at: row.legal_hold ? null : isoTime(row.captured_at.getTime() + this.config.CAPSTAN_SNAPSHOT_DAYS * DAY_MS),
      session_id: row.session_id,
      created_at: isoTime(row.created_at.getTime()),
      updated_at: isoTime(row.updated_at.getTime()),
    };
  }
}

/** Where a snapshot's bytes are. */
export function toPicture(row: SnapshotRow): StoredPicture {
  return {
    name: `${safeName(row.camera_name)}_${isoTime(row.captured_at.getTime()).replace(/[:.]/g, '-')}.${EXTENSIONS[row.format]}`,
    key: row.key,
    size: Number(row.size),
    sha256: row.sha256,
    media_type: MEDIA_TYPES[row.format],
    created_at: isoTime(row.created_at.getTime()),
    frame_at: isoTime(row.captured_at.getTime()),
  };
}

/** Where a snapshot's thumbnail is; null when it has none. */
export function toThumbnail(row: SnapshotRow): StoredPicture | null {
  const { thumbnail } = row;
  return thumbnail === null ? null : { ...toPicture(row), name: `${row.snapshot_id}_thumbnail.webp`, ...thumbnail };
}

/** Where the thumbnail of a snapshot is, if it has one: beside it, under the same name. */
export function thumbnailKey(snapshotKey: string): string {
  return snapshotKey.replace('/snapshots/', '/thumbnails/').replace(/\.\w+$/, '.webp');
}

/** A name that every file system takes. */
export function safeName(name: string): string {
  return name.normalize('NFC').replace(/[^\p{L}\p{N}._-]+/gu, '_').replace(/^[._]+/, '').slice(0, 80) || 'camera';
}

function notFound(): AppError {
  return new AppError('SNAPSHOT_NOT_FOUND', 'No such snapshot');
}
