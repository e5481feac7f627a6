import { type RequestOf, type ResponseOf, sourceRpc } from '@capstan/contracts';
import { OnRpc } from '@capstan/messaging';
import { Controller } from '@nestjs/common';
import { KnownSources } from './known-sources.repository';

/** Questions about known sources. */
@Controller()
export class KnownSourcesController {
  constructor(private readonly sources: KnownSources) {}

  @OnRpc(sourceRpc.list)
  list(query: RequestOf<typeof sourceRpc.list>): Promise<ResponseOf<typeof sourceRpc.list>> {
    return this.sources.list(query);
  }

  @OnRpc(sourceRpc.get)
  async get({ source_id }: RequestOf<typeof sourceRpc.get>): Promise<ResponseOf<typeof sourceRpc.get>> {
    return { source: await this.sources.get(source_id) };
  }

  @OnRpc(sourceRpc.create)
  async create({ source_id, source }: RequestOf<typeof sourceRpc.create>): Promise<ResponseOf<typeof sourceRpc.create>> {
    return { source: await this.sources.create(source_id, source) };
  }

  @OnRpc(sourceRpc.update)
  async update({ source_id, changes }: RequestOf<typeof sourceRpc.update>): Promise<ResponseOf<typeof sourceRpc.update>> {
    return { source: await this.sources.update(source_id, changes) };
  }

  @OnRpc(sourceRpc.remove)
  async remove({ source_id }: RequestOf<typeof sourceRpc.remove>): Promise<ResponseOf<typeof sourceRpc.remove>> {
    await this.sources.remove(source_id);
    return {};
  }
}
