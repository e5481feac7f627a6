import type { acknowledgeBody, ChangeView, changeListQuery, z } from '@capstan/contracts';
import { AppError, type Clock, isoTime } from '@capstan/kernel';
import { rows, type SqlRunner, transaction } from '@capstan/persistence';
import { CLOCK } from '@capstan/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { ListFilter } from '../list-filter';
import type { DeviceChangeRow } from '../database/change.entity';

type Query = z.output<typeof changeListQuery>;
type ChangeRecord = DeviceChangeRow & { device_name: string; platform: string; site: string | null };

const COLUMNS = `ch.*, d.name AS device_name, d.platform, d.site`;
const TABLES = `device_changes ch JOIN captured_devices d ON d.device_id = ch.device_id`;
const NEWEST = 'ch.detected_at DESC, ch.change_id DESC';
const HOUR_MS = 3_600_000;

/** Changes as people ask for them. */
@Injectable()
export class Changes {
  constructor(
    private readonly dataSource: DataSource,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** Newest first. */
  async list(query: Query): Promise<{ changes: ChangeView[]; total: number; page: number; per_page: number }> {
    const filter = this.filter(query);
    const { found, total } = await filter.page<ChangeRecord>(this.dataSource, COLUMNS, TABLES, NEWEST);
    return { changes: found.map(toView), total, ...filter.paging };
  }

  /** The newest, up to a limit. */
  async some(query: Query, limit: number): Promise<{ found: ChangeView[]; total: number }> {
    const { found, total } = await this.filter(query).slice<ChangeRecord>(this.dataSource, COLUMNS, TABLES, NEWEST, limit);
    return { found: found.map(toView), total };
  }

  /** @throws AppError `CHANGE_NOT_FOUND` */
  async get(changeId: string, runner: SqlRunner = this.dataSource): Promise<ChangeView> {
    const [row] = await rows<ChangeRecord>(runner, `SELECT ${COLUMNS} FROM ${TABLES} WHERE ch.change_id = $1`, [changeId]);
    if (row === undefined) {
      throw new AppError('CHANGE_NOT_FOUND', 'No such change');
    }
    return toView(row);
  }

  /** Says that a change is known, or takes it back; optionally makes its later capture the approved reference. @throws AppError `CHANGE_NOT_FOUND` */
  async acknowledge(changeId: string, { acknowledged, note, baseline }: z.output<typeof acknowledgeBody>, by: string): Promise<ChangeView> {
    return transaction(this.dataSource, async (manager) => {
      const [row] = await rows<{ device_id: string; capture_type: string; to_capture_id: string }>(
        manager,
        `UPDATE device_changes SET acknowledged_at = $2, acknowledged_by = $3, note = CASE WHEN $4::boolean THEN $5 ELSE note END WHERE change_id = $1 RETURNING device_id, capture_type, to_capture_id`,
        [changeId, acknowledged ? new Date(this.clock.now()) : null, acknowledged ? by : null, note !== undefined, note ?? null],
      );
      if (row === undefined) {
        throw new AppError('CHANGE_NOT_FOUND', 'No such change');
      }
      if (baseline) {
        await rows(manager, `UPDATE capture_heads SET baseline_id = $3 WHERE device_id = $1 AND capture_type = $2`, [row.device_id, row.capture_type, row.to_capture_id]);
      }
      return this.get(changeId, manager);
    });
  }

  /** Says that changes are known; those that were before stay as they are. @returns how many were not */
  async acknowledgeMany(changeIds: readonly string[], note: string | null, by: string): Promise<number> {
    const done = await rows(
      this.dataSource,
      `UPDATE device_changes SET acknowledged_at = $2, acknowledged_by = $3, note = coalesce($4, note) WHERE change_id = ANY ($1::uuid[]) AND acknowledged_at IS NULL RETURNING 1 AS one`,
      [changeIds, new Date(this.clock.now()), by, note],
    );
    return done.length;
  }

  private filter(query: Query): ListFilter {
    const filter = new ListFilter(query)
      .equal('ch.severity', query.severity)
      .equal('ch.capture_type', query.capture_type)
      .equal('ch.device_id', query.device_id)
      .equal('ch.session_id', query.session_id)
      .equal('d.site', query.site)
      .where('ch.detected_at >= ?', query.since)
      .where('ch.detected_at < ?', query.until)
      .where('ch.detected_at >= ?', query.hours === undefined ? undefined : new Date(this.clock.now() - query.hours * HOUR_MS))
      .where(`(d.name ILIKE ? OR ch.actor ->> 'user' ILIKE ? OR ch.summary::text ILIKE ?)`, ListFilter.contains(query.q));
    return query.acknowledged === undefined ? filter : filter.always(`ch.acknowledged_at IS ${query.acknowledged === 'true' ? 'NOT NULL' : 'NULL'}`);
  }
}

function toView({ detected_at, since, acknowledged_at, rows: _, ...row }: ChangeRecord): ChangeView {
  return { ...row, detected_at: isoTime(detected_at.getTime()), since: isoTime(since.getTime()), acknowledged_at: acknowledged_at === null ? null : isoTime(acknowledged_at.getTime()) };
}
