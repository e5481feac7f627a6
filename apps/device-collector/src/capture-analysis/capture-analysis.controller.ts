import { captureAnalysisRpc, type DataOf, type RequestOf, type ResponseOf, sessionEvents } from '@capstan/contracts';
import { type DeliveryContext, OnEvent, OnRpc } from '@capstan/messaging';
import { Controller } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { CaptureAnalyses } from './capture-analyses.repository';
import { CaptureAnalysisRunner } from './capture-analysis-runner.service';

type Rpc = typeof captureAnalysisRpc;

/** Asks for analyses: when a session with captures is over, and when somebody wants one again. */
@Controller()
export class CaptureAnalysisController {
  constructor(
    private readonly dataSource: DataSource,
    private readonly analyses: CaptureAnalyses,
    private readonly runner: CaptureAnalysisRunner,
  ) {}

  @OnEvent(sessionEvents.finished)
  async finished({ session }: DataOf<typeof sessionEvents.finished>, { manager, afterCommit }: DeliveryContext): Promise<void> {
    if (session.kinds.includes('packet-capture') && session.artifact_count > 0 && session.state !== 'cancelled') {
      await this.analyses.request(manager, session.session_id);
      afterCommit(() => this.runner.wake());
    }
  }

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
