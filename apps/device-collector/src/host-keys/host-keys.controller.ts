import { credentialRpc, type RequestOf, type ResponseOf } from '@capstan/contracts';
import { OnRpc } from '@capstan/messaging';
import { Controller } from '@nestjs/common';
import { HostKeys } from './host-keys.repository';

/** Questions about host keys. */
@Controller()
export class HostKeysController {
  constructor(private readonly hostKeys: HostKeys) {}

  @OnRpc(credentialRpc.hostKeys)
  async list(request: RequestOf<typeof credentialRpc.hostKeys>): Promise<ResponseOf<typeof credentialRpc.hostKeys>> {
    const perPage = request.limit ?? request.per_page;
    const page = request.limit === undefined ? request.page : 1;
    const found = await this.hostKeys.list({ page, perPage, status: request.status });
    return { ...found, page, per_page: perPage };
  }

  @OnRpc(credentialRpc.trustHostKey)
  async trust(request: RequestOf<typeof credentialRpc.trustHostKey>): Promise<ResponseOf<typeof credentialRpc.trustHostKey>> {
    return { host_key: await this.hostKeys.trust(request.host_key_id, request.requested_by) };
  }
}
