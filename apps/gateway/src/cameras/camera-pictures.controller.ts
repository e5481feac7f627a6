import { type AnswerOf, routes, snapshotRpc, type StoredPicture } from '@capstan/contracts';
import { RpcClient } from '@capstan/messaging';
import { Controller, Req, Res } from '@nestjs/common';
import type { Response } from 'express';
import type { Principal } from '../auth/principal';
import { Transfers } from '../downloads/transfers';
import { API_PREFIX, Caller, type CallOf, Endpoint, Input } from '../http/endpoint';
import type { GatewayRequest } from '../http/gateway-request';

/** Pictures of one camera. */
@Controller()
export class CameraPicturesController {
  constructor(
    private readonly rpc: RpcClient,
    private readonly transfers: Transfers,
  ) {}

  @Endpoint(routes.snapshotCamera)
  async snapshot(@Caller() { actor }: Principal, @Input() { params, body, newId }: CallOf<typeof routes.snapshotCamera>): Promise<AnswerOf<typeof routes.snapshotCamera>> {
    const { snapshot, key, fallback } = await this.rpc.call(snapshotRpc.capture, { camera_id: params.id, snapshot_id: newId, wish: body, requested_by: actor });
    const url = `${API_PREFIX}/snapshots/${snapshot.id}`;
    return { success: true, camera_id: params.id, snapshot_id: snapshot.id, storage_path: key, url: `${url}/binary`, thumbnail_url: snapshot.has_thumbnail ? `${url}/thumbnail` : null, error: null, fallback, snapshot };
  }

  @Endpoint(routes.cameraStill)
  async still(@Input() { params, query }: CallOf<typeof routes.cameraStill>, @Req() request: GatewayRequest, @Res() response: Response): Promise<void> {
    const { picture } = await this.rpc.call(snapshotRpc.still, { camera_id: params.id, ...(query.width === undefined ? {} : { width: query.width }), max_age_ms: query.max_age_ms });
    await this.send(request, response, picture);
  }

  @Endpoint(routes.cameraContactSheet)
  async contactSheet(@Input() { params, body }: CallOf<typeof routes.cameraContactSheet>, @Req() request: GatewayRequest, @Res() response: Response): Promise<void> {
    const { picture } = await this.rpc.call(snapshotRpc.contactSheet, { camera_id: params.id, film: body });
    await this.send(request, response, picture);
  }

  @Endpoint(routes.cameraTimeLapse)
  async timeLapse(@Input() { params, body }: CallOf<typeof routes.cameraTimeLapse>, @Req() request: GatewayRequest, @Res() response: Response): Promise<void> {
    const { picture } = await this.rpc.call(snapshotRpc.timeLapse, { camera_id: params.id, film: body });
    await this.send(request, response, picture);
  }

  private async send(request: GatewayRequest, response: Response, picture: StoredPicture): Promise<void> {
    response.set({ 'X-Frame-Time': picture.frame_at, ...(picture.source === undefined ? {} : { 'X-Frame-Source': picture.source }) });
    await this.transfers.sendArtifact(request, response, picture);
  }
}
