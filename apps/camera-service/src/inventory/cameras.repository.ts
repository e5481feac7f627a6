import type { CreateCameraBody, UpdateCameraBody } from '@capstan/contracts';
import { AppError, type Clock } from '@capstan/kernel';
import { rows, type SqlRunner, sqlState, transaction } from '@capstan/persistence';
import { CLOCK } from '@capstan/service-kit';
import { type SealedRecord, Vault } from '@capstan/vault';
import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { CameraLogin } from '../rtsp/authorization';
import { urlKey } from './camera-url';
import { type CameraRecord, type GradedCamera, statesOf } from './camera-view';

const SERVICE = 'camera-service';
const UNIQUE_VIOLATION = '23505';
const FOREIGN_KEY_VIOLATION = '23503';
const JOINED = `cameras c JOIN camera_states s USING (camera_id)`;
/** With the grade of the last look and the open events: for people, not for each frame. */
const GRADED = `${JOINED}
  LEFT JOIN LATERAL (SELECT sample ->> 'grade' AS grade FROM health_samples h WHERE h.camera_id = c.camera_id ORDER BY at DESC LIMIT 1) look ON true
  CROSS JOIN LATERAL (SELECT COALESCE(array_agg(kind ORDER BY opened_at, kind), '{}') AS open_events FROM health_events e WHERE e.camera_id = c.camera_id AND closed_at IS NULL) events`;

/** Columns that a write may name. */
const WRITABLE = [
  'name',
  'description',
  'rtsp_url',
  'substream_url',
  'snapshot_url',
  'username',
  'resolution',
  'fps',
  'codec',
  'location',
  'latitude',
  'longitude',
  'group_id',
  'is_active',
  'is_primary',
  'enable_recording',
  'enable_snapshots',
  'enable_detection',
  'detection_sensitivity',
  'transport',
  'warm',
  'timeout_ms',
  'snapshot_interval_sec',
] as const;

/** Fields of a new camera, without its password. */
export type NewCameraFields = Omit<CreateCameraBody, 'password'>;
/** Changes of a camera, without its password. */
export type CameraChanges = Omit<UpdateCameraBody, 'password' | 'revision'>;

/** Which cameras to list. */
export interface CameraFilter {
  readonly groupId?: string | undefined;
  readonly status?: 'idle' | 'connecting' | 'live' | 'error' | undefined;
  readonly state?: string | undefined;
  readonly activeOnly?: boolean;
  readonly grade?: string | undefined;
  readonly withEvents?: boolean;
  readonly search?: string | undefined;
}

