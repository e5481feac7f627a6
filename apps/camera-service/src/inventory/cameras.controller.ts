import { cameraRpc, type RequestOf, type ResponseOf } from '@capstan/contracts';
import { AppError, type Clock } from '@capstan/kernel';
import { OnRpc } from '@capstan/messaging';
import { CLOCK, SealingKeys } from '@capstan/service-kit';
import { Secret, sealFor } from '@capstan/vault';
import { CAMERA_SECRET_PURPOSE } from '@capstan/contracts';
import { Controller, Inject } from '@nestjs/common';
import { CAMERA_CONFIG, type CameraConfig } from '../config';
import { CameraSessions } from '../sessions/camera-sessions.service';
import { CameraAddresses } from './camera-address.client';
import { exportDocument } from './camera-export';
import { checkFields } from './camera-fields';
import { CameraGroups } from './camera-groups.repository';
import { CameraImport } from './camera-import.service';
import { CameraSummary } from './camera-summary.repository';
import { toCameraView } from './camera-view';
import { Cameras } from './cameras.repository';

/** Characters of one sealed piece of a document; a sealed text has a largest length. */
const PIECE = 60_000;

/** Questions about cameras. Passwords come in sealed, and go out only in an export that was sealed for whoever may read it. */
@Controller()
export class CamerasController {
  private readonly addresses: CameraAddresses;

  constructor(
    private readonly cameras: Cameras,
    private readonly groups: CameraGroups,
    private readonly imports: CameraImport,
    private readonly summaries: CameraSummary,
    private readonly sealingKeys: SealingKeys,
    private readonly sessions: CameraSessions,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(CAMERA_CONFIG) config: CameraConfig,
  ) {
    this.addresses = new CameraAddresses(config.CAPSTAN_CAMERA_NETWORKS);
  }

  @OnRpc(cameraRpc.sealingKey)
  async sealingKey(): Promise<ResponseOf<typeof cameraRpc.sealingKey>> {
    return { jwk: { ...(await this.sealingKeys.publicKey()) } };
  }

  @OnRpc(cameraRpc.list)
  async list(request: RequestOf<typeof cameraRpc.list>): Promise<ResponseOf<typeof cameraRpc.list>> {
    const perPage = request.limit ?? request.page_size ?? request.per_page;
    const page = request.limit === undefined ? request.page : 1;
    const { cameras, total } = await this.cameras.list(
      { groupId: request.group_id, status: request.status, state: request.state, activeOnly: request.active_only === 'true', grade: request.grade, withEvents: request.with_events === 'true', search: request.q },
      page,
      perPage,
    );
    return { cameras: cameras.map(toCameraView), total, page, per_page: perPage };
  }

  @OnRpc(cameraRpc.get)
  async get({ camera_id: cameraId }: RequestOf<typeof cameraRpc.get>): Promise<ResponseOf<typeof cameraRpc.get>> {
    return { camera: toCameraView(await this.cameras.graded(cameraId)) };
  }

  @OnRpc(cameraRpc.create)
  async create({ camera_id: cameraId, camera, sealed_password: sealed, requested_by: actor }: RequestOf<typeof cameraRpc.create>): Promise<ResponseOf<typeof cameraRpc.create>> {
    const { fields } = this.checked(camera);
    const password = sealed === undefined ? undefined : (await this.sealingKeys.open(sealed)).reveal();
    await this.cameras.create(cameraId, fields, password, actor.name);
    return { camera: toCameraView(await this.cameras.graded(cameraId)) };
  }

  @OnRpc(cameraRpc.update)
  async update({ camera_id: cameraId, changes, sealed_password: sealed, clear_password: clear }: RequestOf<typeof cameraRpc.update>): Promise<ResponseOf<typeof cameraRpc.update>> {
    const { revision, ...rest } = changes;
    const { fields } = this.checked(rest);
    const password = sealed === undefined ? (clear ? null : undefined) : (await this.sealingKeys.open(sealed)).reveal();
    await this.cameras.update(cameraId, fields, password, revision);
    // What was opened with the old address, password or policy must not live on.
    await this.sessions.forget(cameraId);
    return { camera: toCameraView(await this.cameras.graded(cameraId)) };
  }

  @OnRpc(cameraRpc.remove)
  async remove({ camera_id: cameraId }: RequestOf<typeof cameraRpc.remove>): Promise<ResponseOf<typeof cameraRpc.remove>> {
    await this.cameras.remove(cameraId);
    await this.sessions.forget(cameraId);
    return {};
  }

  @OnRpc(cameraRpc.summary)
  summary(): Promise<ResponseOf<typeof cameraRpc.summary>> {
    return this.summaries.read();
  }

  @OnRpc(cameraRpc.importCameras)
  async import(request: RequestOf<typeof cameraRpc.importCameras>): Promise<ResponseOf<typeof cameraRpc.importCameras>> {
    const pieces = await Promise.all(request.sealed_document.map((piece) => this.sealingKeys.open(piece)));
    return this.imports.run({
      format: request.format,
      text: pieces.map((piece) => piece.reveal()).join(''),
      groupId: request.group_id,
      skipDuplicates: request.skip_duplicates,
      dryRun: request.dry_run,
      createdBy: request.requested_by.name,
    });
  }

  @OnRpc(cameraRpc.exportCameras)
  async export({ format, group_id: groupId, recipient }: RequestOf<typeof cameraRpc.exportCameras>): Promise<ResponseOf<typeof cameraRpc.exportCameras>> {
    if (groupId !== undefined) {
      await this.groups.get(groupId);
    }
    const cameras = await this.cameras.all(groupId);
    if (recipient === undefined) {
      return { document: exportDocument(format, cameras, undefined), camera_count: cameras.length };
    }
    const document = exportDocument(format, cameras, (camera) => this.cameras.password(camera));
    const pieces = Array.from({ length: Math.ceil(document.length / PIECE) }, (_, index) => document.slice(index * PIECE, (index + 1) * PIECE));
    const sealed = await Promise.all(pieces.map((piece) => sealFor(recipient, new Secret(piece), { purpose: CAMERA_SECRET_PURPOSE, clock: this.clock })));
    return { sealed_document: sealed, camera_count: cameras.length };
  }

  private checked<Fields extends Parameters<typeof checkFields>[0]>(given: Fields): { fields: Fields } {
    const { fields, embedded } = checkFields(given, (host) => this.addresses.mayBeAllowed(host));
    if (embedded.password !== undefined) {
      // The gateway takes credentials out of URLs and seals them; one that comes through would have travelled in clear.
      throw new AppError('INTERNAL_ERROR', 'A URL still holds a password');
    }
    return { fields };
  }
}
