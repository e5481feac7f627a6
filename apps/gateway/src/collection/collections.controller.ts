import { type AnswerOf, collectionRpc, routes } from '@capstan/contracts';
import { RpcClient } from '@capstan/messaging';
import { Controller } from '@nestjs/common';
import type { Principal } from '../auth/principal';
import { Caller, type CallOf, Endpoint, Input } from '../http/endpoint';
import { CollectionsService } from './collections.service';
import { orExpired } from '../retention/or-expired';

/** The routes of the wizard: views on sessions of kind `collection`. */
@Controller()
export class CollectionsController {
  constructor(
    private readonly collections: CollectionsService,
    private readonly rpc: RpcClient,
  ) {}

  @Endpoint(routes.collectionDevices)
  devices(@Input() { body }: CallOf<typeof routes.collectionDevices>): Promise<AnswerOf<typeof routes.collectionDevices>> {
    return this.rpc.call(collectionRpc.devices, body);
  }

  @Endpoint(routes.collectionCaptureTypes)
  captureTypes(): Promise<AnswerOf<typeof routes.collectionCaptureTypes>> {
    return this.rpc.call(collectionRpc.captureTypes, {});
  }

  @Endpoint(routes.startCollection)
  start(@Caller() { actor }: Principal, @Input() { body, newId }: CallOf<typeof routes.startCollection>): Promise<AnswerOf<typeof routes.startCollection>> {
    return this.collections.start(actor, body, newId);
  }

  @Endpoint(routes.collectionStatus)
  async status(@Input() { params }: CallOf<typeof routes.collectionStatus>): Promise<AnswerOf<typeof routes.collectionStatus>> {
    const { job } = await this.rpc.call(collectionRpc.status, { job_id: params.job_id });
    return job;
  }

  @Endpoint(routes.listCollections)
  list(@Input() { query }: CallOf<typeof routes.listCollections>): Promise<AnswerOf<typeof routes.listCollections>> {
    return this.rpc.call(collectionRpc.list, query);
  }

  @Endpoint(routes.getCollection)
  get(@Input() { params }: CallOf<typeof routes.getCollection>): Promise<AnswerOf<typeof routes.getCollection>> {
    return orExpired(this.rpc, params.job_id, this.rpc.call(collectionRpc.get, { job_id: params.job_id }));
  }

  @Endpoint(routes.retryCollection)
  async retry(@Caller() { actor }: Principal, @Input() { params, newId }: CallOf<typeof routes.retryCollection>): Promise<AnswerOf<typeof routes.retryCollection>> {
    return { success: true, ...(await this.rpc.call(collectionRpc.retry, { job_id: params.job_id, new_session_id: newId, requested_by: actor })) };
  }

  @Endpoint(routes.cancelCollection)
  async cancel(@Caller() { actor }: Principal, @Input() { params }: CallOf<typeof routes.cancelCollection>): Promise<AnswerOf<typeof routes.cancelCollection>> {
    return { success: true, ...(await this.rpc.call(collectionRpc.cancel, { job_id: params.job_id, requested_by: actor })) };
  }

  @Endpoint(routes.reloadCollection)
  async reload(@Caller() { actor }: Principal, @Input() { params }: CallOf<typeof routes.reloadCollection>): Promise<AnswerOf<typeof routes.reloadCollection>> {
    return { success: true, ...(await this.rpc.call(collectionRpc.reload, { job_id: params.job_id, requested_by: actor })) };
  }
}
