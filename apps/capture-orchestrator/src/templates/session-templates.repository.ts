import type { Actor, SessionTemplate } from '@capstan/contracts';
import { AppError, type Clock, isoTime } from '@capstan/kernel';
import { rows, sqlState } from '@capstan/persistence';
import { CLOCK } from '@capstan/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { SessionTemplateRow } from './session-template.entity';

const UNIQUE_VIOLATION = '23505';

/** The templates of sessions. */
@Injectable()
export class SessionTemplates {
  constructor(
    private readonly dataSource: DataSource,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** By name. */
  async list(page: number, perPage: number): Promise<{ templates: SessionTemplate[]; total: number }> {
    const [found, total] = await this.dataSource
      .getRepository(SessionTemplateRow)
      .findAndCount({ order: { name: 'ASC', template_id: 'ASC' }, skip: (page - 1) * perPage, take: perPage });
    return { templates: found.map(toView), total };
  }

  /** @throws AppError `TEMPLATE_NOT_FOUND` */
  async get(templateId: string): Promise<SessionTemplate> {
    const [row] = await rows<SessionTemplateRow>(this.dataSource, `SELECT * FROM session_templates WHERE template_id = $1`, [templateId]);
    return toView(found(row));
  }

  /** The same order again is the same template. @throws AppError `NAME_TAKEN` */
  async create(templateId: string, name: string, session: object, by: Actor): Promise<SessionTemplate> {
    const now = new Date(this.clock.now());
    await named(() =>
      rows(
        this.dataSource,
        `INSERT INTO session_templates (template_id, name, session, revision, created_at, created_by, updated_at) VALUES ($1, $2, $3, 1, $4, $5, $4) ON CONFLICT (template_id) DO NOTHING`,
        [templateId, name, JSON.stringify(session), now, JSON.stringify(by)],
      ),
    );
    return this.get(templateId);
  }

  /** @throws AppError `TEMPLATE_NOT_FOUND`, `REVISION_CONFLICT` when it was changed since it was read, `NAME_TAKEN` */
  async update(templateId: string, revision: number, name: string, session: object): Promise<SessionTemplate> {
    const [row] = await named(() =>
      rows<SessionTemplateRow>(
        this.dataSource,
        `UPDATE session_templates SET name = $3, session = $4, revision = revision + 1, updated_at = $5 WHERE template_id = $1 AND revision = $2 RETURNING *`,
        [templateId, revision, name, JSON.stringify(session), new Date(this.clock.now())],
      ),
    );
    if (row !== undefined) {
      return toView(row);
    }
    const present = await this.get(templateId);
    throw new AppError('REVISION_CONFLICT', 'The template was changed since it was read', { details: { revision: present.revision } });
  }

  /** @throws AppError `TEMPLATE_NOT_FOUND` */
  async remove(templateId: string): Promise<void> {
    const [row] = await rows<SessionTemplateRow>(this.dataSource, `DELETE FROM session_templates WHERE template_id = $1 RETURNING *`, [templateId]);
    found(row);
  }
}

function found(row: SessionTemplateRow | undefined): SessionTemplateRow {
  if (row === undefined) {
    throw new AppError('TEMPLATE_NOT_FOUND', 'There is no template with this id');
  }
  return row;
}

async function named<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw sqlState(error) === UNIQUE_VIOLATION ? new AppError('NAME_TAKEN', 'There is a template of this name already', { details: { path: 'name' } }) : error;
  }
}

function toView(row: SessionTemplateRow): SessionTemplate {
  const { template_id, name, session, revision, created_by } = row;
  return {
    template_id,
    name,
    session,
    target_count: session.targets.length,
    kinds: [...new Set(session.targets.map(({ kind }) => kind))],
    revision,
    created_at: isoTime(row.created_at.getTime()),
    created_by,
    updated_at: isoTime(row.updated_at.getTime()),
  };
}
