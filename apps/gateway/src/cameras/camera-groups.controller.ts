import { type AnswerOf, cameraRpc, MAX_SESSION_TARGETS, routes, sessionRpc } from '@capstan/contracts';
import { validationError } from '@capstan/kernel';
import { RpcClient } from '@capstan/messaging';
import { Controller } from '@nestjs/common';
import type { Principal } from '../auth/principal';
import { Caller, type CallOf, Endpoint, Input } from '../http/endpoint';
import { pageOf } from '../http/paging';

/** Groups of cameras. */
@Controller()
export class CameraGroupsController {
  constructor(private readonly rpc: RpcClient) {}

  @Endpoint(routes.listCameraGroups)
  list(@Input() { query }: CallOf<typeof routes.listCameraGroups>): Promise<AnswerOf<typeof routes.listCameraGroups>> {
    const { page, perPage } = pageOf(query);
    return this.rpc.call(cameraRpc.groups, { page: query.limit === undefined ? page : 1, per_page: perPage });
  }

  @Endpoint(routes.createCameraGroup)
  create(@Caller() { actor }: Principal, @Input() { body, newId }: CallOf<typeof routes.createCameraGroup>): Promise<AnswerOf<typeof routes.createCameraGroup>> {
    return this.rpc.call(cameraRpc.createGroup, { group_id: newId, group: body, requested_by: actor });
  }

  @Endpoint(routes.updateCameraGroup)
  update(@Caller() { actor }: Principal, @Input() { params, body }: CallOf<typeof routes.updateCameraGroup>): Promise<AnswerOf<typeof routes.updateCameraGroup>> {
    return this.rpc.call(cameraRpc.updateGroup, { group_id: params.id, changes: body, requested_by: actor });
  }

  @Endpoint(routes.deleteCameraGroup)
  async remove(@Caller() { actor }: Principal, @Input() { params }: CallOf<typeof routes.deleteCameraGroup>): Promise<void> {
    await this.rpc.call(cameraRpc.removeGroup, { group_id: params.id, requested_by: actor });
  }

  @Endpoint(routes.snapshotCameraGroup)
  async snapshot(@Caller() { actor }: Principal, @Input() { params, body, newId }: CallOf<typeof routes.snapshotCameraGroup>): Promise<AnswerOf<typeof routes.snapshotCameraGroup>> {
    const { name, ...wish } = body;
    const { group_name: groupName, targets } = await this.rpc.call(cameraRpc.groupTargets, { group_id: params.id, wish });
    if (targets.length > MAX_SESSION_TARGETS) {
      throw validationError([{ path: 'id', code: 'TOO_MANY_TARGETS', message: `the group has ${targets.length} active cameras; a session takes ${MAX_SESSION_TARGETS}` }]);
    }
    const { session } = await this.rpc.call(sessionRpc.create, { name: (name ?? `Snapshot of ${groupName}`).slice(0, 100), targets, session_id: newId, requested_by: actor });
    return { session };
  }
}
