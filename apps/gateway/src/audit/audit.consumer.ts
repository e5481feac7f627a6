import { auditRecorded, type DataOf } from '@capstan/contracts';
import { type DeliveryContext, OnEvent } from '@capstan/messaging';
import { Controller } from '@nestjs/common';
import { AuditRepository } from './audit.repository';

/** Keeps what other services did on somebody's behalf, e.g. the commands sent to a device. */
@Controller()
export class AuditConsumer {
  constructor(private readonly entries: AuditRepository) {}

  @OnEvent(auditRecorded)
  async keep(fact: DataOf<typeof auditRecorded>, { envelope, manager }: DeliveryContext): Promise<void> {
    await this.entries.insert(
      {
        // The id of the message: the same fact is one line, however often it is delivered.
        auditId: envelope.id,
        time: new Date(fact.at),
        actorType: fact.actor.type,
        actorId: fact.actor.id,
        actorName: fact.actor.name,
        action: fact.action,
        subject: fact.subject,
        outcome: fact.outcome,
        address: null,
        requestId: null,
        details: { ...fact.details, source: envelope.source },
      },
      manager,
    );
  }
}
