import { routes } from '@capstan/contracts';
import { Controller, Req, Res } from '@nestjs/common';
import type { Response } from 'express';
import type { Principal } from '../auth/principal';
import { bundleFilename } from '../capture-sessions/capture-session-view';
import { Caller, type CallOf, Endpoint, Input } from '../http/endpoint';
import type { GatewayRequest } from '../http/gateway-request';
import { DownloadsService, type DownloadUrl } from './downloads.service';
import { Transfers } from './transfers';

/** Stored bytes. */
@Controller()
export class DownloadsController {
  constructor(
    private readonly downloads: DownloadsService,
    private readonly transfers: Transfers,
  ) {}

  @Endpoint(routes.downloadSession)
  async session(@Input() { params }: CallOf<typeof routes.downloadSession>, @Req() request: GatewayRequest, @Res() response: Response): Promise<void> {
    await this.transfers.sendBundle(request, response, await this.downloads.bundle(params.id, false), `session_${params.id.slice(0, 8)}.zip`);
  }

  @Endpoint(routes.downloadCaptureSession)
  async captureSession(@Input() { params }: CallOf<typeof routes.downloadCaptureSession>, @Req() request: GatewayRequest, @Res() response: Response): Promise<void> {
    await this.transfers.sendBundle(request, response, await this.downloads.bundle(params.id, true), bundleFilename(params.id));
  }

  @Endpoint(routes.downloadArtifact)
  async artifact(@Input() { params }: CallOf<typeof routes.downloadArtifact>, @Req() request: GatewayRequest, @Res() response: Response): Promise<void> {
    await this.transfers.sendArtifact(request, response, await this.downloads.artifact(params.id));
  }

  @Endpoint(routes.sessionDownloadUrl)
  sessionUrl(@Caller() { actor }: Principal, @Input() { params }: CallOf<typeof routes.sessionDownloadUrl>): Promise<DownloadUrl> {
    return this.downloads.sessionUrl(actor, params.id);
  }

  @Endpoint(routes.artifactDownloadUrl)
  artifactUrl(@Caller() { actor }: Principal, @Input() { params }: CallOf<typeof routes.artifactDownloadUrl>): Promise<DownloadUrl> {
    return this.downloads.artifactUrl(actor, params.id);
  }
}
