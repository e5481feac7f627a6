import { type AnswerOf, credentialRpc, routes } from '@capstan/contracts';
import { RpcClient } from '@capstan/messaging';
import { Controller } from '@nestjs/common';
import type { Principal } from '../auth/principal';
import { Caller, type CallOf, Endpoint, Input } from '../http/endpoint';

/** Host keys of devices. */
@Controller()
export class HostKeysController {
  constructor(private readonly rpc: RpcClient) {}

  @Endpoint(routes.listHostKeys)
  list(@Input() { query }: CallOf<typeof routes.listHostKeys>): Promise<AnswerOf<typeof routes.listHostKeys>> {
    return this.rpc.call(credentialRpc.hostKeys, query);
  }

  @Endpoint(routes.trustHostKey)
  trust(@Caller() { actor }: Principal, @Input() { params }: CallOf<typeof routes.trustHostKey>): Promise<AnswerOf<typeof routes.trustHostKey>> {
    return this.rpc.call(credentialRpc.trustHostKey, { host_key_id: params.id, requested_by: actor });
  }
}
