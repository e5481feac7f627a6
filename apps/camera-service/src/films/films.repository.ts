import type { FilmCodec, FilmView, MakeFilmBody, StoredPicture } from '@capstan/contracts';
import { AppError, type Clock, isoTime } from '@capstan/kernel';
import { rows } from '@capstan/persistence';
import { CLOCK, SERVICE, type ServiceIdentity } from '@capstan/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { safeName } from '../snapshots/snapshots.repository';
import { FILM_FILES } from './film-command';
import type { FilmRow } from './film.entity';

/** Seconds a film stays with a worker that does not say that it is still at it. */
const LEASE_SEC = 30;
/** A film at which workers died this often is the reason of their death. */
const MAX_ATTEMPTS = 3;

/** A film before there is any work on it. */
export interface NewFilm {
  readonly filmId: string;
  readonly cameraId: string;
  readonly cameraName: string;
  readonly sourceFilmId: string | null;
  readonly codec: FilmCodec;
  readonly wish: MakeFilmBody | null;
  readonly frames: number;
  readonly createdBy: string;
}

/** Rows of films. */
@Injectable()
export class FilmRecords {
  constructor(
    private readonly dataSource: DataSource,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(SERVICE) private readonly identity: ServiceIdentity,
  ) {}

  /** Queues a film. A repeated order is the same film. */
  async add(film: NewFilm): Promise<FilmRow> {
    await rows(
      this.dataSource,
      `INSERT INTO films (film_id, camera_id, camera_name, source_film_id, codec, wish, state, frames, encoded, attempts, created_at, created_by)
       VALUES ($1, $2, $3, $4, $5, $6, 'queued', $7, 0, 0, $8, $9) ON CONFLICT (film_id) DO NOTHING`,
      [film.filmId, film.cameraId, film.cameraName, film.sourceFilmId, film.codec, film.wish === null ? null : JSON.stringify(film.wish), film.frames, new Date(this.clock.now()), film.createdBy],
    );
    return this.get(film.filmId);
  }

  /** @throws AppError `FILM_NOT_FOUND` */
  async get(filmId: string): Promise<FilmRow> {
    const [row] = await rows<FilmRow>(this.dataSource, `SELECT f.* FROM films f JOIN cameras c USING (camera_id) WHERE film_id = $1 AND c.deleted_at IS NULL`, [filmId]);
    if (row === undefined) {
      throw new AppError('FILM_NOT_FOUND', 'No such film');
    }
    return row;
  }

  /** @throws AppError `FILM_NOT_FOUND`, `FILM_NOT_READY` */
  async finished(filmId: string): Promise<FilmRow> {
    const row = await this.get(filmId);
    if (row.state !== 'completed') {
      throw new AppError('FILM_NOT_READY', `The film is ${row.state}`, { retryable: row.state !== 'failed' });
    }
    return row;
  }

  async list(cameraId: string, page: number, perPage: number): Promise<{ films: FilmRow[]; total: number }> {
    const [count] = await rows<{ total: number }>(this.dataSource, `SELECT count(*)::int AS total FROM films WHERE camera_id = $1`, [cameraId]);
    const films = await rows<FilmRow>(this.dataSource, `SELECT * FROM films WHERE camera_id = $1 ORDER BY created_at DESC, film_id DESC LIMIT $2 OFFSET $3`, [cameraId, perPage, (page - 1) * perPage]);
    return { films, total: count?.total ?? 0 };
  }

  /** The oldest film nobody works on, now ours; also one whose worker fell silent. */
  async claim(): Promise<FilmRow | undefined> {
    const now = new Date(this.clock.now());
    await rows(this.dataSource, `UPDATE films SET state = 'failed', error_code = 'WORKER_LOST', finished_at = $1 WHERE state = 'running' AND leased_until < now() AND attempts >= $2`, [now, MAX_ATTEMPTS]);
    const [row] = await rows<FilmRow>(
      this.dataSource,
      `UPDATE films SET state = 'running', owner = $1, attempts = attempts + 1, encoded = 0, leased_until = now() + $2 * interval '1 second'
        WHERE film_id = (SELECT film_id FROM films WHERE state = 'queued' OR (state = 'running' AND leased_until < now()) ORDER BY created_at LIMIT 1 FOR UPDATE SKIP LOCKED) RETURNING *`,
      [this.identity.instance, LEASE_SEC],
    );
    return row;
  }

