import { type CaptureView, type captureGroupsQuery, type captureListQuery, type CaptureOutcome, type ParseStatus, type z } from '@capstan/contracts';
import { AppError, isoTime } from '@capstan/kernel';
import { rows, transaction } from '@capstan/persistence';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { ListFilter } from '../list-filter';

/** A capture with where its text is. */
export interface StoredCapture {
  readonly view: CaptureView;
  readonly blob: string | null;
}

interface CaptureRecord {
  capture_id: string;
  session_id: string;
  task_id: string;
  device_id: string;
  device_name: string;
  platform: string;
  site: string | null;
  capture_type: string;
  captured_at: Date;
  commands: string[];
  complete: boolean;
  error_class: string | null;
  parse_status: ParseStatus | null;
  row_count: number;
  unparsed_count: number;
  bytes: number;
  raw_sha256: string;
  normalised_sha256: string | null;
  blob_sha256: string | null;
  text_of: string;
  outcome: CaptureOutcome;
  change_id: string | null;
  rules_hit: Record<string, number>;
  identity_changed: boolean;
  baseline: boolean;
  current: boolean;
}

/** Columns of a {@link CaptureView}, from `device_captures c`, `captured_devices d` and `capture_heads h`. */
export const CAPTURE_COLUMNS = `c.*, d.name AS device_name, d.site, coalesce(h.baseline_id = c.capture_id, false) AS baseline, coalesce(h.capture_id = c.capture_id, false) AS current`;
/** See {@link CAPTURE_COLUMNS}. */
export const CAPTURE_TABLES = `device_captures c JOIN captured_devices d ON d.device_id = c.device_id LEFT JOIN capture_heads h ON h.device_id = c.device_id AND h.capture_type = c.capture_type`;

/** Captures as people ask for them. */
@Injectable()
export class Captures {
  constructor(private readonly dataSource: DataSource) {}

  /** Newest first. */
  async list(query: z.output<typeof captureListQuery>): Promise<{ captures: CaptureView[]; total: number; page: number; per_page: number }> {
    const filter = new ListFilter(query)
      .equal('c.device_id', query.device_id)
      .equal('c.capture_type', query.capture_type)
      .equal('c.session_id', query.session_id)
      .equal('d.site', query.site)
      .where('c.captured_at >= ?', query.since)
      .where('c.captured_at < ?', query.until);
    if (query.current === 'true') {
      filter.always('h.capture_id = c.capture_id');
    }
    const { found, total } = await filter.page<CaptureRecord>(this.dataSource, CAPTURE_COLUMNS, CAPTURE_TABLES, 'c.captured_at DESC, c.capture_id DESC');
    return { captures: found.map(toView), total, ...filter.paging };
  }

  /** @throws AppError `CAPTURE_NOT_FOUND` */
  async get(captureId: string): Promise<StoredCapture> {
    return this.one(`c.capture_id = $1`, [captureId]);
  }

  /** The last good capture of a device. @throws AppError `CAPTURE_NOT_FOUND` */
  async current(deviceId: string, type: string): Promise<StoredCapture> {
    return this.one(`c.device_id = $1 AND c.capture_type = $2 AND h.capture_id = c.capture_id`, [deviceId, type]);
  }

  /** The approved reference. @throws AppError `NO_BASELINE` */
  async baseline(deviceId: string, type: string): Promise<StoredCapture> {
    return this.one(`c.device_id = $1 AND c.capture_type = $2 AND h.baseline_id = c.capture_id`, [deviceId, type], new AppError('NO_BASELINE', 'No capture of this type was approved as the reference of the device'));
  }

