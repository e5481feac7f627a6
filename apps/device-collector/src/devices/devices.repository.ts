import type { BulkDevicesBody, CreateDeviceBody, DeviceFilter, DeviceTestResult, UpdateDeviceBody } from '@capstan/contracts';
import { AppError, type Clock, type FieldError, validationError } from '@capstan/kernel';
import { rows, type SqlRunner, sqlState, transaction } from '@capstan/persistence';
import { CLOCK } from '@capstan/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { PlatformCatalogue } from '../platforms';
import { deviceCondition, deviceOrder, JOINED } from './device-filter';
import type { DeviceRecord } from './device-view';
import { jumpPath, type JumpDevice } from './jump-chain';

const UNIQUE_VIOLATION = '23505';

/** Columns that a write may name. */
const WRITABLE = ['name', 'address', 'port', 'platform', 'vendor', 'site', 'role', 'credential_id', 'jump_host_id', 'tags', 'legacy_crypto', 'overrides', 'enabled', 'notes'] as const;

/** Changes of a device; what is undefined stays. */
export type DeviceChanges = Omit<UpdateDeviceBody, 'revision'>;
type Sort = Parameters<typeof deviceOrder>[0];

/** The inventory of devices. */
@Injectable()
export class Devices {
  constructor(
    private readonly dataSource: DataSource,
    private readonly platforms: PlatformCatalogue,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** Runs work that writes several devices: all of it or nothing. */
  together<T>(work: (manager: EntityManager) => Promise<T>): Promise<T> {
    return transaction(this.dataSource, work);
  }

  /**
   * Keeps a device. A repeated request is the same device, whatever it says.
   * @throws AppError `DEVICE_EXISTS`; `VALIDATION_FAILED` for an unknown platform, credential or jump host
   */
  async create(deviceId: string, fields: CreateDeviceBody, createdBy: string, manager?: EntityManager): Promise<DeviceRecord> {
    if (manager === undefined) {
      return this.together((own) => this.create(deviceId, fields, createdBy, own));
    }
    await this.check(manager, deviceId, fields);
    const now = new Date(this.clock.now());
    const columns = [...WRITABLE, 'device_id', 'revision', 'created_at', 'created_by', 'updated_at'];
    const values = [...WRITABLE.map((name) => stored(name, fields[name])), deviceId, 1, now, createdBy, now];
    const made = await guarded(() =>
      rows(manager, `INSERT INTO devices (${columns.join(', ')}) VALUES (${columns.map((_, index) => `$${index + 1}`).join(', ')}) ON CONFLICT (device_id) DO NOTHING RETURNING 1 AS one`, values),
    );
    if (made.length > 0) {
      await rows(manager, `INSERT INTO device_states (device_id) VALUES ($1)`, [deviceId]);
    }
    return this.get(deviceId, manager);
  }

  /**
   * Changes a device.
   * @param revision the one that was read; undefined overwrites whatever there is
   * @throws AppError `DEVICE_NOT_FOUND`, `REVISION_CONFLICT`, `DEVICE_EXISTS`, `VALIDATION_FAILED` as {@link create}
   */
  async update(deviceId: string, changes: DeviceChanges, revision: number | undefined, manager?: EntityManager): Promise<DeviceRecord> {
    if (manager === undefined) {
      return this.together((own) => this.update(deviceId, changes, revision, own));
    }
    await this.check(manager, deviceId, changes);
    const named = WRITABLE.filter((name) => changes[name] !== undefined);
    const values: unknown[] = [...named.map((name) => stored(name, changes[name])), new Date(this.clock.now()), deviceId, revision ?? null];
    const set = [...named, 'updated_at'].map((name, index) => `${name} = $${index + 1}`).join(', ');
    const changed = await guarded(() =>
      rows(
        manager,
        `UPDATE devices SET ${set}, revision = revision + 1 WHERE device_id = $${values.length - 1} AND deleted_at IS NULL AND ($${values.length}::int IS NULL OR revision = $${values.length}) RETURNING 1 AS one`,
        values,
      ),
    );
    const device = await this.get(deviceId, manager);
    if (changed.length === 0) {
      throw new AppError('REVISION_CONFLICT', 'The device was changed by somebody else meanwhile; read it again', { details: { revision: device.revision } });
    }
    return device;
  }

  /**
   * Changes or forgets many devices: all of them, or none.
   * @throws AppError as {@link update} and {@link remove}
   */
  bulk({ ids, changes, add_tags: added = [], remove_tags: removed = [], delete: forget }: BulkDevicesBody): Promise<{ changed: number; deleted: number }> {
    const unique = [...new Set(ids)];
    return this.together(async (manager) => {
      if (forget) {
        await this.forget(manager, unique);
        return { changed: 0, deleted: unique.length };
      }
      for (const id of unique) {
        const { tags } = await this.get(id, manager);
        const next = [...new Set([...tags.filter((tag) => !removed.includes(tag)), ...added])];
        await this.update(id, { ...changes, ...(added.length + removed.length === 0 ? {} : { tags: next }) }, undefined, manager);
      }
      return { changed: unique.length, deleted: 0 };
    });
  }

  /**
   * Takes a device out of sight; what was collected from it stays until its retention is over.
   * @throws AppError `DEVICE_NOT_FOUND`; `DEVICE_IN_USE` while it is collected, or while others are reached through it
   */
  remove(deviceId: string): Promise<void> {
    return this.together((manager) => this.forget(manager, [deviceId]));
  }

  /** @throws AppError `DEVICE_NOT_FOUND` */
  async get(deviceId: string, runner: SqlRunner = this.dataSource): Promise<DeviceRecord> {
    const [row] = await rows<DeviceRecord>(runner, `SELECT d.*, s.* FROM ${JOINED} WHERE d.device_id = $1 AND d.deleted_at IS NULL`, [deviceId]);
    if (row === undefined) {
      throw notFound();
    }
    return row;
  }

  /** Those that there are, in no order. */
  find(deviceIds: readonly string[], runner: SqlRunner = this.dataSource): Promise<DeviceRecord[]> {
    return rows<DeviceRecord>(runner, `SELECT d.*, s.* FROM ${JOINED} WHERE d.device_id = ANY ($1::uuid[]) AND d.deleted_at IS NULL`, [deviceIds]);
  }

  /** A page of the devices that a filter selects. */
  async list(filter: DeviceFilter, { sort, order, page, perPage }: { sort: Sort; order: 'asc' | 'desc'; page: number; perPage: number }): Promise<{ devices: DeviceRecord[]; total: number }> {
    const { where, values } = deviceCondition(filter);
    const [count] = await rows<{ total: string }>(this.dataSource, `SELECT count(*) AS total FROM ${JOINED} WHERE ${where}`, values);
    const devices = await rows<DeviceRecord>(this.dataSource, `SELECT d.*, s.* FROM ${JOINED} WHERE ${where} ORDER BY ${deviceOrder(sort, order)} LIMIT ${perPage} OFFSET ${(page - 1) * perPage}`, values);
    return { devices, total: Number(count?.total ?? 0) };
  }

  /** All devices that a filter selects, by name. */
  all(filter: DeviceFilter, runner: SqlRunner = this.dataSource): Promise<DeviceRecord[]> {
    const { where, values } = deviceCondition(filter);
    return rows<DeviceRecord>(runner, `SELECT d.*, s.* FROM ${JOINED} WHERE ${where} ORDER BY ${deviceOrder('name', 'asc')}`, values);
  }

  /** Keeps how a test went. */
  async noteTest(deviceId: string, result: DeviceTestResult): Promise<void> {
    await rows(this.dataSource, `UPDATE device_states SET last_test = $2 WHERE device_id = $1`, [deviceId, JSON.stringify(result)]);
  }

  /** Writes a platform that was found out, unless somebody has said one meanwhile. @returns whether it was written */
  async learnPlatform(deviceId: string, platform: string): Promise<boolean> {
    const learned = await rows(
      this.dataSource,
      `UPDATE devices SET platform = $2, revision = revision + 1, updated_at = $3 WHERE device_id = $1 AND platform IS NULL AND deleted_at IS NULL RETURNING 1 AS one`,
      [deviceId, platform, new Date(this.clock.now())],
    );
    return learned.length > 0;
  }

  /** What is wrong with the fields of a device that refer to something else. */
  private async check(manager: EntityManager, deviceId: string, fields: DeviceChanges): Promise<void> {
    const errors: FieldError[] = [];
    if (fields.platform !== undefined && fields.platform !== null && this.platforms.find(fields.platform) === undefined) {
      errors.push({ path: 'platform', code: 'UNKNOWN_PLATFORM', message: `is not known; known are ${this.platforms.all.map(({ name }) => name).join(', ')}` });
    }
    if (fields.credential_id !== undefined && fields.credential_id !== null) {
      const known = await rows(manager, `SELECT 1 AS one FROM credentials WHERE credential_id = $1 AND session_id IS NULL`, [fields.credential_id]);
      if (known.length === 0) {
        errors.push({ path: 'credential_id', code: 'CREDENTIAL_NOT_FOUND', message: 'no such credential' });
      }
    }
    if (fields.jump_host_id !== undefined && fields.jump_host_id !== null) {
      try {
        const hosts = await this.jumpHosts(manager, [fields.jump_host_id]);
        jumpPath(deviceId, fields.jump_host_id, (id) => hosts.get(id));
      } catch (error) {
        const { code, message } = AppError.from(error);
        if (!code.startsWith('JUMP_')) {
          throw error;
        }
        errors.push({ path: 'jump_host_id', code, message });
      }
    }
    if (errors.length > 0) {
      throw validationError(errors);
    }
  }

  /** Devices on the way through some jump hosts, by id. */
  async jumpHosts(runner: SqlRunner, jumpHostIds: readonly string[]): Promise<ReadonlyMap<string, JumpDevice>> {
    const found = await rows<JumpDevice>(
      runner,
      // UNION drops what is known already, so that a cycle ends.
      `WITH RECURSIVE way AS (
         SELECT device_id, name, address, port, credential_id, jump_host_id FROM devices WHERE device_id = ANY ($1::uuid[]) AND deleted_at IS NULL
         UNION
         SELECT d.device_id, d.name, d.address, d.port, d.credential_id, d.jump_host_id FROM devices d JOIN way w ON d.device_id = w.jump_host_id WHERE d.deleted_at IS NULL
       ) SELECT * FROM way`,
      [jumpHostIds],
    );
    return new Map(found.map((device) => [device.device_id, device]));
  }

  private async forget(manager: EntityManager, ids: readonly string[]): Promise<void> {
    const found = await rows<{ device_id: string; name: string; live: boolean; behind: string | null }>(
      manager,
      `SELECT d.device_id, d.name,
              EXISTS (SELECT 1 FROM tasks t WHERE t.finished_at IS NULL AND t.spec ->> 'device_id' = d.device_id::text) AS live,
              (SELECT min(b.name) FROM devices b WHERE b.jump_host_id = d.device_id AND b.deleted_at IS NULL AND b.device_id <> ALL ($1::uuid[])) AS behind
         FROM devices d WHERE d.device_id = ANY ($1::uuid[]) AND d.deleted_at IS NULL FOR UPDATE`,
      [ids],
    );
    if (found.length < ids.length) {
      throw notFound();
    }
    for (const { name, live, behind } of found) {
      if (live || behind !== null) {
        throw new AppError('DEVICE_IN_USE', live ? `${name} is being collected; it can be deleted afterwards` : `${behind} is reached through ${name}`, { retryable: live });
      }
    }
    // The name, the address and the credential are free from now on.
    await rows(manager, `UPDATE devices SET deleted_at = $2, credential_id = NULL, jump_host_id = NULL, enabled = false WHERE device_id = ANY ($1::uuid[])`, [ids, new Date(this.clock.now())]);
  }
}

function stored(name: (typeof WRITABLE)[number], value: unknown): unknown {
  return name === 'overrides' ? JSON.stringify(value) : value;
}

async function guarded<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (sqlState(error) !== UNIQUE_VIOLATION) {
      throw error;
    }
    const byName = /devices_name/.test(String((error as { constraint?: unknown }).constraint ?? (error as { driverError?: { constraint?: unknown } }).driverError?.constraint));
    throw byName
      ? new AppError('DEVICE_EXISTS', 'There is a device of this name already', { details: { path: 'name' } })
      : new AppError('DEVICE_EXISTS', 'There is a device with this address and port already', { details: { path: 'address' } });
  }
}

function notFound(): AppError {
  return new AppError('DEVICE_NOT_FOUND', 'No such device');
}
