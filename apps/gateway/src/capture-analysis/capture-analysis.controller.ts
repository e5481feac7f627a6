import { type AnswerOf, routes } from '@capstan/contracts';
import { Controller, Req, Res } from '@nestjs/common';
import type { Response } from 'express';
import type { Principal } from '../auth/principal';
import { DownloadsService, type DownloadUrl } from '../downloads/downloads.service';
import { Transfers } from '../downloads/transfers';
import { Caller, type CallOf, Endpoint, Input } from '../http/endpoint';
import type { GatewayRequest } from '../http/gateway-request';
import { CaptureAnalysisService } from './capture-analysis.service';

/** The merged capture and the voice report of a session. */
@Controller()
export class CaptureAnalysisController {
  constructor(
    private readonly analysis: CaptureAnalysisService,
    private readonly downloads: DownloadsService,
    private readonly transfers: Transfers,
  ) {}

  @Endpoint(routes.mergedCapture)
  async merged(@Input() { params }: CallOf<typeof routes.mergedCapture>, @Req() request: GatewayRequest, @Res() response: Response): Promise<void> {
    const artifact = await this.analysis.artifact(params.id, 'merged-pcap');
    await this.transfers.sendArtifact(request, response, { ...artifact, name: `capture_session_${params.id.slice(0, 8)}_merged.pcapng` });
  }

  @Endpoint(routes.mergedCaptureUrl)
  async mergedUrl(@Caller() { actor }: Principal, @Input() { params }: CallOf<typeof routes.mergedCaptureUrl>): Promise<DownloadUrl> {
    await this.analysis.artifact(params.id, 'merged-pcap');
    return this.downloads.sessionPartUrl(actor, params.id, `/capture-sessions/${params.id}/merged`);
  }

  /** Sent as it was stored: a report can be large, and was checked when it was made. */
  @Endpoint(routes.voiceReport)
  async voiceReport(@Input() { params }: CallOf<typeof routes.voiceReport>, @Req() request: GatewayRequest, @Res() response: Response): Promise<void> {
    const artifact = await this.analysis.artifact(params.id, 'voice-report');
    await this.transfers.sendArtifact(request, response, { ...artifact, name: `capture_session_${params.id.slice(0, 8)}_voice-report.json` });
  }

  @Endpoint(routes.analyseCaptureSession)
  async again(@Input() { params }: CallOf<typeof routes.analyseCaptureSession>): Promise<AnswerOf<typeof routes.analyseCaptureSession>> {
    return { analysis: await this.analysis.again(params.id) };
  }
}
