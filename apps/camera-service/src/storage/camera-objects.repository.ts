import { type Clock, isoTime } from '@capstan/kernel';
import type { NamedObject } from '@capstan/object-store';
import { rows, type SqlRunner } from '@capstan/persistence';
import { CLOCK, type NamedObjects, ownersBetween, type StoredObjects } from '@capstan/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { FilmRow } from '../films/film.entity';
import { filmKey } from '../films/films.repository';
import type { SnapshotRow } from '../snapshots/snapshot.entity';

type Snapshot = Pick<SnapshotRow, 'key' | 'thumbnail' | 'created_at' | 'stored' | 'doomed_at'>;
type Film = Pick<FilmRow, 'film_id' | 'camera_id' | 'codec' | 'created_at' | 'state'>;

/** Objects that need not be there: on their way in or out, or made again when somebody asks. */
const NEED_NOT_BE = Number.POSITIVE_INFINITY;

/**
 * What cameras stored: snapshots with their thumbnails, and films. Objects that only pass through (`passing-objects.client.ts`) are named by no row; they are made
 * again when they are asked for.
 */
@Injectable()
export class CameraObjects implements StoredObjects {
  readonly prefix = 'cameras/';

  constructor(
    private readonly dataSource: DataSource,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** The camera's id. */
  ownerOf(key: string): string {
    return key.slice(this.prefix.length).split('/', 1)[0] ?? '';
  }

  async namedBetween(after: string | null, upTo: string | null): Promise<NamedObjects> {
    const { range, parameters } = ownersBetween('camera_id', after, upTo);
    const [snapshots, films] = await Promise.all([
      rows<Snapshot>(this.dataSource, `SELECT key, thumbnail, created_at, stored, doomed_at FROM snapshots WHERE ${range}`, parameters),
      rows<Film>(this.dataSource, `SELECT film_id, camera_id, codec, created_at, state FROM films WHERE ${range}`, parameters),
    ]);
    return { named: [...snapshots.flatMap(ofSnapshot), ...films.map(ofFilm)], spared: new Set() };
  }

  async markLost(manager: SqlRunner, keys: readonly string[]): Promise<string[]> {
    const now = isoTime(this.clock.now());
    await rows(manager, `UPDATE snapshots SET lost_at = NULL WHERE lost_at IS NOT NULL AND key <> ALL($1)`, [keys]);
    const snapshots = await rows<{ key: string }>(manager, `UPDATE snapshots SET lost_at = $2 WHERE key = ANY($1) AND lost_at IS NULL AND stored AND doomed_at IS NULL RETURNING key`, [keys, now]);
    const films = keys.flatMap((key) => /\/films\/([0-9a-f-]{36})\.[a-z0-9]+$/.exec(key)?.[1] ?? []);
    await rows(manager, `UPDATE films SET lost_at = NULL WHERE lost_at IS NOT NULL AND film_id <> ALL($1::uuid[])`, [films]);
    const lost = await rows<Film>(manager, `UPDATE films SET lost_at = $2 WHERE film_id = ANY($1::uuid[]) AND lost_at IS NULL AND state = 'completed' RETURNING film_id, camera_id, codec`, [films, now]);
    return [...snapshots.map(({ key }) => key), ...lost.map(filmKey)];
  }
}

function ofSnapshot({ key, thumbnail, created_at, stored, doomed_at }: Snapshot): NamedObject[] {
  const since = stored && doomed_at === null ? created_at.getTime() : NEED_NOT_BE;
  return [{ key, since }, ...(thumbnail === null ? [] : [{ key: thumbnail.key, since: NEED_NOT_BE }])];
}

function ofFilm(film: Film): NamedObject {
  return { key: filmKey(film), since: film.state === 'completed' ? film.created_at.getTime() : NEED_NOT_BE };
}
