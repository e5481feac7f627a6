import { type CaptureAnalysis, captureAnalysisRpc, type SessionArtifact, sessionMachine, sessionRpc, type SessionView } from '@capstan/contracts';
import { AppError } from '@capstan/kernel';
import { RpcClient } from '@capstan/messaging';
import type { ObjectStore } from '@capstan/object-store';
import { OBJECT_STORE } from '@capstan/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import { isCaptureSession } from '../capture-sessions/capture-session-view';

const ASK_AGAIN_MS = 3_000;

/** What became of the captures of a session: the merged capture and the voice report. */
@Injectable()
export class CaptureAnalysisService {
  constructor(
    private readonly rpc: RpcClient,
    @Inject(OBJECT_STORE) private readonly store: ObjectStore,
  ) {}

  /**
   * One result of the analysis, after it was seen to be stored.
   * @throws AppError `SESSION_NOT_FOUND`, `SESSION_NOT_READY`, `NO_CAPTURES_FOUND`, `ANALYSIS_RUNNING` (retryable), `ANALYSIS_FAILED`, `OBJECT_PRUNED`
   */
  async artifact(sessionId: string, kind: SessionArtifact['kind']): Promise<SessionArtifact> {
    const session = await this.endedSession(sessionId);
    let { analysis } = await this.rpc.call(captureAnalysisRpc.get, { session_id: sessionId });
    if (analysis.state === 'none' && session.artifact_count > 0) {
      // The fact that the session is over is still on its way, or was told before anybody analysed captures.
      ({ analysis } = await this.rpc.call(captureAnalysisRpc.start, { session_id: sessionId }));
    }
    const artifact = resultOf(analysis).find((candidate) => candidate.kind === kind);
    if (artifact === undefined || !(await this.store.stat(artifact.key))) {
      throw new AppError('OBJECT_PRUNED', `The ${kind} of this session is no longer stored`);
    }
    return artifact;
  }

  /** Asks for the analysis once more. */
  async again(sessionId: string): Promise<CaptureAnalysis> {
    const session = await this.endedSession(sessionId);
    if (session.artifact_count === 0) {
      throw nothingCaptured();
    }
    return (await this.rpc.call(captureAnalysisRpc.start, { session_id: sessionId })).analysis;
  }

  private async endedSession(sessionId: string): Promise<SessionView> {
    const { session } = await this.rpc.call(sessionRpc.get, { session_id: sessionId });
    if (!isCaptureSession(session)) {
      throw new AppError('SESSION_NOT_FOUND', 'There is no such capture session');
    }
    if (!sessionMachine.isTerminal(session.state)) {
      throw new AppError('SESSION_NOT_READY', `The session is ${session.state}; its captures are analysed when it has ended`, { details: { state: session.state } });
    }
    return session;
  }
}

function resultOf(analysis: CaptureAnalysis): readonly SessionArtifact[] {
  switch (analysis.state) {
    case 'none':
      throw nothingCaptured();
    case 'waiting':
    case 'running':
      throw new AppError('ANALYSIS_RUNNING', 'The captures are being merged and analysed', { retryable: true, retryAfterMs: ASK_AGAIN_MS, details: { state: analysis.state } });
    case 'failed':
      if (analysis.error?.code === 'NO_CAPTURES_FOUND') {
        throw new AppError('NO_CAPTURES_FOUND', analysis.error.message);
      }
      throw new AppError('ANALYSIS_FAILED', analysis.error?.message ?? 'The analysis failed', { details: { reason: analysis.error?.code ?? 'INTERNAL_ERROR' } });
    case 'done':
      return analysis.artifacts;
  }
}

function nothingCaptured(): AppError {
  return new AppError('NO_CAPTURES_FOUND', 'Nothing was captured in this session');
}
