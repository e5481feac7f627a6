import { type AnswerOf, cameraRpc, routes } from '@capstan/contracts';
import { AppError, type Clock, isoTime } from '@capstan/kernel';
import { RpcClient } from '@capstan/messaging';
import { CLOCK } from '@capstan/service-kit';
import { Controller, Inject, Req } from '@nestjs/common';
import { AuditTrail } from '../audit/audit-trail';
import { holds, type Principal } from '../auth/principal';
import { Caller, type CallOf, Endpoint, Input } from '../http/endpoint';
import type { GatewayRequest } from '../http/gateway-request';
import { CameraSecretsClient } from './camera-secrets.client';

/** Cameras; their passwords go in and come out in an export only. */
@Controller()
export class CamerasController {
  constructor(
    private readonly rpc: RpcClient,
    private readonly secrets: CameraSecretsClient,
    private readonly audit: AuditTrail,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  @Endpoint(routes.cameraSummary)
  summary(): Promise<AnswerOf<typeof routes.cameraSummary>> {
    return this.rpc.call(cameraRpc.summary, {});
  }

  @Endpoint(routes.cameraEvents)
  events(@Input() { query }: CallOf<typeof routes.cameraEvents>): Promise<AnswerOf<typeof routes.cameraEvents>> {
    return this.rpc.call(cameraRpc.events, query);
  }

  @Endpoint(routes.importCameras)
  import(@Caller() { actor }: Principal, @Input() { body }: CallOf<typeof routes.importCameras>): Promise<AnswerOf<typeof routes.importCameras>> {
    const { data, ...options } = body;
    // A document of cameras is full of passwords: all of it travels sealed.
    return this.secrets.withSealedDocument(Buffer.from(data, 'base64').toString('utf8'), (sealed) => this.rpc.call(cameraRpc.importCameras, { ...options, sealed_document: sealed, requested_by: actor }));
  }

  @Endpoint(routes.exportCameras)
  async export(@Caller() principal: Principal, @Input() { query }: CallOf<typeof routes.exportCameras>, @Req() request: GatewayRequest): Promise<AnswerOf<typeof routes.exportCameras>> {
    const withCredentials = query.include_credentials === 'true';
    if (withCredentials && !holds(principal, 'credentials:write')) {
      throw new AppError('NOT_ALLOWED', 'An export with credentials needs the permission credentials:write', { details: { permission: 'credentials:write' } });
    }
    const wish = { format: query.format, ...(query.group_id === undefined ? {} : { group_id: query.group_id }), requested_by: principal.actor };
    let count = 0;
    const document = withCredentials
      ? await this.secrets.receive(async (recipient) => {
          const answer = await this.rpc.call(cameraRpc.exportCameras, { ...wish, recipient: { ...recipient } });
          count = answer.camera_count;
          return answer.sealed_document ?? [];
        })
      : await this.rpc.call(cameraRpc.exportCameras, wish).then((answer) => {
          count = answer.camera_count;
          return answer.document ?? '';
        });
    await this.audit.conclude(request, 200, undefined, { details: { include_credentials: withCredentials, cameras: count } });
    const day = isoTime(this.clock.now()).slice(0, 10);
    return { success: true, format: query.format, data: Buffer.from(document, 'utf8').toString('base64'), camera_count: count, filename: `cameras_${day}.${query.format}` };
  }

  @Endpoint(routes.probeCamera)
  probe(@Caller() { actor }: Principal, @Input() { body }: CallOf<typeof routes.probeCamera>): Promise<AnswerOf<typeof routes.probeCamera>> {
    const { password, ...device } = body;
    const send = (sealed?: string) => this.rpc.call(cameraRpc.probe, { device, ...(sealed === undefined ? {} : { sealed_password: sealed }), requested_by: actor });
    return password === undefined ? send() : this.secrets.withSealed(password, ([sealed]) => send(sealed));
  }

  @Endpoint(routes.discoverCameras)
  discover(@Caller() { actor }: Principal, @Input() { body }: CallOf<typeof routes.discoverCameras>): Promise<AnswerOf<typeof routes.discoverCameras>> {
    return this.rpc.call(cameraRpc.discover, { options: body, requested_by: actor });
  }

  @Endpoint(routes.listCameras)
  list(@Input() { query }: CallOf<typeof routes.listCameras>): Promise<AnswerOf<typeof routes.listCameras>> {
    return this.rpc.call(cameraRpc.list, query);
  }

  @Endpoint(routes.createCamera)
  create(@Caller() { actor }: Principal, @Input() { body, newId }: CallOf<typeof routes.createCamera>): Promise<AnswerOf<typeof routes.createCamera>> {
    const { fields, password } = this.secrets.separate(body);
    const send = (sealed?: string) => this.rpc.call(cameraRpc.create, { camera_id: newId, camera: fields, ...(sealed === undefined ? {} : { sealed_password: sealed }), requested_by: actor });
    return password === null || password === undefined ? send() : this.secrets.withSealed(password, send);
  }

  @Endpoint(routes.getCamera)
  get(@Input() { params }: CallOf<typeof routes.getCamera>): Promise<AnswerOf<typeof routes.getCamera>> {
    return this.rpc.call(cameraRpc.get, { camera_id: params.id });
  }

  @Endpoint(routes.updateCamera)
  update(@Caller() { actor }: Principal, @Input() { params, body }: CallOf<typeof routes.updateCamera>): Promise<AnswerOf<typeof routes.updateCamera>> {
    const { fields, password } = this.secrets.separate(body);
    const send = (sealed?: string) =>
      this.rpc.call(cameraRpc.update, { camera_id: params.id, changes: fields, ...(sealed === undefined ? {} : { sealed_password: sealed }), clear_password: password === null, requested_by: actor });
    return password === null || password === undefined ? send() : this.secrets.withSealed(password, send);
  }

  @Endpoint(routes.setCameraState)
  setState(@Caller() { actor }: Principal, @Input() { params, body }: CallOf<typeof routes.setCameraState>): Promise<AnswerOf<typeof routes.setCameraState>> {
    return this.rpc.call(cameraRpc.update, { camera_id: params.id, changes: { is_active: body.is_active }, requested_by: actor });
  }

  @Endpoint(routes.deleteCamera)
  async remove(@Caller() { actor }: Principal, @Input() { params }: CallOf<typeof routes.deleteCamera>): Promise<void> {
    await this.rpc.call(cameraRpc.remove, { camera_id: params.id, requested_by: actor });
  }

  @Endpoint(routes.testCamera)
  test(@Input() { params, body }: CallOf<typeof routes.testCamera>): Promise<AnswerOf<typeof routes.testCamera>> {
    return this.rpc.call(cameraRpc.test, { camera_id: params.id, options: body });
  }

  @Endpoint(routes.cameraHealth)
  health(@Input() { params, query }: CallOf<typeof routes.cameraHealth>): Promise<AnswerOf<typeof routes.cameraHealth>> {
    return this.rpc.call(cameraRpc.health, { camera_id: params.id, ...query });
  }
}
