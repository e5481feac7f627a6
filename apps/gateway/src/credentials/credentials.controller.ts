import { type AnswerOf, credentialRpc, routes } from '@capstan/contracts';
import { RpcClient } from '@capstan/messaging';
import { Controller } from '@nestjs/common';
import type { Principal } from '../auth/principal';
import { Caller, type CallOf, Endpoint, Input } from '../http/endpoint';
import { SealedCredentialsClient } from './sealed-credentials.client';

/** Credentials of devices; their secrets go in and never come out. */
@Controller()
export class CredentialsController {
  constructor(
    private readonly rpc: RpcClient,
    private readonly sealed: SealedCredentialsClient,
  ) {}

  @Endpoint(routes.listCredentials)
  list(@Input() { query }: CallOf<typeof routes.listCredentials>): Promise<AnswerOf<typeof routes.listCredentials>> {
    return this.rpc.call(credentialRpc.list, query);
  }

  @Endpoint(routes.createCredential)
  async create(@Caller() { actor }: Principal, @Input() { body, newId }: CallOf<typeof routes.createCredential>): Promise<AnswerOf<typeof routes.createCredential>> {
    const { name, kind, username, ...secrets } = body;
    return { credential: await this.sealed.create({ credentialId: newId, name, kind, username, secrets }, actor) };
  }

  @Endpoint(routes.deleteCredential)
  async remove(@Caller() { actor }: Principal, @Input() { params }: CallOf<typeof routes.deleteCredential>): Promise<void> {
    await this.rpc.call(credentialRpc.remove, { credential_id: params.id, requested_by: actor });
  }
}
