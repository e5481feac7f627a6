import { type Clock, type IdSource } from '@capstan/kernel';
import { CLOCK, IDS } from '@capstan/service-kit';
import { Inject, Injectable, Logger } from '@nestjs/common';
import type { GatewayRequest } from '../http/gateway-request';
import { auditActor, auditSubject, isAudited } from './audit-policy';
import { AuditRepository } from './audit.repository';

/** What a handler adds to the line about its request. */
export interface AuditFacts {
  readonly answer?: unknown;
  readonly details?: Readonly<Record<string, unknown>>;
}

/** Writes the audit log. */
@Injectable()
export class AuditTrail {
  private readonly logger = new Logger(AuditTrail.name);

  constructor(
    private readonly entries: AuditRepository,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(IDS) private readonly ids: IdSource,
  ) {}

  /**
   * Writes the line about a request before it is answered, at most once. Never throws: what was done was done, and an
   * answer that denied it would be the greater lie; the line then goes into the log instead.
   */
  async conclude(request: GatewayRequest, status: number, code?: string, facts: AuditFacts = {}): Promise<void> {
    const route = request.endpoint;
    if (!route || request.audited || !isAudited(route, status)) {
      return;
    }
    request.audited = true;
    const actor = auditActor(request.principal, request.claimedActor);
    const entry = {
      auditId: this.ids.next(),
      time: new Date(this.clock.now()),
      actorType: actor.type,
      actorId: actor.id,
      actorName: actor.name,
      action: `${route.method} ${route.path}`,
      subject: auditSubject(request.params, facts.answer),
      outcome: String(status),
      address: request.ip ?? null,
      requestId: request.requestId,
      details: { ...(code === undefined ? {} : { code }), ...facts.details },
    };
    try {
      await this.entries.insert([entry]);
    } catch (error) {
      this.logger.error('The audit log could not be written', { entry }, error);
    }
  }
}
