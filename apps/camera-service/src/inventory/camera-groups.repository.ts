import type { CreateGroupBody, GroupView, UpdateGroupBody } from '@capstan/contracts';
import { AppError, type Clock, isoTime } from '@capstan/kernel';
import { rows, sqlState } from '@capstan/persistence';
import { CLOCK } from '@capstan/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { CameraGroupRow } from './camera-group.entity';

const UNIQUE_VIOLATION = '23505';
const FOREIGN_KEY_VIOLATION = '23503';

type CountedGroup = CameraGroupRow & { camera_count: string; live_count: string };

const COUNTED = `
  SELECT g.*, count(c.camera_id) AS camera_count, count(c.camera_id) FILTER (WHERE c.is_active AND s.state IN ('live', 'degraded')) AS live_count
    FROM camera_groups g LEFT JOIN cameras c ON c.group_id = g.group_id AND c.deleted_at IS NULL LEFT JOIN camera_states s ON s.camera_id = c.camera_id`;

/** Groups of cameras. */
@Injectable()
export class CameraGroups {
  constructor(
    private readonly dataSource: DataSource,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  async list(page: number, perPage: number): Promise<{ groups: GroupView[]; total: number }> {
    const [count] = await rows<{ total: string }>(this.dataSource, `SELECT count(*) AS total FROM camera_groups`);
    const groups = await rows<CountedGroup>(this.dataSource, `${COUNTED} GROUP BY g.group_id ORDER BY g.position, g.name, g.group_id LIMIT $1 OFFSET $2`, [perPage, (page - 1) * perPage]);
    return { groups: groups.map(toView), total: Number(count?.total ?? 0) };
  }

  /** @throws AppError `CAMERA_GROUP_NOT_FOUND` */
  async get(groupId: string): Promise<GroupView> {
    const [group] = await rows<CountedGroup>(this.dataSource, `${COUNTED} WHERE g.group_id = $1 GROUP BY g.group_id`, [groupId]);
    if (group === undefined) {
      throw notFound();
    }
    return toView(group);
  }

  /** A repeated request is the same group. @throws AppError `NAME_TAKEN` */
  async create(groupId: string, group: CreateGroupBody): Promise<GroupView> {
    const now = new Date(this.clock.now());
    await named(() =>
      rows(
        this.dataSource,
        `INSERT INTO camera_groups (group_id, name, description, location, position, revision, created_at, updated_at) VALUES ($1, $2, $3, $4, $5, 1, $6, $6) ON CONFLICT (group_id) DO NOTHING`,
        [groupId, group.name, group.description ?? null, group.location ?? null, group.order, now],
      ),
    );
    return this.get(groupId);
  }

  /** @throws AppError `CAMERA_GROUP_NOT_FOUND`, `REVISION_CONFLICT`, `NAME_TAKEN` */
  async update(groupId: string, changes: UpdateGroupBody): Promise<GroupView> {
    const columns = { name: changes.name, description: changes.description, location: changes.location, position: changes.order };
    const given = Object.entries(columns).filter(([, value]) => value !== undefined);
    const set = given.map(([name], index) => `${name} = $${index + 4}`);
    const changed = await named(() =>
      rows(
        this.dataSource,
        `UPDATE camera_groups SET ${[...set, 'updated_at = $2', 'revision = revision + 1'].join(', ')} WHERE group_id = $1 AND ($3::int IS NULL OR revision = $3) RETURNING 1 AS one`,
        [groupId, new Date(this.clock.now()), changes.revision ?? null, ...given.map(([, value]) => value)],
      ),
    );
    const group = await this.get(groupId);
    if (changed.length === 0) {
      throw new AppError('REVISION_CONFLICT', 'The group was changed by somebody else meanwhile; read it again', { details: { revision: group.revision } });
    }
    return group;
  }

  /** @throws AppError `CAMERA_GROUP_NOT_FOUND`, `CAMERA_GROUP_NOT_EMPTY` */
  async remove(groupId: string): Promise<void> {
    // Cameras that were deleted but still have snapshots must not keep the group.
    await rows(this.dataSource, `UPDATE cameras SET group_id = NULL WHERE group_id = $1 AND deleted_at IS NOT NULL`, [groupId]);
    try {
      const removed = await rows(this.dataSource, `DELETE FROM camera_groups WHERE group_id = $1 RETURNING 1 AS one`, [groupId]);
      if (removed.length === 0) {
        throw notFound();
      }
    } catch (error) {
      if (sqlState(error) === FOREIGN_KEY_VIOLATION) {
        throw new AppError('CAMERA_GROUP_NOT_EMPTY', 'The group still has cameras; move them to another one first');
      }
      throw error;
    }
  }
}

async function named<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (sqlState(error) === UNIQUE_VIOLATION) {
      throw new AppError('NAME_TAKEN', 'There is a group of this name already', { details: { path: 'name' } });
    }
    throw error;
  }
}

function notFound(): AppError {
  return new AppError('CAMERA_GROUP_NOT_FOUND', 'No such group of cameras');
}

function toView(row: CountedGroup): GroupView {
  return {
    id: row.group_id,
    name: row.name,
    description: row.description,
    location: row.location,
    order: row.position,
    revision: row.revision,
    camera_count: Number(row.camera_count),
    live_count: Number(row.live_count),
    created_at: isoTime(row.created_at.getTime()),
    updated_at: isoTime(row.updated_at.getTime()),
  };
}
