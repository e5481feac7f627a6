import { type AnswerOf, routes } from '@capstan/contracts';
import { Controller } from '@nestjs/common';
import { type CallOf, Endpoint, Input } from '../http/endpoint';
import { AuditRepository } from './audit.repository';

/** The audit log, for those who may read it. */
@Controller()
export class AuditController {
  constructor(private readonly entries: AuditRepository) {}

  @Endpoint(routes.audit)
  async list(@Input() { query }: CallOf<typeof routes.audit>): Promise<AnswerOf<typeof routes.audit>> {
    return { ...(await this.entries.page(query)), page: query.page, per_page: query.per_page };
  }
}
