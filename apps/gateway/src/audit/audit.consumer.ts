import { auditBatch, auditRecorded, type DataOf } from '@capstan/contracts';
import { type DeliveryContext, OnEvent } from '@capstan/messaging';
import { Controller } from '@nestjs/common';
import type { AuditEntryEntity } from './audit-entry.entity';
import { AuditRepository } from './audit.repository';
import { entryIdOf } from './entry-id';

/** Keeps what other services did on somebody's behalf, e.g. the commands sent to a device. */
@Controller()
export class AuditConsumer {
  constructor(private readonly entries: AuditRepository) {}

  @OnEvent(auditRecorded)
  async keep(fact: DataOf<typeof auditRecorded>, { envelope, manager }: DeliveryContext): Promise<void> {
    await this.entries.insert([entryOf(fact, envelope.id, envelope.source)], manager);
  }

  @OnEvent(auditBatch)
  async keepAll({ entries }: DataOf<typeof auditBatch>, { envelope, manager }: DeliveryContext): Promise<void> {
    await this.entries.insert(
      entries.map((fact, place) => entryOf(fact, entryIdOf(envelope.id, place), envelope.source)),
      manager,
    );
  }
}

function entryOf(fact: DataOf<typeof auditRecorded>, auditId: string, source: string): AuditEntryEntity {
  return {
    // The same fact is one line, however often it is delivered.
    auditId,
    time: new Date(fact.at),
    actorType: fact.actor.type,
    actorId: fact.actor.id,
    actorName: fact.actor.name,
    action: fact.action,
    subject: fact.subject,
    outcome: fact.outcome,
    address: null,
    requestId: null,
    details: { ...fact.details, source },
  };
}
