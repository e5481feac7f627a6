import { type Actor, type AnswerOf, type ArtifactView, credentialRpc, type CreateCaptureSessionBody, type routes, SESSION_GONE, sessionRpc, type SessionView } from '@capstan/contracts';
import { AppError, type Clock, type FieldError, Gate, validationError } from '@capstan/kernel';
import { RpcClient } from '@capstan/messaging';
import { CLOCK } from '@capstan/service-kit';
import { Inject, Injectable, Logger } from '@nestjs/common';
import { SealedCredentialsClient } from '../credentials/sealed-credentials.client';
import { LiveNumbers } from '../live/live-numbers';
import { pageOf, type PageQuery } from '../http/paging';
import { type CaptureSessionAnswer, isCaptureSession, toCaptureSession, toCaptureSessionAnswer } from './capture-session-view';
import { planSession, toBodyErrors } from './session-of-body';

/** Sessions asked for at once while a list is put together. */
const PARALLEL_QUESTIONS = 8;
/** Errors after which nobody knows whether the session was created. */
const UNCERTAIN: readonly string[] = ['RPC_TIMEOUT', 'SERVICE_UNAVAILABLE', 'INTERNAL_ERROR'];

function inWordsOfBody(error: unknown): unknown {
  const errors = error instanceof AppError && error.code === 'VALIDATION_FAILED' ? error.details?.['errors'] : undefined;
  return Array.isArray(errors) ? validationError(toBodyErrors(errors as FieldError[])) : error;
}

function createdAnswer(session: SessionView): AnswerOf<typeof routes.createCaptureSession> {
  return {
    session_id: session.session_id,
    status: session.state,
    message: `Capture session created with ${session.targets.length} ${session.targets.length === 1 ? 'target' : 'targets'}`,
    created_at: session.created_at,
    targets: toCaptureSession(session, []).targets,
  };
}

/** The first generation's capture sessions, as a view on the session engine. */
@Injectable()
export class CaptureSessionsService {
  private readonly logger = new Logger(CaptureSessionsService.name);

  constructor(
    private readonly rpc: RpcClient,
    private readonly sealed: SealedCredentialsClient,
    private readonly numbers: LiveNumbers,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** Keeps the typed secrets first, then creates the session; when that is refused, they are forgotten again. */
  async create(actor: Actor, body: CreateCaptureSessionBody, sessionId: string): Promise<AnswerOf<typeof routes.createCaptureSession>> {
    const { credentials, session: request } = planSession(body, sessionId);
    try {
      await Promise.all(
        credentials.map(({ credentialId, username, password }, index) =>
          this.sealed.create({ credentialId, name: `session ${sessionId} / ${index + 1}`, kind: 'password', username, secrets: { password }, sessionId }, actor),
        ),
      );
      const { session } = await this.rpc.call(sessionRpc.create, { ...request, requested_by: actor });
      return createdAnswer(session);
    } catch (error) {
      if (credentials.length > 0) {
        await this.forgetSecrets(sessionId, error);
      }
      throw inWordsOfBody(error);
    }
  }

  /** A new session that collects the files which an earlier one left on its devices. */
  async retryCollect(actor: Actor, parentId: string, sessionId: string): Promise<AnswerOf<typeof routes.retryCollectCaptureSession>> {
    const { session } = await this.rpc.call(sessionRpc.retryCollect, { session_id: parentId, new_session_id: sessionId, requested_by: actor });
    return createdAnswer(session);
  }

  /** Newest first; sessions of other kinds are not shown. */
  async list(query: PageQuery): Promise<AnswerOf<typeof routes.listCaptureSessions>> {
    const { page, perPage } = pageOf(query);
    const { sessions, total } = await this.rpc.call(sessionRpc.list, { kind: 'packet-capture', page, per_page: perPage });
    const gate = new Gate(PARALLEL_QUESTIONS);
    const found = await Promise.all(
      sessions.map(async ({ session_id: sessionId, artifact_count: artifactCount }) => {
        await gate.enter();
        try {
          const [session, artifacts] = await Promise.all([this.session(sessionId), artifactCount > 0 ? this.artifacts(sessionId) : []]);
          return [toCaptureSession(session, artifacts)];
        } catch (error) {
          // Deleted since the list was made.
          if (error instanceof AppError && SESSION_GONE.includes(error.code)) {
            return [];
          }
          throw error;
        } finally {
          gate.leave();
        }
      }),
    );
    return { sessions: found.flat(), total, page, per_page: perPage };
  }

  /** @throws AppError `SESSION_NOT_FOUND` */
  async get(sessionId: string): Promise<CaptureSessionAnswer> {
    const [session, artifacts] = await Promise.all([this.session(sessionId), this.artifacts(sessionId)]);
    return toCaptureSessionAnswer(session, artifacts, this.clock.now());
  }

  /** Repeating it, or stopping what is over, changes nothing and is no error. */
  async stop(actor: Actor, sessionId: string): Promise<AnswerOf<typeof routes.stopCaptureSession>> {
    try {
      const { session } = await this.rpc.call(sessionRpc.stop, { session_id: sessionId, requested_by: actor });
      return { session_id: sessionId, status: session.state, message: 'Capture session stop initiated' };
    } catch (error) {
      if (error instanceof AppError && error.code === 'SESSION_STATE_CONFLICT') {
        const { state } = await this.session(sessionId);
        return { session_id: sessionId, status: state, message: `Capture session is already ${state}` };
      }
      throw error;
    }
  }

  async remove(actor: Actor, sessionId: string): Promise<{ message: string }> {
    await this.rpc.call(sessionRpc.remove, { session_id: sessionId, requested_by: actor });
    return { message: `Capture session ${sessionId} deleted` };
  }

  private async session(sessionId: string): Promise<SessionView> {
    const { session } = await this.rpc.call(sessionRpc.get, { session_id: sessionId });
    if (!isCaptureSession(session)) {
      throw new AppError('SESSION_NOT_FOUND', 'There is no such capture session');
    }
    return this.numbers.shownIn(session);
  }

  private async artifacts(sessionId: string): Promise<readonly ArtifactView[]> {
    return (await this.rpc.call(sessionRpc.artifacts, { session_id: sessionId })).artifacts;
  }

  /** After an uncertain end the session may exist and need them; a repeated request with the same key will tell. */
  private async forgetSecrets(sessionId: string, cause: unknown): Promise<void> {
    if (!(cause instanceof AppError) || UNCERTAIN.includes(cause.code)) {
      return;
    }
    try {
      await this.rpc.call(credentialRpc.removeOfSession, { session_id: sessionId });
    } catch (error) {
      this.logger.error('The secrets of a session that was not created could not be removed', { session_id: sessionId }, error);
    }
  }
}
