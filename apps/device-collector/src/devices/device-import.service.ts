import type { ImportDevicesAnswer } from '@capstan/contracts';
import { AppError, type Clock, type IdSource } from '@capstan/kernel';
import { rows, transaction } from '@capstan/persistence';
import { CLOCK, IDS } from '@capstan/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { PlatformCatalogue } from '../platforms';
import { Devices } from './devices.repository';
import { planImport, type PlannedRow } from './import-plan';
import { type ImportDefaults, type ImportRow, readImport } from './import-rows';
import type { JumpDevice } from './jump-chain';

/** What to do with a document. */
export interface ImportWish {
  readonly format: 'csv' | 'json';
  readonly text: string;
  readonly defaults: ImportDefaults;
  readonly skipDuplicates: boolean;
  readonly allOrNothing: boolean;
  readonly dryRun: boolean;
  readonly createdBy: string;
}

/** Devices of one statement. */
const CHUNK = 500;

/** Adds many devices in one transaction: either all good rows are written, or, when something breaks, none. */
@Injectable()
export class DeviceImport {
  constructor(
    private readonly dataSource: DataSource,
    private readonly devices: Devices,
    private readonly platforms: PlatformCatalogue,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(IDS) private readonly ids: IdSource,
  ) {}

  /** Never throws for what is wrong with the document or a row: that is the answer. */
  async run(wish: ImportWish): Promise<ImportDevicesAnswer> {
    let importRows: ImportRow[];
    try {
      importRows = readImport(wish.format, wish.text, wish.defaults);
    } catch (error) {
      const known = AppError.from(error);
      if (known.code !== 'IMPORT_UNREADABLE') {
        throw error;
      }
      const errors = [{ row: null, field: 'data', code: String(known.details?.['code']), error: known.message }];
      return { success: false, dry_run: wish.dryRun, imported_count: 0, updated_count: 0, skipped_count: 0, error_count: 1, errors, rows: [] };
    }
    return transaction(this.dataSource, async (manager) => {
      // What was looked at must still be so when it is written; readers go on.
      await manager.query('LOCK TABLE devices IN SHARE ROW EXCLUSIVE MODE');
      const plan = planImport(importRows, await this.world(manager), wish.skipDuplicates, this.ids);
      const held = wish.allOrNothing && plan.some(({ action }) => action === 'fail');
      if (!wish.dryRun && !held) {
        await this.write(manager, plan, wish.createdBy);
      }
      return answerOf(plan, wish.dryRun, held);
    });
  }

  private async world(manager: EntityManager) {
    const devices = await rows<JumpDevice>(manager, `SELECT device_id, name, address, port, credential_id, jump_host_id FROM devices WHERE deleted_at IS NULL`);
    const credentials = await rows<{ credential_id: string; key: string }>(manager, `SELECT credential_id, lower(name) AS key FROM credentials WHERE session_id IS NULL`);
    return { devices, credentials: new Map(credentials.map(({ key, credential_id: id }) => [key, id])), isPlatform: (name: string) => this.platforms.find(name) !== undefined };
  }

  private async write(manager: EntityManager, plan: readonly PlannedRow[], createdBy: string): Promise<void> {
    const created = plan.flatMap((one) => (one.action === 'create' ? { ...one.device, device_id: one.deviceId } : []));
    const now = new Date(this.clock.now());
    for (let start = 0; start < created.length; start += CHUNK) {
      const chunk = JSON.stringify(created.slice(start, start + CHUNK));
      await rows(
        manager,
        `INSERT INTO devices (device_id, name, address, port, platform, vendor, site, role, credential_id, jump_host_id, tags, legacy_crypto, overrides, enabled, notes, revision, created_at, created_by, updated_at)
         SELECT device_id, name, address, port, platform, vendor, site, role, credential_id, jump_host_id, ARRAY(SELECT jsonb_array_elements_text(tags)), legacy_crypto, overrides, enabled, notes, 1, $2::timestamptz, $3, $2::timestamptz
           FROM jsonb_to_recordset($1::jsonb) AS one (device_id uuid, name text, address text, port int, platform text, vendor text, site text, role text, credential_id uuid, jump_host_id uuid, tags jsonb,
                legacy_crypto text, overrides jsonb, enabled boolean, notes text)`,
        [chunk, now, createdBy],
      );
      await rows(manager, `INSERT INTO device_states (device_id) SELECT device_id FROM jsonb_to_recordset($1::jsonb) AS one (device_id uuid)`, [chunk]);
    }
    for (const one of plan) {
      if (one.action === 'update') {
        await this.devices.update(one.deviceId, one.changes, undefined, manager);
      }
    }
  }
}

const OUTCOMES = { create: 'imported', update: 'updated', skip: 'skipped', fail: 'failed' } as const;

function answerOf(plan: readonly PlannedRow[], dryRun: boolean, held: boolean): ImportDevicesAnswer {
  const inOrder = [...plan].sort((a, b) => a.row - b.row);
  const count = (action: PlannedRow['action']): number => (held && action !== 'fail' && action !== 'skip' ? 0 : plan.filter((one) => one.action === action).length);
  return {
    success: !held,
    dry_run: dryRun,
    imported_count: count('create'),
    updated_count: count('update'),
    skipped_count: count('skip'),
    error_count: count('fail'),
    errors: inOrder.flatMap((one) => (one.action === 'fail' ? one.errors.map(({ path, code, message }) => ({ row: one.row, field: path, code, error: message })) : [])),
    rows: inOrder.map((one) => ({
      row: one.row,
      name: one.name,
      outcome: held && (one.action === 'create' || one.action === 'update') ? 'held' : OUTCOMES[one.action],
      // A device that was not written has no id yet.
      device_id: one.action === 'fail' || (one.action === 'create' && (dryRun || held)) ? null : one.deviceId,
    })),
  };
}
