import { captureAnalysisRpc, type RequestOf, type ResponseOf } from '@capstan/contracts';
import { OnRpc } from '@capstan/messaging';
import { Controller } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { CaptureAnalyses } from './capture-analyses.repository';
import { CaptureAnalysisRunner } from './capture-analysis-runner.service';

type Rpc = typeof captureAnalysisRpc;

/** Tells of analyses, and begins one when somebody wants it again. */
@Controller()
export class CaptureAnalysisController {
  constructor(
    private readonly dataSource: DataSource,
    private readonly analyses: CaptureAnalyses,
    private readonly runner: CaptureAnalysisRunner,
  ) {}

  @OnRpc(captureAnalysisRpc.get)
  async get({ session_id: sessionId }: RequestOf<Rpc['get']>): Promise<ResponseOf<Rpc['get']>> {
    return { analysis: await this.analyses.find(sessionId) };
  }

  @OnRpc(captureAnalysisRpc.start)
  async start({ session_id: sessionId }: RequestOf<Rpc['start']>): Promise<ResponseOf<Rpc['start']>> {
    await this.analyses.request(this.dataSource, sessionId);
    this.runner.wake();
    return { analysis: await this.analyses.find(sessionId) };
  }
}
