import { auditRecorded, credentialRpc, type RequestOf, type ResponseOf } from '@capstan/contracts';
import { type Clock, isoTime } from '@capstan/kernel';
import { OnRpc, Outbox } from '@capstan/messaging';
import { CLOCK } from '@capstan/service-kit';
import { Controller, Inject } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { HostKeys } from './host-keys.repository';

/** Questions about host keys. */
@Controller()
export class HostKeysController {
  constructor(
    private readonly hostKeys: HostKeys,
    private readonly dataSource: DataSource,
    private readonly outbox: Outbox,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  @OnRpc(credentialRpc.hostKeys)
  async list(request: RequestOf<typeof credentialRpc.hostKeys>): Promise<ResponseOf<typeof credentialRpc.hostKeys>> {
    const perPage = request.limit ?? request.per_page;
    const page = request.limit === undefined ? request.page : 1;
    const found = await this.hostKeys.list({ page, perPage, status: request.status });
    return { ...found, page, per_page: perPage };
  }

  @OnRpc(credentialRpc.trustHostKey)
  async trust(request: RequestOf<typeof credentialRpc.trustHostKey>): Promise<ResponseOf<typeof credentialRpc.trustHostKey>> {
    const hostKey = await this.hostKeys.trust(request.host_key_id);
    await this.dataSource.transaction((manager) =>
      this.outbox.add(manager, auditRecorded, {
        at: isoTime(this.clock.now()),
        actor: request.requested_by,
        action: 'device.trust-host-key',
        subject: `${hostKey.host}:${hostKey.port}`,
        outcome: 'trusted',
        details: { host_key_id: hostKey.host_key_id, fingerprint: hostKey.fingerprint, algorithm: hostKey.algorithm },
      }),
    );
    return { host_key: hostKey };
  }
}
