import { type CreateSourceBody, type RequestOf, type ResponseOf, sourceRpc, type SourceView, UNKNOWN_SOURCE_ID, type UpdateSourceBody } from '@capstan/contracts';
import { AppError, type Clock, isoTime } from '@capstan/kernel';
import { rows, type SqlRunner } from '@capstan/persistence';
import { CLOCK } from '@capstan/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { isUniqueViolation, isUsedElsewhere, updateOf } from '../database/statements';

type SourceRow = Omit<SourceView, 'frequency_hz' | 'created_at'> & { frequency_hz: string | null; created_at: Date };

/** Transmitters that recordings are labelled with. "Unknown" is always there and cannot be changed. */
@Injectable()
export class KnownSources {
  constructor(
    private readonly dataSource: DataSource,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  async list(query: RequestOf<typeof sourceRpc.list>): Promise<ResponseOf<typeof sourceRpc.list>> {
    const perPage = query.limit ?? query.per_page;
    const page = query.limit === undefined ? query.page : 1;
    const found = await rows<SourceRow & { total: string }>(
      this.dataSource,
      `SELECT *, count(*) OVER () AS total FROM known_sources WHERE ($1::text IS NULL OR name ILIKE '%' || $1 || '%')
       ORDER BY (source_id = $2) DESC, lower(name), source_id LIMIT $3 OFFSET $4`,
      [query.q ?? null, UNKNOWN_SOURCE_ID, perPage, (page - 1) * perPage],
    );
    return { sources: found.map(viewOf), total: Number(found[0]?.total ?? 0), page, per_page: perPage };
  }

  /** @throws AppError `SOURCE_NOT_FOUND` */
  async get(sourceId: string, runner: SqlRunner = this.dataSource): Promise<SourceView> {
    const [row] = await rows<SourceRow>(runner, 'SELECT * FROM known_sources WHERE source_id = $1', [sourceId]);
    if (row === undefined) {
      throw new AppError('SOURCE_NOT_FOUND', 'Source not found');
    }
    return viewOf(row);
  }

  /** A source as recordings name it: its id, `unknown`, or nothing. @throws AppError `SOURCE_NOT_FOUND` */
  async resolve(ref: string | null | undefined): Promise<string> {
    return ref === null || ref === undefined || ref === 'unknown' ? UNKNOWN_SOURCE_ID : (await this.get(ref)).source_id;
  }

  /** Repeating it with the same id changes nothing. @throws AppError `NAME_TAKEN` */
  async create(sourceId: string, source: CreateSourceBody): Promise<SourceView> {
    const now = new Date(this.clock.now());
    try {
      await rows(
        this.dataSource,
        `INSERT INTO known_sources (source_id, name, description, frequency_hz, latitude, longitude, power_dbm, source_type, is_validated, error_margin_meters, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) ON CONFLICT (source_id) DO NOTHING`,
        [sourceId, source.name, source.description, source.frequency_hz, source.latitude, source.longitude, source.power_dbm, source.source_type, source.is_validated, source.error_margin_meters, now],
      );
    } catch (error) {
      throw isUniqueViolation(error) ? new AppError('NAME_TAKEN', 'A source of this name exists') : error;
    }
    return this.get(sourceId);
  }

  /** @throws AppError `SOURCE_NOT_FOUND`, `SOURCE_FIXED`, `NAME_TAKEN` */
  async update(sourceId: string, changes: UpdateSourceBody): Promise<SourceView> {
    assertNotUnknown(sourceId);
    const { assignments, values } = updateOf(changes, 2);
    try {
      if (assignments !== '') {
        await rows(this.dataSource, `UPDATE known_sources SET ${assignments} WHERE source_id = $1`, [sourceId, ...values]);
      }
    } catch (error) {
      throw isUniqueViolation(error) ? new AppError('NAME_TAKEN', 'A source of this name exists') : error;
    }
    return this.get(sourceId);
  }

  /** @throws AppError `SOURCE_NOT_FOUND`, `SOURCE_FIXED`, `SOURCE_IN_USE` */
  async remove(sourceId: string): Promise<void> {
    assertNotUnknown(sourceId);
    await this.get(sourceId);
    try {
      await rows(this.dataSource, 'DELETE FROM known_sources WHERE source_id = $1', [sourceId]);
    } catch (error) {
      throw isUsedElsewhere(error) ? new AppError('SOURCE_IN_USE', 'Recordings name this source') : error;
    }
  }
}

function assertNotUnknown(sourceId: string): void {
  if (sourceId === UNKNOWN_SOURCE_ID) {
    throw new AppError('SOURCE_FIXED', 'The source Unknown is always there and stays as it is');
  }
}

function viewOf(row: SourceRow): SourceView {
  const { source_id, name, description, latitude, longitude, power_dbm, source_type, is_validated, error_margin_meters } = row;
  return { source_id, name, description, frequency_hz: row.frequency_hz === null ? null : Number(row.frequency_hz), latitude, longitude, power_dbm, source_type, is_validated, error_margin_meters, created_at: isoTime(row.created_at.getTime()) };
}
