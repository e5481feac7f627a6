import { type AnswerOf, captureRpc, routes } from '@capstan/contracts';
import { RpcClient } from '@capstan/messaging';
import { Controller } from '@nestjs/common';
import type { Principal } from '../auth/principal';
import { Caller, type CallOf, Endpoint, Input } from '../http/endpoint';
import type { CaptureSessionAnswer } from './capture-session-view';
import { CaptureSessionsService } from './capture-sessions.service';

/** The routes of the first-generation capture sessions. */
@Controller()
export class CaptureSessionsController {
  constructor(
    private readonly captures: CaptureSessionsService,
    private readonly rpc: RpcClient,
  ) {}

  // Before the routes with a parameter, which would take its name for an id.
  @Endpoint(routes.captureCapabilities)
  capabilities(): Promise<AnswerOf<typeof routes.captureCapabilities>> {
    return this.rpc.call(captureRpc.capabilities, {});
  }

  @Endpoint(routes.capturePreview)
  preview(@Input() { body }: CallOf<typeof routes.capturePreview>): Promise<AnswerOf<typeof routes.capturePreview>> {
    return this.rpc.call(captureRpc.preview, body);
  }

  @Endpoint(routes.createCaptureSession)
  create(@Caller() { actor }: Principal, @Input() { body, newId }: CallOf<typeof routes.createCaptureSession>): Promise<AnswerOf<typeof routes.createCaptureSession>> {
    return this.captures.create(actor, body, newId);
  }

  @Endpoint(routes.listCaptureSessions)
  list(@Input() { query }: CallOf<typeof routes.listCaptureSessions>): Promise<AnswerOf<typeof routes.listCaptureSessions>> {
    return this.captures.list(query);
  }

  @Endpoint(routes.getCaptureSession)
  get(@Input() { params }: CallOf<typeof routes.getCaptureSession>): Promise<CaptureSessionAnswer> {
    return this.captures.get(params.id);
  }

  @Endpoint(routes.stopCaptureSession)
  stop(@Caller() { actor }: Principal, @Input() { params }: CallOf<typeof routes.stopCaptureSession>): Promise<AnswerOf<typeof routes.stopCaptureSession>> {
    return this.captures.stop(actor, params.id);
  }

  @Endpoint(routes.retryCollectCaptureSession)
  retryCollect(@Caller() { actor }: Principal, @Input() { params, newId }: CallOf<typeof routes.retryCollectCaptureSession>): Promise<AnswerOf<typeof routes.retryCollectCaptureSession>> {
    return this.captures.retryCollect(actor, params.id, newId);
  }

  @Endpoint(routes.deleteCaptureSession)
  remove(@Caller() { actor }: Principal, @Input() { params }: CallOf<typeof routes.deleteCaptureSession>): Promise<AnswerOf<typeof routes.deleteCaptureSession>> {
    return this.captures.remove(actor, params.id);
  }
}
