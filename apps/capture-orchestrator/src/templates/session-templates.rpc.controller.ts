import { createSessionBody, type RequestOf, type ResponseOf, sessionTemplateRpc } from '@capstan/contracts';
import { type IdSource, validationError } from '@capstan/kernel';
import { OnRpc, type RpcContext } from '@capstan/messaging';
import { IDS } from '@capstan/service-kit';
import { Controller, Inject } from '@nestjs/common';
import { SessionCreation } from '../sessions/session-creation.service';
import { SessionTemplates } from './session-templates.repository';

type Rpc = typeof sessionTemplateRpc;

/** Answers what the gateway asks about templates. */
@Controller()
export class SessionTemplatesRpcController {
  constructor(
    private readonly templates: SessionTemplates,
    private readonly creation: SessionCreation,
    @Inject(IDS) private readonly ids: IdSource,
  ) {}

  @OnRpc(sessionTemplateRpc.list)
  async list({ page: wanted, per_page, limit }: RequestOf<Rpc['list']>, _context: RpcContext): Promise<ResponseOf<Rpc['list']>> {
    const page = limit === undefined ? wanted : 1;
    const perPage = limit ?? per_page;
    return { ...(await this.templates.list(page, perPage)), page, per_page: perPage };
  }

  @OnRpc(sessionTemplateRpc.get)
  async get({ template_id }: RequestOf<Rpc['get']>, _context: RpcContext): Promise<ResponseOf<Rpc['get']>> {
    return { template: await this.templates.get(template_id) };
  }

  @OnRpc(sessionTemplateRpc.create)
  async create({ template_id, name, session, requested_by }: RequestOf<Rpc['create']>, _context: RpcContext): Promise<ResponseOf<Rpc['create']>> {
    return { template: await this.templates.create(template_id, name, session, requested_by) };
  }

  @OnRpc(sessionTemplateRpc.update)
  async update({ template_id, revision, name, session }: RequestOf<Rpc['update']>, _context: RpcContext): Promise<ResponseOf<Rpc['update']>> {
    return { template: await this.templates.update(template_id, revision, name, session) };
  }

  @OnRpc(sessionTemplateRpc.remove)
  async remove({ template_id }: RequestOf<Rpc['remove']>, _context: RpcContext): Promise<ResponseOf<Rpc['remove']>> {
    await this.templates.remove(template_id);
    return {};
  }

  @OnRpc(sessionTemplateRpc.start)
  async start({ template_id, session_id, requested_by, name, duration_sec }: RequestOf<Rpc['start']>, { signal }: RpcContext): Promise<ResponseOf<Rpc['start']>> {
    const template = await this.templates.get(template_id);
    const wanted = { ...template.session, name: name ?? template.session['name'] ?? template.name, ...(duration_sec === undefined ? {} : { duration_sec }) };
    const request = createSessionBody.safeParse(wanted);
    if (!request.success) {
      // Kept by a release that allowed what this one does not.
      throw validationError(request.error.issues.map(({ path, code, message }) => ({ path: path.map(String).join('.'), code, message })));
    }
    const { session } = await this.creation.create({ sessionId: session_id ?? this.ids.next(), request: request.data, by: requested_by }, signal);
    return { session };
  }
}
