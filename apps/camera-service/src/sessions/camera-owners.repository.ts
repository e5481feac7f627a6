import { rows } from '@capstan/persistence';
import { SERVICE, type ServiceIdentity } from '@capstan/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';

/** Seconds a camera stays with an owner that does not renew. */
export const OWNER_SEC = 15;

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

  /** Takes a camera, unless somebody else has it. @returns who has it now */
  async take(cameraId: string): Promise<string> {
    const taken = await rows(
      this.dataSource,
      `UPDATE camera_states SET owner = $2, owned_until = now() + $3 * interval '1 second'
        WHERE camera_id = $1 AND (owner IS NULL OR owner = $2 OR owned_until < now()) RETURNING 1 AS one`,
      [cameraId, this.name, OWNER_SEC],
    );
    return taken.length > 0 ? this.name : ((await this.ownerOf(cameraId)) ?? this.name);
  }

  /** Who has a camera; undefined when nobody does. */
  async ownerOf(cameraId: string): Promise<string | undefined> {
    const [row] = await rows<{ owner: string }>(this.dataSource, `SELECT owner FROM camera_states WHERE camera_id = $1 AND owner IS NOT NULL AND owned_until >= now()`, [cameraId]);
    return row?.owner;
  }

  /** Keeps cameras for longer. @returns those that are still ours */
  async renew(cameraIds: readonly string[]): Promise<Set<string>> {
    const kept = await rows<{ camera_id: string }>(this.dataSource, `UPDATE camera_states SET owned_until = now() + $3 * interval '1 second' WHERE camera_id = ANY ($1::uuid[]) AND owner = $2 RETURNING camera_id`, [cameraIds, this.name, OWNER_SEC]);
    return new Set(kept.map(({ camera_id: id }) => id));
  }

  async release(cameraIds: readonly string[]): Promise<void> {
    await rows(this.dataSource, `UPDATE camera_states SET owner = NULL, owned_until = NULL WHERE camera_id = ANY ($1::uuid[]) AND owner = $2`, [cameraIds, this.name]);
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