  /** Makes a capture the approved reference of its device and type, or not any more. @throws AppError `CAPTURE_NOT_FOUND` */
  async setBaseline(captureId: string, baseline: boolean): Promise<CaptureView> {
    const { view } = await this.get(captureId);
    await transaction(this.dataSource, (manager) =>
      rows(manager, `UPDATE capture_heads SET baseline_id = CASE WHEN $4::boolean THEN $3::uuid END WHERE device_id = $1 AND capture_type = $2 AND ($4 OR baseline_id = $3)`, [
        view.device_id,
        view.capture_type,
        captureId,
        baseline,
      ]),
    );
    return (await this.get(captureId)).view;
  }

  /** Devices whose current outputs are equal, the largest group first. */
  async groups({ capture_type: type, site, platform }: z.output<typeof captureGroupsQuery>): Promise<{ normalised_sha256: string; count: number; devices: { device_id: string; device_name: string; capture_id: string; captured_at: string }[] }[]> {
    const found = await rows<{ normalised_sha256: string; device_id: string; device_name: string; capture_id: string; captured_at: Date }>(
      this.dataSource,
      `SELECT h.normalised_sha256, h.device_id, d.name AS device_name, h.capture_id, h.captured_at FROM capture_heads h JOIN captured_devices d ON d.device_id = h.device_id
        WHERE h.capture_type = $1 AND ($2::text IS NULL OR d.site = $2) AND ($3::text IS NULL OR d.platform = $3) ORDER BY d.name`,
      [type, site ?? null, platform ?? null],
    );
    const groups = new Map<string, { device_id: string; device_name: string; capture_id: string; captured_at: string }[]>();
    for (const { normalised_sha256: hash, captured_at, ...device } of found) {
      groups.set(hash, [...(groups.get(hash) ?? []), { ...device, captured_at: isoTime(captured_at.getTime()) }]);
    }
    return [...groups].map(([normalised_sha256, devices]) => ({ normalised_sha256, count: devices.length, devices })).sort((a, b) => b.count - a.count);
  }

  /** Capture types there are. */
  async types(): Promise<{ capture_type: string; devices: number; captures: number; last_capture_at: string }[]> {
    const found = await rows<{ capture_type: string; devices: number; captures: number; last: Date }>(
      this.dataSource,
      `SELECT capture_type, count(DISTINCT device_id)::int AS devices, count(*)::int AS captures, max(captured_at) AS last FROM device_captures GROUP BY capture_type ORDER BY capture_type`,
    );
    return found.map(({ last, ...type }) => ({ ...type, last_capture_at: isoTime(last.getTime()) }));
  }

  /** Devices with captures. */
  async devices(): Promise<{ device_id: string; device_name: string; platform: string; site: string | null; capture_types: string[]; last_capture_at: string }[]> {
    const found = await rows<{ device_id: string; device_name: string; platform: string; site: string | null; capture_types: string[]; last: Date }>(
      this.dataSource,
      `SELECT d.device_id, d.name AS device_name, d.platform, d.site, array_agg(DISTINCT c.capture_type ORDER BY c.capture_type) AS capture_types, max(c.captured_at) AS last
         FROM captured_devices d JOIN device_captures c ON c.device_id = d.device_id GROUP BY d.device_id ORDER BY d.name`,
    );
    return found.map(({ last, ...device }) => ({ ...device, last_capture_at: isoTime(last.getTime()) }));
  }

  private async one(condition: string, values: readonly unknown[], missing = new AppError('CAPTURE_NOT_FOUND', 'No such capture')): Promise<StoredCapture> {
    const [row] = await rows<CaptureRecord>(this.dataSource, `SELECT ${CAPTURE_COLUMNS} FROM ${CAPTURE_TABLES} WHERE ${condition}`, values);
    if (row === undefined) {
      throw missing;
    }
    return { view: toView(row), blob: row.blob_sha256 };
  }
}

/** A row of {@link CAPTURE_COLUMNS} as it is shown. */
export function toView(row: CaptureRecord): CaptureView {
  const { blob_sha256, text_of, captured_at, ...shown } = row;
  return { ...shown, captured_at: isoTime(captured_at.getTime()), same_as: text_of === row.capture_id ? null : text_of, stored: blob_sha256 !== null };
}
