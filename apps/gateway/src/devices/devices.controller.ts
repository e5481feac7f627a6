import { type AnswerOf, deviceRpc, routes } from '@capstan/contracts';
import { type Clock, isoTime } from '@capstan/kernel';
import { RpcClient } from '@capstan/messaging';
import { CLOCK } from '@capstan/service-kit';
import { Controller, Inject, Req } from '@nestjs/common';
import { AuditTrail } from '../audit/audit-trail';
import type { Principal } from '../auth/principal';
import { SealedCredentialsClient } from '../credentials/sealed-credentials.client';
import { Caller, type CallOf, Endpoint, Input } from '../http/endpoint';
import type { GatewayRequest } from '../http/gateway-request';

/** The inventory of devices. */
@Controller()
export class DevicesController {
  constructor(
    private readonly rpc: RpcClient,
    private readonly sealed: SealedCredentialsClient,
    private readonly audit: AuditTrail,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  @Endpoint(routes.deviceFacets)
  facets(): Promise<AnswerOf<typeof routes.deviceFacets>> {
    return this.rpc.call(deviceRpc.facets, {});
  }

  @Endpoint(routes.exportDevices)
  async export(@Input() { query }: CallOf<typeof routes.exportDevices>, @Req() request: GatewayRequest): Promise<AnswerOf<typeof routes.exportDevices>> {
    const { format, ...filter } = query;
    const { document, device_count: count } = await this.rpc.call(deviceRpc.exportDevices, { format, filter });
    await this.audit.conclude(request, 200, undefined, { details: { devices: count } });
    const day = isoTime(this.clock.now()).slice(0, 10);
    return { success: true, format, data: Buffer.from(document, 'utf8').toString('base64'), device_count: count, filename: `devices_${day}.${format}` };
  }

  @Endpoint(routes.importDevices)
  import(@Caller() { actor }: Principal, @Input() { body }: CallOf<typeof routes.importDevices>): Promise<AnswerOf<typeof routes.importDevices>> {
    const { data, ...options } = body;
    return this.sealed.withSealedDocument(Buffer.from(data, 'base64').toString('utf8'), (pieces) => this.rpc.call(deviceRpc.importDevices, { ...options, sealed_document: pieces, requested_by: actor }));
  }

  @Endpoint(routes.bulkDevices)
  bulk(@Caller() { actor }: Principal, @Input() { body }: CallOf<typeof routes.bulkDevices>): Promise<AnswerOf<typeof routes.bulkDevices>> {
    return this.rpc.call(deviceRpc.bulk, { order: body, requested_by: actor });
  }

  @Endpoint(routes.listDevices)
  list(@Input() { query }: CallOf<typeof routes.listDevices>): Promise<AnswerOf<typeof routes.listDevices>> {
    return this.rpc.call(deviceRpc.list, query);
  }

  @Endpoint(routes.createDevice)
  create(@Caller() { actor }: Principal, @Input() { body, newId }: CallOf<typeof routes.createDevice>): Promise<AnswerOf<typeof routes.createDevice>> {
    return this.rpc.call(deviceRpc.create, { device_id: newId, device: body, requested_by: actor });
  }

  @Endpoint(routes.getDevice)
  get(@Input() { params }: CallOf<typeof routes.getDevice>): Promise<AnswerOf<typeof routes.getDevice>> {
    return this.rpc.call(deviceRpc.get, { device_id: params.id });
  }

  @Endpoint(routes.updateDevice)
  update(@Caller() { actor }: Principal, @Input() { params, body }: CallOf<typeof routes.updateDevice>): Promise<AnswerOf<typeof routes.updateDevice>> {
    return this.rpc.call(deviceRpc.update, { device_id: params.id, changes: body, requested_by: actor });
  }

  @Endpoint(routes.deleteDevice)
  async remove(@Caller() { actor }: Principal, @Input() { params }: CallOf<typeof routes.deleteDevice>): Promise<void> {
    await this.rpc.call(deviceRpc.remove, { device_id: params.id, requested_by: actor });
  }

  @Endpoint(routes.testDevice)
  test(@Caller() { actor }: Principal, @Input() { params, body }: CallOf<typeof routes.testDevice>): Promise<AnswerOf<typeof routes.testDevice>> {
    return this.rpc.call(deviceRpc.test, { device_id: params.id, options: body, requested_by: actor });
  }

  @Endpoint(routes.acknowledgeDeviceIdentity)
  acknowledgeIdentity(@Caller() { actor }: Principal, @Input() { params }: CallOf<typeof routes.acknowledgeDeviceIdentity>): Promise<AnswerOf<typeof routes.acknowledgeDeviceIdentity>> {
    return this.rpc.call(deviceRpc.acknowledgeIdentity, { device_id: params.id, requested_by: actor });
  }
}
