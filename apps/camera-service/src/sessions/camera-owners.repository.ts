import { rows, transaction } from '@capstan/persistence';
import { SERVICE, type ServiceIdentity } from '@capstan/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { Holder } from './fair-share';

/** Seconds a camera stays with an owner that does not renew. */
export const OWNER_SEC = 15;

/** Who has a camera now, or how many sessions its host has, which are as many as it may. */
export type Taken = { readonly owner: string } | { readonly full: number };

/** Which replica holds the session with which camera: one at a time, by a lease on the camera's row. Times are the database's own. */
@Injectable()
export class CameraOwners {
  constructor(
    private readonly dataSource: DataSource,
    @Inject(SERVICE) private readonly identity: ServiceIdentity,
  ) {}

  get name(): string {
    return this.identity.instance;
  }

  /**
   * Takes a camera, unless somebody else has it, or its host has as many sessions as it may: many cameras take one or two, and
   * a recorder with many cameras takes a number of them. Counted over all replicas, by the host and port in the cameras' URLs.
   */
  async take(cameraId: string, perHost: number): Promise<Taken> {
    return transaction(this.dataSource, async (manager) => {
      const [camera] = await rows<{ host: string }>(manager, `SELECT split_part(url_key, '/', 3) AS host FROM cameras WHERE camera_id = $1`, [cameraId]);
      const host = camera?.host ?? '';
      // Two that count at the same moment would both find room.
      await rows(manager, `SELECT pg_advisory_xact_lock(hashtext('camera-host'), hashtext($1))`, [host]);
      const [others] = await rows<{ count: number }>(
        manager,
        `SELECT count(*)::int AS count FROM camera_states s JOIN cameras c USING (camera_id) WHERE s.owned_until >= now() AND s.camera_id <> $1 AND split_part(c.url_key, '/', 3) = $2`,
        [cameraId, host],
      );
      const count = others?.count ?? 0;
      const taken = await rows(
        manager,
        `UPDATE camera_states SET owner = $2, owned_until = now() + $3 * interval '1 second'
          WHERE camera_id = $1 AND (owner IS NULL OR owner = $2 OR owned_until < now()) AND $4 RETURNING 1 AS one`,
        [cameraId, this.name, OWNER_SEC, count < perHost],
      );
      if (taken.length > 0) {
        return { owner: this.name };
      }
      const [present] = await rows<{ owner: string }>(manager, `SELECT owner FROM camera_states WHERE camera_id = $1 AND owner <> $2 AND owned_until >= now()`, [cameraId, this.name]);
      return present === undefined ? { full: count } : { owner: present.owner };
    });
  }

  /**
   * Keeps cameras for longer.
   * @returns those that are still ours and still to be watched, with their present revision
   */
  async renew(cameraIds: readonly string[]): Promise<Map<string, number>> {
    const kept = await rows<{ camera_id: string; revision: number }>(
      this.dataSource,
      `UPDATE camera_states s SET owned_until = now() + $3 * interval '1 second' FROM cameras c
        WHERE c.camera_id = s.camera_id AND s.camera_id = ANY ($1::uuid[]) AND s.owner = $2 AND c.is_active AND c.deleted_at IS NULL RETURNING s.camera_id, c.revision`,
      [cameraIds, this.name, OWNER_SEC],
    );
    return new Map(kept.map(({ camera_id: id, revision }) => [id, revision]));
  }

  async release(cameraIds: readonly string[]): Promise<void> {
    await rows(this.dataSource, `UPDATE camera_states SET owner = NULL, owned_until = NULL WHERE camera_id = ANY ($1::uuid[]) AND owner = $2`, [cameraIds, this.name]);
  }

  /**
   * Says that this replica is there.
   * @returns all that are there, with how many cameras they hold that are always watched and can be
   */
  async holders(): Promise<Holder[]> {
    await rows(
      this.dataSource,
      `INSERT INTO camera_replicas (instance, seen_until) VALUES ($1, now() + $2 * interval '1 second')
       ON CONFLICT (instance) DO UPDATE SET seen_until = excluded.seen_until`,
      [this.name, OWNER_SEC],
    );
    return rows<Holder>(
      this.dataSource,
      `SELECT r.instance AS name, count(c.camera_id)::int AS count
         FROM camera_replicas r
         LEFT JOIN camera_states s ON s.owner = r.instance AND s.owned_until >= now() AND s.state IN ('live', 'degraded')
         LEFT JOIN cameras c ON c.camera_id = s.camera_id AND c.warm = 'always' AND c.is_active AND c.deleted_at IS NULL
        WHERE r.seen_until >= now() GROUP BY r.instance`,
    );
  }

  /** Says that this replica goes, and forgets those that went without a word. */
  async leave(): Promise<void> {
    await rows(this.dataSource, `DELETE FROM camera_replicas WHERE instance = $1 OR seen_until < now()`, [this.name]);
  }

  /** Cameras that should always have a session and that nobody else holds. */
  async alwaysWarm(): Promise<string[]> {
    const found = await rows<{ camera_id: string }>(
      this.dataSource,
      `SELECT camera_id FROM cameras JOIN camera_states s USING (camera_id)
        WHERE warm = 'always' AND is_active AND deleted_at IS NULL AND (s.owner IS NULL OR s.owner = $1 OR s.owned_until < now())`,
      [this.name],
    );
    return found.map(({ camera_id: id }) => id);
  }
}