  /** Says how far the work is, and keeps the lease. @returns false when the film is not ours any more */
  async progress(filmId: string, encoded: number): Promise<boolean> {
    const kept = await rows(this.dataSource, `UPDATE films SET encoded = $3, leased_until = now() + $4 * interval '1 second' WHERE film_id = $1 AND owner = $2 AND state = 'running' RETURNING 1 AS one`, [filmId, this.identity.instance, encoded, LEASE_SEC]);
    return kept.length > 0;
  }

  /** @returns false when the film is not ours any more, or is gone */
  async complete(filmId: string, size: number, sha256: string): Promise<boolean> {
    const done = await rows(this.dataSource, `UPDATE films SET state = 'completed', encoded = frames, size = $3, sha256 = $4, finished_at = $5 WHERE film_id = $1 AND owner = $2 AND state = 'running' RETURNING 1 AS one`, [filmId, this.identity.instance, size, sha256, new Date(this.clock.now())]);
    return done.length > 0;
  }

  async fail(filmId: string, code: string): Promise<void> {
    await rows(this.dataSource, `UPDATE films SET state = 'failed', error_code = $3, finished_at = $4 WHERE film_id = $1 AND owner = $2 AND state = 'running'`, [filmId, this.identity.instance, code, new Date(this.clock.now())]);
  }

  /** Gives a film back that could not be worked on for no fault of its own. */
  async giveBack(filmId: string): Promise<void> {
    await rows(this.dataSource, `UPDATE films SET state = 'queued', owner = NULL, leased_until = NULL, attempts = attempts - 1 WHERE film_id = $1 AND owner = $2 AND state = 'running'`, [filmId, this.identity.instance]);
  }

  async remove(filmIds: readonly string[]): Promise<void> {
    await rows(this.dataSource, `DELETE FROM films WHERE film_id = ANY ($1::uuid[])`, [filmIds]);
  }

  async olderThan(before: Date): Promise<FilmRow[]> {
    return rows<FilmRow>(this.dataSource, `SELECT * FROM films WHERE finished_at < $1 LIMIT 500`, [before]);
  }
}

/** Where a film's bytes are, or will be. */
export function filmKey({ camera_id: cameraId, film_id: filmId, codec }: Pick<FilmRow, 'camera_id' | 'film_id' | 'codec'>): string {
  return `cameras/${cameraId}/films/${filmId}.${FILM_FILES[codec].extension}`;
}

/** A film as it may be shown. */
export function toFilmView(row: FilmRow): FilmView {
  return {
    id: row.film_id,
    camera_id: row.camera_id,
    camera_name: row.camera_name,
    source_film_id: row.source_film_id,
    codec: row.codec,
    state: row.state,
    progress: row.state === 'completed' ? 100 : Math.min(99, Math.floor((row.encoded * 100) / Math.max(1, row.frames))),
    frames: row.frames,
    error_code: row.error_code,
    file_size: row.size === null ? null : Number(row.size),
    sha256: row.sha256,
    created_at: isoTime(row.created_at.getTime()),
    finished_at: row.finished_at === null ? null : isoTime(row.finished_at.getTime()),
  };
}

/** Where a finished film's bytes are; null before. */
export function toVideo(row: FilmRow): StoredPicture | null {
  const { extension, mediaType } = FILM_FILES[row.codec];
  if (row.state !== 'completed' || row.sha256 === null || row.finished_at === null) {
    return null;
  }
  const at = isoTime(row.finished_at.getTime());
  return { name: `${safeName(row.camera_name)}_${row.codec}.${extension}`, key: filmKey(row), size: Number(row.size), sha256: row.sha256, media_type: mediaType, created_at: at, frame_at: at };
}
