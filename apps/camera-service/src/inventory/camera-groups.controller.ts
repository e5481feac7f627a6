import { cameraRpc, type RequestOf, type ResponseOf } from '@capstan/contracts';
import { AppError } from '@capstan/kernel';
import { OnRpc } from '@capstan/messaging';
import { Controller } from '@nestjs/common';
import { CameraGroups } from './camera-groups.repository';
import { Cameras } from './cameras.repository';

/** Questions about groups of cameras. */
@Controller()
export class CameraGroupsController {
  constructor(
    private readonly groups: CameraGroups,
    private readonly cameras: Cameras,
  ) {}

  @OnRpc(cameraRpc.groups)
  async list({ page, per_page: perPage }: RequestOf<typeof cameraRpc.groups>): Promise<ResponseOf<typeof cameraRpc.groups>> {
    return { ...(await this.groups.list(page, perPage)), page, per_page: perPage };
  }

  @OnRpc(cameraRpc.createGroup)
  async create({ group_id: groupId, group }: RequestOf<typeof cameraRpc.createGroup>): Promise<ResponseOf<typeof cameraRpc.createGroup>> {
    return { group: await this.groups.create(groupId, group) };
  }

  @OnRpc(cameraRpc.updateGroup)
  async update({ group_id: groupId, changes }: RequestOf<typeof cameraRpc.updateGroup>): Promise<ResponseOf<typeof cameraRpc.updateGroup>> {
    return { group: await this.groups.update(groupId, changes) };
  }

  @OnRpc(cameraRpc.removeGroup)
  async remove({ group_id: groupId }: RequestOf<typeof cameraRpc.removeGroup>): Promise<ResponseOf<typeof cameraRpc.removeGroup>> {
    await this.groups.remove(groupId);
    return {};
  }

  @OnRpc(cameraRpc.groupTargets)
  async targets({ group_id: groupId, wish }: RequestOf<typeof cameraRpc.groupTargets>): Promise<ResponseOf<typeof cameraRpc.groupTargets>> {
    const group = await this.groups.get(groupId);
    const cameras = (await this.cameras.all(groupId)).filter((camera) => camera.is_active && camera.enable_snapshots);
    if (cameras.length === 0) {
      throw new AppError('CAMERA_GROUP_EMPTY', 'The group has no active camera that may take snapshots');
    }
    return { group_name: group.name, targets: cameras.map((camera) => ({ kind: 'snapshot' as const, camera_id: camera.camera_id, camera_name: camera.name, ...wish })) };
  }
}
