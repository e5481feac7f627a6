import { credentialRpc, type RequestOf, type ResponseOf } from '@capstan/contracts';
import { OnRpc } from '@capstan/messaging';
import { SealingKeys } from '@capstan/service-kit';
import { Controller } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { Credentials } from './credentials.repository';
import { readSecretFields } from './secret-fields';

/** Questions about credentials. Secrets come in sealed and never go out. */
@Controller()
export class CredentialsController {
  constructor(
    private readonly credentials: Credentials,
    private readonly sealingKeys: SealingKeys,
    private readonly dataSource: DataSource,
  ) {}

  @OnRpc(credentialRpc.sealingKey)
  async sealingKey(): Promise<ResponseOf<typeof credentialRpc.sealingKey>> {
    return { jwk: { ...(await this.sealingKeys.publicKey()) } };
  }

  @OnRpc(credentialRpc.create)
  async create(request: RequestOf<typeof credentialRpc.create>): Promise<ResponseOf<typeof credentialRpc.create>> {
    const secret = await this.sealingKeys.open(request.sealed);
    const credential = await this.credentials.create({
      credentialId: request.credential_id,
      name: request.name,
      kind: request.kind,
      username: request.username,
      fields: readSecretFields(secret.reveal(), request.kind),
      sessionId: request.session_id ?? null,
      createdBy: request.requested_by,
    });
    return { credential };
  }

  @OnRpc(credentialRpc.list)
  async list(request: RequestOf<typeof credentialRpc.list>): Promise<ResponseOf<typeof credentialRpc.list>> {
    const perPage = request.limit ?? request.per_page;
    const page = request.limit === undefined ? request.page : 1;
    return { ...(await this.credentials.list(page, perPage)), page, per_page: perPage };
  }

  @OnRpc(credentialRpc.remove)
  async remove(request: RequestOf<typeof credentialRpc.remove>): Promise<ResponseOf<typeof credentialRpc.remove>> {
    await this.credentials.remove(request.credential_id);
    return {};
  }

  @OnRpc(credentialRpc.removeOfSession)
  async removeOfSession(request: RequestOf<typeof credentialRpc.removeOfSession>): Promise<ResponseOf<typeof credentialRpc.removeOfSession>> {
    await this.dataSource.transaction((manager) => this.credentials.forgetSession(manager, request.session_id));
    return {};
  }
}
