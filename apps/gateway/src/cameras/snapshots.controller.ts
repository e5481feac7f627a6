import { type AnswerOf, routes, snapshotRpc } from '@capstan/contracts';
import { AppError } from '@capstan/kernel';
import { RpcClient } from '@capstan/messaging';
import type { ObjectStore } from '@capstan/object-store';
import { OBJECT_STORE } from '@capstan/service-kit';
import { Controller, Inject, Req, Res } from '@nestjs/common';
import type { Response } from 'express';
import type { Principal } from '../auth/principal';
import { DownloadLinks } from '../downloads/download-links';
import { Transfers } from '../downloads/transfers';
import { API_PREFIX, Caller, type CallOf, Endpoint, Input } from '../http/endpoint';
import type { GatewayRequest } from '../http/gateway-request';

/** Stored snapshots. */
@Controller()
export class SnapshotsController {
  constructor(
    private readonly rpc: RpcClient,
    private readonly transfers: Transfers,
    private readonly links: DownloadLinks,
    @Inject(OBJECT_STORE) private readonly store: ObjectStore,
  ) {}

  @Endpoint(routes.captureSnapshot)
  async capture(@Caller() { actor }: Principal, @Input() { params, body, newId }: CallOf<typeof routes.captureSnapshot>): Promise<AnswerOf<typeof routes.captureSnapshot>> {
    const { snapshot } = await this.rpc.call(snapshotRpc.capture, { camera_id: params.device_id, snapshot_id: newId, wish: body, requested_by: actor });
    return snapshot;
  }

  @Endpoint(routes.listSnapshots)
  list(@Input() { query }: CallOf<typeof routes.listSnapshots>): Promise<AnswerOf<typeof routes.listSnapshots>> {
    return this.rpc.call(snapshotRpc.list, query);
  }

  @Endpoint(routes.deviceSnapshots)
  ofDevice(@Input() { params, query }: CallOf<typeof routes.deviceSnapshots>): Promise<AnswerOf<typeof routes.deviceSnapshots>> {
    return this.rpc.call(snapshotRpc.list, { ...query, device_id: params.device_id });
  }

  @Endpoint(routes.latestSnapshot)
  async latest(@Input() { params }: CallOf<typeof routes.latestSnapshot>): Promise<AnswerOf<typeof routes.latestSnapshot>> {
    return (await this.rpc.call(snapshotRpc.latest, { camera_id: params.device_id })).snapshot;
  }

  @Endpoint(routes.getSnapshot)
  async get(@Input() { params }: CallOf<typeof routes.getSnapshot>): Promise<AnswerOf<typeof routes.getSnapshot>> {
    return (await this.rpc.call(snapshotRpc.get, { snapshot_id: params.id })).snapshot;
  }

  @Endpoint(routes.holdSnapshot)
  hold(@Input() { params, body }: CallOf<typeof routes.holdSnapshot>): Promise<AnswerOf<typeof routes.holdSnapshot>> {
    return this.rpc.call(snapshotRpc.hold, { snapshot_id: params.id, legal_hold: body.legal_hold });
  }

  @Endpoint(routes.snapshotImage)
  async image(@Input() { params }: CallOf<typeof routes.snapshotImage>, @Req() request: GatewayRequest, @Res() response: Response): Promise<void> {
    const { snapshot, picture } = await this.rpc.call(snapshotRpc.get, { snapshot_id: params.id });
    response.vary('Accept');
    if (request.accepts(['application/json', picture.media_type]) === picture.media_type) {
      await this.transfers.sendArtifact(request, response, picture);
      return;
    }
    const answer: AnswerOf<typeof routes.snapshotImage> = {
      id: snapshot.id,
      device_id: snapshot.device_id,
      image_data: (await this.read(picture.key)).toString('base64'),
      image_format: snapshot.image_format,
      width: snapshot.width,
      height: snapshot.height,
      file_size: snapshot.file_size,
      captured_at: snapshot.captured_at,
    };
    response.json(answer);
  }

  @Endpoint(routes.snapshotBinary)
  async binary(@Input() { params }: CallOf<typeof routes.snapshotBinary>, @Req() request: GatewayRequest, @Res() response: Response): Promise<void> {
    const { picture } = await this.rpc.call(snapshotRpc.get, { snapshot_id: params.id });
    response.set('X-Frame-Time', picture.frame_at);
    await this.transfers.sendArtifact(request, response, picture);
  }

  @Endpoint(routes.snapshotThumbnail)
  async thumbnail(@Input() { params }: CallOf<typeof routes.snapshotThumbnail>, @Req() request: GatewayRequest, @Res() response: Response): Promise<void> {
    const { thumbnail } = await this.rpc.call(snapshotRpc.get, { snapshot_id: params.id });
    if (thumbnail === null) {
      throw new AppError('OBJECT_PRUNED', 'The snapshot has no thumbnail');
    }
    await this.transfers.sendArtifact(request, response, thumbnail);
  }

  @Endpoint(routes.snapshotDownloadUrl)
  async downloadUrl(@Caller() { actor }: Principal, @Input() { params }: CallOf<typeof routes.snapshotDownloadUrl>): Promise<AnswerOf<typeof routes.snapshotDownloadUrl>> {
    await this.rpc.call(snapshotRpc.get, { snapshot_id: params.id });
    const { link, expiresAt } = this.links.sign(actor, `snapshot:${params.id}`);
    return { url: `${API_PREFIX}/snapshots/${params.id}/binary?link=${link}`, expires_at: expiresAt };
  }

  @Endpoint(routes.deleteSnapshot)
  async remove(@Caller() { actor }: Principal, @Input() { params }: CallOf<typeof routes.deleteSnapshot>): Promise<AnswerOf<typeof routes.deleteSnapshot>> {
    await this.rpc.call(snapshotRpc.remove, { snapshot_id: params.id, requested_by: actor });
    return { message: 'Snapshot deleted successfully' };
  }

  private async read(key: string): Promise<Buffer> {
    try {
      return Buffer.concat((await (await this.store.get(key)).toArray()) as Buffer[]);
    } catch (error) {
      throw AppError.from(error).code === 'OBJECT_NOT_FOUND' ? new AppError('OBJECT_PRUNED', 'The bytes of the snapshot are no longer stored', { cause: error }) : error;
    }
  }
}
