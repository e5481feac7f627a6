import { type AnswerOf, catalogueRpc, routes } from '@capstan/contracts';
import { type Clock, isoTime } from '@capstan/kernel';
import { RpcClient } from '@capstan/messaging';
import { CLOCK } from '@capstan/service-kit';
import { SealingKeyPair } from '@capstan/vault';
import { Controller, Inject, Req, Res } from '@nestjs/common';
import type { Response } from 'express';
import { AuditTrail } from '../audit/audit-trail';
import type { Principal } from '../auth/principal';
import { DownloadLinks } from '../downloads/download-links';
import { Transfers } from '../downloads/transfers';
import { API_PREFIX, Caller, type CallOf, Endpoint, Input } from '../http/endpoint';
import type { GatewayRequest } from '../http/gateway-request';

/** Outputs of devices: lists, texts with masked secrets, comparisons, search. */
@Controller()
export class CapturesController {
  constructor(
    private readonly rpc: RpcClient,
    private readonly links: DownloadLinks,
    private readonly transfers: Transfers,
    private readonly audit: AuditTrail,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  @Endpoint(routes.listCaptures)
  list(@Input() { query }: CallOf<typeof routes.listCaptures>): Promise<AnswerOf<typeof routes.listCaptures>> {
    return this.rpc.call(catalogueRpc.captures, query);
  }

  @Endpoint(routes.deviceCaptures)
  ofDevice(@Input() { params, query }: CallOf<typeof routes.deviceCaptures>): Promise<AnswerOf<typeof routes.deviceCaptures>> {
    return this.rpc.call(catalogueRpc.captures, { ...query, device_id: params.id });
  }

  @Endpoint(routes.compareCaptures)
  compare(@Input() { query }: CallOf<typeof routes.compareCaptures>): Promise<AnswerOf<typeof routes.compareCaptures>> {
    return this.rpc.call(catalogueRpc.compare, query);
  }

  @Endpoint(routes.captureGroups)
  groups(@Input() { query }: CallOf<typeof routes.captureGroups>): Promise<AnswerOf<typeof routes.captureGroups>> {
    return this.rpc.call(catalogueRpc.groups, query);
  }

  @Endpoint(routes.configHistory)
  async history(@Input() { query }: CallOf<typeof routes.configHistory>, @Req() request: GatewayRequest, @Res() response: Response): Promise<void> {
    const { file } = await this.rpc.call(catalogueRpc.configHistory, query);
    await this.transfers.sendArtifact(request, response, { ...file, created_at: isoTime(this.clock.now()) });
  }

  @Endpoint(routes.getCapture)
  get(@Input() { params }: CallOf<typeof routes.getCapture>): Promise<AnswerOf<typeof routes.getCapture>> {
    return this.rpc.call(catalogueRpc.capture, { capture_id: params.id });
  }

  @Endpoint(routes.captureText)
  async text(@Input() { params, query }: CallOf<typeof routes.captureText>, @Req() request: GatewayRequest, @Res() response: Response): Promise<void> {
    const file = await this.rpc.call(catalogueRpc.captureText, { capture_id: params.id, form: query.form });
    await this.transfers.sendArtifact(request, response, { ...file, created_at: isoTime(this.clock.now()) });
  }

  @Endpoint(routes.captureTextUrl)
  async textUrl(@Caller() { actor }: Principal, @Input() { params, body }: CallOf<typeof routes.captureTextUrl>): Promise<AnswerOf<typeof routes.captureTextUrl>> {
    const { link, expiresAt } = this.links.sign(actor, `capture:${params.id}`);
    return Promise.resolve({ url: `${API_PREFIX}/captures/${params.id}/text?form=${body.form}&link=${link}`, expires_at: expiresAt });
  }

  /** The secrets travel sealed for this one call: nobody between can read them. */
  @Endpoint(routes.revealCapture)
  async reveal(@Caller() { actor }: Principal, @Input() { params, body }: CallOf<typeof routes.revealCapture>, @Req() request: GatewayRequest): Promise<AnswerOf<typeof routes.revealCapture>> {
    const pair = await SealingKeyPair.ephemeral();
    const { sealed_text: pieces } = await this.rpc.call(catalogueRpc.reveal, { capture_id: params.id, recipient: { ...pair.publicJwk() }, requested_by: actor });
    const opened = await Promise.all(pieces.map((piece) => pair.openSealed(piece, { purpose: catalogueRpc.reveal.type, clock: this.clock })));
    await this.audit.conclude(request, 200, undefined, { details: { reason: body.reason } });
    return { capture_id: params.id, text: opened.map((piece) => piece.reveal()).join('') };
  }

  @Endpoint(routes.setBaseline)
  approve(@Caller() { actor }: Principal, @Input() { params }: CallOf<typeof routes.setBaseline>): Promise<AnswerOf<typeof routes.setBaseline>> {
    return this.rpc.call(catalogueRpc.setBaseline, { capture_id: params.id, baseline: true, requested_by: actor });
  }

  @Endpoint(routes.removeBaseline)
  disapprove(@Caller() { actor }: Principal, @Input() { params }: CallOf<typeof routes.removeBaseline>): Promise<AnswerOf<typeof routes.removeBaseline>> {
    return this.rpc.call(catalogueRpc.setBaseline, { capture_id: params.id, baseline: false, requested_by: actor });
  }

  @Endpoint(routes.captureDrift)
  drift(@Input() { params, query }: CallOf<typeof routes.captureDrift>): Promise<AnswerOf<typeof routes.captureDrift>> {
    return this.rpc.call(catalogueRpc.drift, { device_id: params.id, ...query });
  }

  @Endpoint(routes.search)
  search(@Input() { query }: CallOf<typeof routes.search>): Promise<AnswerOf<typeof routes.search>> {
    return this.rpc.call(catalogueRpc.search, query);
  }

  @Endpoint(routes.seedSearch)
  seedSearch(@Input() { query }: CallOf<typeof routes.seedSearch>): Promise<AnswerOf<typeof routes.seedSearch>> {
    return this.rpc.call(catalogueRpc.search, query);
  }

  @Endpoint(routes.captureTypes)
  types(): Promise<AnswerOf<typeof routes.captureTypes>> {
    return this.rpc.call(catalogueRpc.types, {});
  }

  @Endpoint(routes.capturedDevices)
  devices(): Promise<AnswerOf<typeof routes.capturedDevices>> {
    return this.rpc.call(catalogueRpc.devices, {});
  }

  @Endpoint(routes.viewCapture)
  view(@Input() { query }: CallOf<typeof routes.viewCapture>): Promise<AnswerOf<typeof routes.viewCapture>> {
    return this.rpc.call(catalogueRpc.currentCapture, query);
  }
}
