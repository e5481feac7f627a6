import { type AnswerOf, routes, sourceRpc } from '@capstan/contracts';
import { RpcClient } from '@capstan/messaging';
import { Controller } from '@nestjs/common';
import { type CallOf, Endpoint, Input } from '../http/endpoint';

/** Known sources: every method is one question to the sdr-acquirer. */
@Controller()
export class KnownSourcesController {
  constructor(private readonly rpc: RpcClient) {}

  @Endpoint(routes.listSources)
  list(@Input() { query }: CallOf<typeof routes.listSources>): Promise<AnswerOf<typeof routes.listSources>> {
    return this.rpc.call(sourceRpc.list, query);
  }

  @Endpoint(routes.createSource)
  create(@Input() { body, newId }: CallOf<typeof routes.createSource>): Promise<AnswerOf<typeof routes.createSource>> {
    return this.rpc.call(sourceRpc.create, { source_id: newId, source: body });
  }

  @Endpoint(routes.getSource)
  get(@Input() { params }: CallOf<typeof routes.getSource>): Promise<AnswerOf<typeof routes.getSource>> {
    return this.rpc.call(sourceRpc.get, { source_id: params.id });
  }

  @Endpoint(routes.updateSource)
  update(@Input() { params, body }: CallOf<typeof routes.updateSource>): Promise<AnswerOf<typeof routes.updateSource>> {
    return this.rpc.call(sourceRpc.update, { source_id: params.id, changes: body });
  }

  @Endpoint(routes.deleteSource)
  async remove(@Input() { params }: CallOf<typeof routes.deleteSource>): Promise<void> {
    await this.rpc.call(sourceRpc.remove, { source_id: params.id });
  }
}
