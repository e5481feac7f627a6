import { type RequestOf, type ResponseOf, sessionRpc } from '@capstan/contracts';
import { OnRpc, type RpcContext } from '@capstan/messaging';
import { Controller } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { ExpiredSessionsRepository } from '../retention/expired-sessions.repository';
import { ArtifactsRepository } from './artifacts.repository';

type Rpc = typeof sessionRpc;

/** Says what is stored, and where; the bytes come from the object store. */
@Controller()
export class ArtifactsRpcController {
  constructor(
    private readonly dataSource: DataSource,
    private readonly artifacts: ArtifactsRepository,
    private readonly expired: ExpiredSessionsRepository,
  ) {}

  @OnRpc(sessionRpc.artifacts)
  async ofSession({ session_id }: RequestOf<Rpc['artifacts']>, _context: RpcContext): Promise<ResponseOf<Rpc['artifacts']>> {
    const artifacts = await this.artifacts.ofSession(this.dataSource, session_id);
    if (artifacts === undefined) {
      throw await this.expired.missingSession(this.dataSource, session_id);
    }
    return { artifacts };
  }

  @OnRpc(sessionRpc.artifact)
  async one({ artifact_id }: RequestOf<Rpc['artifact']>, _context: RpcContext): Promise<ResponseOf<Rpc['artifact']>> {
    const artifact = await this.artifacts.find(this.dataSource, artifact_id);
    if (artifact === undefined) {
      throw await this.expired.missingArtifact(this.dataSource, artifact_id);
    }
    return { artifact };
  }
}