/** The cameras. */
@Injectable()
export class Cameras {
  constructor(
    private readonly dataSource: DataSource,
    private readonly vault: Vault,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /**
   * Keeps a camera. A repeated request is the same camera, whatever it says.
   * @throws AppError `CAMERA_EXISTS`, `CAMERA_GROUP_NOT_FOUND`
   */
  async create(cameraId: string, fields: NewCameraFields, password: string | undefined, createdBy: string): Promise<CameraRecord> {
    const now = new Date(this.clock.now());
    const values = WRITABLE.map((name) => fields[name] ?? null);
    await this.guarded(() =>
      transaction(this.dataSource, async (manager) => {
        const columns = [...WRITABLE, 'camera_id', 'url_key', 'sealed', 'revision', 'created_at', 'created_by', 'updated_at'];
        const made = await rows(
          manager,
          `INSERT INTO cameras (${columns.join(', ')}) VALUES (${columns.map((_, index) => `$${index + 1}`).join(', ')}) ON CONFLICT (camera_id) DO NOTHING RETURNING 1 AS one`,
          [...values, cameraId, urlKey(fields.rtsp_url), password === undefined ? null : JSON.stringify(this.seal(cameraId, password)), 1, now, createdBy, now],
        );
        if (made.length > 0) {
          await rows(
            manager,
            `INSERT INTO camera_states (camera_id, state, connection_retries, streak, next_check_at, next_snapshot_at) VALUES ($1, 'unknown', 0, 0, $2, $3)`,
            // At once, so that a new camera shows within seconds whether it works.
            [cameraId, now, (fields.snapshot_interval_sec === null || fields.snapshot_interval_sec === undefined) ? null : now],
          );
        }
      }),
    );
    return this.get(cameraId);
  }

  /**
   * Changes a camera.
   * @param password a new one, null for none, undefined for no change
   * @throws AppError `CAMERA_NOT_FOUND`, `REVISION_CONFLICT`, `CAMERA_EXISTS`, `CAMERA_GROUP_NOT_FOUND`
   */
  async update(cameraId: string, changes: CameraChanges, password: string | null | undefined, revision: number | undefined): Promise<CameraRecord> {
    const now = new Date(this.clock.now());
    const set: string[] = [];
    const values: unknown[] = [];
    const put = (column: string, value: unknown): void => {
      values.push(value);
      set.push(`${column} = $${values.length}`);
    };
    for (const name of WRITABLE) {
      if (changes[name] !== undefined) {
        put(name, changes[name]);
      }
    }
    if (changes.rtsp_url !== undefined) {
      put('url_key', urlKey(changes.rtsp_url));
    }
    if (password !== undefined) {
      put('sealed', password === null ? null : JSON.stringify(this.seal(cameraId, password)));
    }
    put('updated_at', now);
    values.push(cameraId, revision ?? null);
    await this.guarded(() =>
      transaction(this.dataSource, async (manager) => {
        const changed = await rows(
          manager,
          `UPDATE cameras SET ${set.join(', ')}, revision = revision + 1
            WHERE camera_id = $${values.length - 1} AND deleted_at IS NULL AND ($${values.length}::int IS NULL OR revision = $${values.length}) RETURNING 1 AS one`,
          values,
        );
        if (changed.length === 0) {
          const { revision: present } = await this.get(cameraId, manager);
          throw new AppError('REVISION_CONFLICT', 'The camera was changed by somebody else meanwhile; read it again', { details: { revision: present } });
        }
        // What was found out about the old address or password says nothing about the new one.
        await rows(manager, `UPDATE camera_states SET next_check_at = $2, streak = 0, pending_state = NULL, next_snapshot_at = CASE WHEN $3::boolean THEN $2 ELSE next_snapshot_at END WHERE camera_id = $1`, [cameraId, now, (changes.snapshot_interval_sec !== null && changes.snapshot_interval_sec !== undefined)]);
      }),
    );
    return this.get(cameraId);
  }

  /** Takes a camera out of sight; its snapshots are removed by and by. @throws AppError `CAMERA_NOT_FOUND` */
  async remove(cameraId: string): Promise<void> {
    const now = new Date(this.clock.now());
    const removed = await rows(this.dataSource, `UPDATE cameras SET deleted_at = $2, sealed = NULL, is_active = false WHERE camera_id = $1 AND deleted_at IS NULL RETURNING 1 AS one`, [cameraId, now]);
    if (removed.length === 0) {
      throw notFound();
    }
  }

  /** @throws AppError `CAMERA_NOT_FOUND` */
  async get(cameraId: string, runner: SqlRunner = this.dataSource): Promise<CameraRecord> {
    const [row] = await rows<CameraRecord>(runner, `SELECT * FROM ${JOINED} WHERE camera_id = $1 AND deleted_at IS NULL`, [cameraId]);
    if (row === undefined) {
      throw notFound();
    }
    return row;
  }

  /** As it may be shown. @throws AppError `CAMERA_NOT_FOUND` */
  async graded(cameraId: string): Promise<GradedCamera> {
    const [row] = await rows<GradedCamera>(this.dataSource, `SELECT * FROM ${GRADED} WHERE c.camera_id = $1 AND deleted_at IS NULL`, [cameraId]);
    if (row === undefined) {
      throw notFound();
    }
    return row;
  }

  async findByUrl(url: string): Promise<CameraRecord | undefined> {
    const [row] = await rows<CameraRecord>(this.dataSource, `SELECT * FROM ${JOINED} WHERE url_key = $1 AND deleted_at IS NULL`, [urlKey(url)]);
    return row;
  }

  /** Cameras by name; filters combine. */
  async list(filter: CameraFilter, page: number, perPage: number): Promise<{ cameras: GradedCamera[]; total: number }> {
    const where = ['deleted_at IS NULL'];
    const values: unknown[] = [];
    const and = (condition: (parameter: string) => string, value: unknown): void => {
      values.push(value);
      where.push(condition(`$${values.length}`));
    };
    const effective = `(CASE WHEN is_active THEN state ELSE 'disabled' END)`;
    if (filter.groupId !== undefined) {
      and((value) => `group_id = ${value}`, filter.groupId);
    }
    if (filter.status !== undefined) {
      and((value) => `${effective} = ANY (${value})`, statesOf(filter.status));
    }
    if (filter.state !== undefined) {
      and((value) => `${effective} = ${value}`, filter.state);
    }
    if (filter.activeOnly === true) {
      where.push('is_active');
    }
    if (filter.grade !== undefined) {
      and((value) => `is_active AND grade = ${value}`, filter.grade);
    }
    if (filter.withEvents === true) {
      where.push(`is_active AND open_events <> '{}'`);
    }
    if (filter.search !== undefined && filter.search !== '') {
      and((value) => `(name ILIKE ${value} OR location ILIKE ${value} OR rtsp_url ILIKE ${value})`, `%${filter.search.replace(/[\\%_]/g, '\\$&')}%`);
    }
    const from = `FROM ${GRADED} WHERE ${where.join(' AND ')}`;
    const [count] = await rows<{ total: string }>(this.dataSource, `SELECT count(*) AS total ${from}`, values);
    const cameras = await rows<GradedCamera>(this.dataSource, `SELECT * ${from} ORDER BY name, camera_id LIMIT ${perPage} OFFSET ${(page - 1) * perPage}`, values);
    return { cameras, total: Number(count?.total ?? 0) };
  }

  /** All cameras, by name; for exports. */
  async all(groupId: string | undefined): Promise<CameraRecord[]> {
    return rows<CameraRecord>(this.dataSource, `SELECT * FROM ${JOINED} WHERE deleted_at IS NULL AND ($1::uuid IS NULL OR group_id = $1) ORDER BY name, camera_id`, [groupId ?? null]);
  }

  /** How to sign in; undefined where nothing is configured. */
  login(camera: Pick<CameraRecord, 'camera_id' | 'username' | 'sealed'>): CameraLogin | undefined {
    const password = this.password(camera);
    return camera.username === null && password === undefined ? undefined : { username: camera.username ?? '', password: password ?? '' };
  }

  /** The password in clear. */
  password(camera: Pick<CameraRecord, 'camera_id' | 'sealed'>): string | undefined {
    if (camera.sealed === null) {
      return undefined;
    }
    const opened = this.vault.open(camera.sealed as SealedRecord, { service: SERVICE, recordId: camera.camera_id }) as { password?: unknown };
    return typeof opened.password === 'string' ? opened.password : undefined;
  }

  private seal(cameraId: string, password: string): SealedRecord {
    return this.vault.seal({ password }, { service: SERVICE, recordId: cameraId });
  }

  private async guarded<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (sqlState(error) === UNIQUE_VIOLATION) {
        throw new AppError('CAMERA_EXISTS', 'There is a camera with this URL already', { details: { path: 'rtsp_url' } });
      }
      if (sqlState(error) === FOREIGN_KEY_VIOLATION) {
        throw new AppError('CAMERA_GROUP_NOT_FOUND', 'No such group of cameras', { details: { path: 'group_id' } });
      }
      throw error;
    }
  }
}

function notFound(): AppError {
  return new AppError('CAMERA_NOT_FOUND', 'No such camera');
}
