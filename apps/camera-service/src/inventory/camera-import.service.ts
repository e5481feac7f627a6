import type { ImportCamerasAnswer } from '@capstan/contracts';
import { AppError, type FieldError, type IdSource } from '@capstan/kernel';
import { IDS } from '@capstan/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import { CAMERA_CONFIG, type CameraConfig } from '../config';
import { CameraAddresses } from './camera-address.client';
import { checkFields } from './camera-fields';
import { CameraGroups } from './camera-groups.repository';
import { urlKey } from './camera-url';
import { Cameras } from './cameras.repository';
import { type ImportRow, readImport } from './import-rows';

/** What to do with a document. */
export interface ImportWish {
  readonly format: 'csv' | 'json';
  readonly text: string;
  readonly groupId: string | undefined;
  readonly skipDuplicates: boolean;
  readonly dryRun: boolean;
  readonly createdBy: string;
}

/** Rows written at once: most of a row's time is the database's, waiting for its disk. */
const AT_ONCE = 8;

type Outcome = ImportCamerasAnswer['rows'][number]['outcome'];

/** Adds many cameras, each row for itself: one bad row spoils no other. */
@Injectable()
export class CameraImport {
  private readonly addresses: CameraAddresses;

  constructor(
    private readonly cameras: Cameras,
    private readonly groups: CameraGroups,
    @Inject(IDS) private readonly ids: IdSource,
    @Inject(CAMERA_CONFIG) config: CameraConfig,
  ) {
    this.addresses = new CameraAddresses(config.CAPSTAN_CAMERA_NETWORKS);
  }

  /** @throws AppError `CAMERA_GROUP_NOT_FOUND` of the group that was asked for */
  async run(wish: ImportWish): Promise<ImportCamerasAnswer> {
    if (wish.groupId !== undefined) {
      await this.groups.get(wish.groupId);
    }
    let rows: ImportRow[];
    try {
      rows = readImport(wish.format, wish.text, wish.groupId);
    } catch (error) {
      const known = AppError.from(error);
      if (known.code !== 'IMPORT_UNREADABLE') {
        throw error;
      }
      return { ...EMPTY, dry_run: wish.dryRun, error_count: 1, errors: [{ row: null, field: 'data', code: String(known.details?.['code']), error: known.message }] };
    }
    const seen = new Set<string>();
    const answer: Mutable = { ...EMPTY, success: true, dry_run: wish.dryRun, errors: [], rows: [] };
    const results: Awaited<ReturnType<CameraImport['one']>>[] = [];
    let next = 0;
    const worker = async (): Promise<void> => {
      for (let index = next; index < rows.length; index = next) {
        next += 1;
        // Rows are begun in order, so the later of two alike is the one that is refused.
        results[index] = await this.one(rows[index]!, wish, seen);
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, worker));
    for (const [index, row] of rows.entries()) {
      const { outcome, cameraId, errors } = results[index]!;
      answer.rows.push({ row: row.row, name: row.name, outcome, camera_id: cameraId });
      answer.errors.push(...errors.map(({ path, code, message }) => ({ row: row.row, field: path, code, error: message })));
      answer.imported_count += outcome === 'imported' ? 1 : 0;
      answer.updated_count += outcome === 'updated' ? 1 : 0;
      answer.skipped_count += outcome === 'skipped' ? 1 : 0;
      answer.error_count += outcome === 'failed' ? 1 : 0;
    }
    return answer;
  }

  private async one(row: ImportRow, wish: ImportWish, seen: Set<string>): Promise<{ outcome: Outcome; cameraId: string | null; errors: readonly FieldError[] }> {
    if ('errors' in row) {
      return { outcome: 'failed', cameraId: null, errors: row.errors };
    }
    const failed = (errors: readonly FieldError[]) => ({ outcome: 'failed' as const, cameraId: null, errors });
    try {
      const { password, ...camera } = row.camera;
      const { fields } = checkFields(camera, (host) => this.addresses.mayBeAllowed(host));
      const key = urlKey(fields.rtsp_url);
      if (seen.has(key)) {
        return failed([{ path: 'rtsp_url', code: 'DUPLICATE_ROW', message: 'stands in an earlier row already' }]);
      }
      seen.add(key);
      const known = await this.cameras.findByUrl(fields.rtsp_url);
      if (known !== undefined && wish.skipDuplicates) {
        return { outcome: 'skipped', cameraId: known.camera_id, errors: [] };
      }
      if ((fields.group_id !== null && fields.group_id !== undefined) && fields.group_id !== wish.groupId) {
        await this.groups.get(fields.group_id);
      }
      if (known !== undefined) {
        if (!wish.dryRun) {
          await this.cameras.update(known.camera_id, fields, password ?? undefined, undefined);
        }
        return { outcome: 'updated', cameraId: known.camera_id, errors: [] };
      }
      const cameraId = this.ids.next();
      if (!wish.dryRun) {
        await this.cameras.create(cameraId, fields, password ?? undefined, wish.createdBy);
      }
      return { outcome: 'imported', cameraId: wish.dryRun ? null : cameraId, errors: [] };
    } catch (error) {
      const known = AppError.from(error);
      if (known.code === 'VALIDATION_FAILED') {
        return failed((known.details?.['errors'] ?? []) as FieldError[]);
      }
      if (known.code === 'CAMERA_GROUP_NOT_FOUND' || known.code === 'CAMERA_EXISTS') {
        return failed([{ path: known.code === 'CAMERA_EXISTS' ? 'rtsp_url' : 'group_id', code: known.code, message: known.message }]);
      }
      throw error;
    }
  }
}

type Mutable = { -readonly [Name in keyof ImportCamerasAnswer]: ImportCamerasAnswer[Name] };

const EMPTY: ImportCamerasAnswer = { success: false, dry_run: false, imported_count: 0, updated_count: 0, skipped_count: 0, error_count: 0, errors: [], rows: [] };
