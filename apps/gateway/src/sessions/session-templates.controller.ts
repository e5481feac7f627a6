import { type AnswerOf, routes, sessionTemplateRpc } from '@capstan/contracts';
import { RpcClient } from '@capstan/messaging';
import { Controller } from '@nestjs/common';
import type { Principal } from '../auth/principal';
import { Caller, type CallOf, Endpoint, Input } from '../http/endpoint';

/** Templates of sessions: every method is one question to the orchestrator. */
@Controller()
export class SessionTemplatesController {
  constructor(private readonly rpc: RpcClient) {}

  @Endpoint(routes.listSessionTemplates)
  list(@Input() { query }: CallOf<typeof routes.listSessionTemplates>): Promise<AnswerOf<typeof routes.listSessionTemplates>> {
    return this.rpc.call(sessionTemplateRpc.list, query);
  }

  @Endpoint(routes.createSessionTemplate)
  create(@Caller() { actor }: Principal, @Input() { body, newId }: CallOf<typeof routes.createSessionTemplate>): Promise<AnswerOf<typeof routes.createSessionTemplate>> {
    return this.rpc.call(sessionTemplateRpc.create, { ...body, template_id: newId, requested_by: actor });
  }

  @Endpoint(routes.getSessionTemplate)
  get(@Input() { params }: CallOf<typeof routes.getSessionTemplate>): Promise<AnswerOf<typeof routes.getSessionTemplate>> {
    return this.rpc.call(sessionTemplateRpc.get, { template_id: params.id });
  }

  @Endpoint(routes.updateSessionTemplate)
  update(@Input() { params, body }: CallOf<typeof routes.updateSessionTemplate>): Promise<AnswerOf<typeof routes.updateSessionTemplate>> {
    return this.rpc.call(sessionTemplateRpc.update, { ...body, template_id: params.id });
  }

  @Endpoint(routes.deleteSessionTemplate)
  async remove(@Input() { params }: CallOf<typeof routes.deleteSessionTemplate>): Promise<void> {
    await this.rpc.call(sessionTemplateRpc.remove, { template_id: params.id });
  }

  @Endpoint(routes.startSessionTemplate)
  start(@Caller() { actor }: Principal, @Input() { params, body, newId }: CallOf<typeof routes.startSessionTemplate>): Promise<AnswerOf<typeof routes.startSessionTemplate>> {
    return this.rpc.call(sessionTemplateRpc.start, { ...body, template_id: params.id, session_id: newId, requested_by: actor });
  }
}
