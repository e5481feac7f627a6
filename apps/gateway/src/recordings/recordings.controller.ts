import { type AnswerOf, recordingRpc, routes } from '@capstan/contracts';
import { AppError } from '@capstan/kernel';
import { RpcClient } from '@capstan/messaging';
import { Controller, Req, Res } from '@nestjs/common';
import type { Response } from 'express';
import type { Principal } from '../auth/principal';
import { DownloadLinks } from '../downloads/download-links';
import { Transfers } from '../downloads/transfers';
import { API_PREFIX, Caller, type CallOf, Endpoint, Input } from '../http/endpoint';
import type { GatewayRequest } from '../http/gateway-request';
import { orExpired } from '../retention/or-expired';

/** Recordings: every method is one question to the sdr-acquirer. */
@Controller()
export class RecordingsController {
  constructor(
    private readonly rpc: RpcClient,
    private readonly links: DownloadLinks,
    private readonly transfers: Transfers,
  ) {}

  @Endpoint(routes.createRecording)
  create(@Caller() { actor }: Principal, @Input() { body, newId }: CallOf<typeof routes.createRecording>): Promise<AnswerOf<typeof routes.createRecording>> {
    return this.rpc.call(recordingRpc.create, { session_id: newId, recording: body, requested_by: actor });
  }

  @Endpoint(routes.listRecordings)
  list(@Input() { query }: CallOf<typeof routes.listRecordings>): Promise<AnswerOf<typeof routes.listRecordings>> {
    return this.rpc.call(recordingRpc.list, query);
  }

  @Endpoint(routes.recordingAnalytics)
  analytics(): Promise<AnswerOf<typeof routes.recordingAnalytics>> {
    return this.rpc.call(recordingRpc.analytics, {});
  }

  @Endpoint(routes.getRecording)
  get(@Input() { params }: CallOf<typeof routes.getRecording>): Promise<AnswerOf<typeof routes.getRecording>> {
    return orExpired(this.rpc, params.id, this.rpc.call(recordingRpc.get, { session_id: params.id }));
  }

  @Endpoint(routes.updateRecording)
  update(@Caller() { actor }: Principal, @Input() { params, body }: CallOf<typeof routes.updateRecording>): Promise<AnswerOf<typeof routes.updateRecording>> {
    return this.rpc.call(recordingRpc.update, { session_id: params.id, changes: body, requested_by: actor });
  }

  @Endpoint(routes.deleteRecording)
  async remove(@Caller() { actor }: Principal, @Input() { params }: CallOf<typeof routes.deleteRecording>): Promise<void> {
    await this.rpc.call(recordingRpc.remove, { session_id: params.id, requested_by: actor });
  }

  @Endpoint(routes.pauseRecording)
  pause(@Caller() { actor }: Principal, @Input() { params }: CallOf<typeof routes.pauseRecording>): Promise<AnswerOf<typeof routes.pauseRecording>> {
    return this.rpc.call(recordingRpc.pause, { session_id: params.id, requested_by: actor });
  }

  @Endpoint(routes.resumeRecording)
  resume(@Caller() { actor }: Principal, @Input() { params }: CallOf<typeof routes.resumeRecording>): Promise<AnswerOf<typeof routes.resumeRecording>> {
    return this.rpc.call(recordingRpc.resume, { session_id: params.id, requested_by: actor });
  }

  @Endpoint(routes.cancelRecording)
  cancel(@Caller() { actor }: Principal, @Input() { params }: CallOf<typeof routes.cancelRecording>): Promise<AnswerOf<typeof routes.cancelRecording>> {
    return this.rpc.call(recordingRpc.cancel, { session_id: params.id, requested_by: actor });
  }

  @Endpoint(routes.retryRecording)
  retry(@Caller() { actor }: Principal, @Input() { params, body, newId }: CallOf<typeof routes.retryRecording>): Promise<AnswerOf<typeof routes.retryRecording>> {
    return this.rpc.call(recordingRpc.retry, { session_id: params.id, new_session_id: newId, retry: body, requested_by: actor });
  }

  @Endpoint(routes.listChunks)
  chunks(@Input() { params, query }: CallOf<typeof routes.listChunks>): Promise<AnswerOf<typeof routes.listChunks>> {
    return this.rpc.call(recordingRpc.chunks, { session_id: params.id, ...query });
  }

  @Endpoint(routes.exportRecording)
  async export(@Input() { params, query }: CallOf<typeof routes.exportRecording>, @Req() request: GatewayRequest, @Res() response: Response): Promise<void> {
    const { key, name, media_type, size, sha256 } = await this.rpc.call(recordingRpc.export, { session_id: params.id, format: query.format, receiver_no: query.receiver_no });
    const { recording } = await this.rpc.call(recordingRpc.get, { session_id: params.id });
    await this.transfers.sendArtifact(request, response, { artifact_id: params.id, session_id: params.id, target_id: null, kind: 'report', name, key, size, sha256, media_type, created_at: recording.session_end ?? recording.created_at, meta: {} });
  }

  @Endpoint(routes.recordingExportUrl)
  async exportUrl(@Caller() { actor }: Principal, @Input() { params, body }: CallOf<typeof routes.recordingExportUrl>): Promise<AnswerOf<typeof routes.recordingExportUrl>> {
    const { recording } = await this.rpc.call(recordingRpc.get, { session_id: params.id });
    if (recording.session_end === null) {
      throw new AppError('SESSION_NOT_READY', 'The recording is still running');
    }
    const path = `/recordings/${params.id}/export`;
    const { link, expiresAt } = this.links.sign(actor, `session:${params.id}`);
    const receiver = body.receiver_no === undefined ? '' : `&receiver_no=${body.receiver_no}`;
    return { url: `${API_PREFIX}${path}?format=${body.format}${receiver}&link=${link}`, expires_at: expiresAt };
  }
}
