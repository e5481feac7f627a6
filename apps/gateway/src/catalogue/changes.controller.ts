import { type AnswerOf, catalogueRpc, routes } from '@capstan/contracts';
import { RpcClient } from '@capstan/messaging';
import { Controller, Req, Res } from '@nestjs/common';
import type { Response } from 'express';
import type { Principal } from '../auth/principal';
import { Caller, type CallOf, Endpoint, Input } from '../http/endpoint';
import type { GatewayRequest } from '../http/gateway-request';
import { TableExports } from './table-exports.service';

/** Changes of devices; the first generation's paths beside the clean ones. */
@Controller()
export class ChangesController {
  constructor(
    private readonly rpc: RpcClient,
    private readonly exports: TableExports,
  ) {}

  @Endpoint(routes.listChanges)
  list(@Input() { query }: CallOf<typeof routes.listChanges>): Promise<AnswerOf<typeof routes.listChanges>> {
    return this.rpc.call(catalogueRpc.changes, query);
  }

  @Endpoint(routes.recentChanges)
  recent(@Input() { query }: CallOf<typeof routes.recentChanges>): Promise<AnswerOf<typeof routes.recentChanges>> {
    return this.rpc.call(catalogueRpc.changes, query);
  }

  @Endpoint(routes.exportChanges)
  export(@Input() { query }: CallOf<typeof routes.exportChanges>, @Req() request: GatewayRequest, @Res() response: Response): Promise<void> {
    return this.exports.send('changes', query, request, response);
  }

  @Endpoint(routes.deviceChanges)
  ofDevice(@Input() { params, query }: CallOf<typeof routes.deviceChanges>): Promise<AnswerOf<typeof routes.deviceChanges>> {
    return this.rpc.call(catalogueRpc.changes, { ...query, device_id: params.id });
  }

  @Endpoint(routes.seedChangeDiff)
  seedDiff(@Input() { params, query }: CallOf<typeof routes.seedChangeDiff>): Promise<AnswerOf<typeof routes.seedChangeDiff>> {
    return this.rpc.call(catalogueRpc.changeDiff, { ...query, change_id: params.id });
  }

  @Endpoint(routes.getChange)
  get(@Input() { params }: CallOf<typeof routes.getChange>): Promise<AnswerOf<typeof routes.getChange>> {
    return this.rpc.call(catalogueRpc.change, { change_id: params.id });
  }

  @Endpoint(routes.changeDiff)
  diff(@Input() { params, query }: CallOf<typeof routes.changeDiff>): Promise<AnswerOf<typeof routes.changeDiff>> {
    return this.rpc.call(catalogueRpc.changeDiff, { ...query, change_id: params.id });
  }

  @Endpoint(routes.acknowledgeChanges)
  acknowledgeMany(@Caller() { actor }: Principal, @Input() { body }: CallOf<typeof routes.acknowledgeChanges>): Promise<AnswerOf<typeof routes.acknowledgeChanges>> {
    return this.rpc.call(catalogueRpc.acknowledgeMany, { ...body, requested_by: actor });
  }

  @Endpoint(routes.acknowledgeChange)
  acknowledge(@Caller() { actor }: Principal, @Input() { params, body }: CallOf<typeof routes.acknowledgeChange>): Promise<AnswerOf<typeof routes.acknowledgeChange>> {
    return this.rpc.call(catalogueRpc.acknowledge, { ...body, change_id: params.id, requested_by: actor });
  }
}
