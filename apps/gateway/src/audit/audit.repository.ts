import type { AuditEntry, QueryOf, routes } from '@capstan/contracts';
import { Injectable } from '@nestjs/common';
import { Brackets, DataSource, type EntityManager, LessThan } from 'typeorm';
import { AuditEntryEntity } from './audit-entry.entity';

/** Filters of the audit log. */
export type AuditFilter = QueryOf<typeof routes.audit>;

function toView(row: AuditEntryEntity): AuditEntry {
  return {
    audit_id: row.auditId,
    time: row.time.toISOString(),
    actor_type: row.actorType,
    actor_id: row.actorId,
    actor_name: row.actorName,
    action: row.action,
    subject: row.subject,
    outcome: row.outcome,
    address: row.address,
    request_id: row.requestId,
    details: row.details,
  };
}

/** The audit log: it only grows, until entries are old enough to be forgotten. */
@Injectable()
export class AuditRepository {
  constructor(private readonly source: DataSource) {}

  async insert(entries: readonly AuditEntryEntity[], manager: EntityManager = this.source.manager): Promise<void> {
    await manager.createQueryBuilder().insert().into(AuditEntryEntity).values(entries.map((entry) => ({ ...entry, details: entry.details as Record<string, never> }))).orIgnore().execute();
  }

  /** Newest first. `actor` matches name or id, `action` its beginning. */
  async page(filter: AuditFilter): Promise<{ entries: AuditEntry[]; total: number }> {
    const query = this.source.manager.createQueryBuilder(AuditEntryEntity, 'entry');
    if (filter.actor !== undefined) {
      const { actor } = filter;
      query.andWhere(new Brackets((either) => either.where('entry.actorId = :actor', { actor }).orWhere('entry.actorName = :actor', { actor })));
    }
    if (filter.action !== undefined) {
      query.andWhere('starts_with(entry.action, :action)', { action: filter.action });
    }
    if (filter.subject !== undefined) {
      query.andWhere('entry.subject = :subject', { subject: filter.subject });
    }
    if (filter.since !== undefined) {
      query.andWhere('entry.time >= :since', { since: filter.since });
    }
    if (filter.until !== undefined) {
      query.andWhere('entry.time < :until', { until: filter.until });
    }
    const [rows, total] = await query
      .orderBy('entry.time', 'DESC')
      .addOrderBy('entry.auditId', 'DESC')
      .offset((filter.page - 1) * filter.per_page)
      .limit(filter.per_page)
      .getManyAndCount();
    return { entries: rows.map(toView), total };
  }

  /** Forgets what is older. */
  async sweep(before: Date): Promise<void> {
    await this.source.manager.delete(AuditEntryEntity, { time: LessThan(before) });
  }
}
