import { type AnswerOf, routes, sessionRpc } from '@capstan/contracts';
import { SharedRead } from '@capstan/kernel';
import { RpcClient } from '@capstan/messaging';
import { Controller, Res } from '@nestjs/common';
import type { Response } from 'express';
import type { Principal } from '../auth/principal';
import { Caller, type CallOf, Endpoint, Input } from '../http/endpoint';
import { LiveNumbers } from '../live/live-numbers';

/** Lists of the same question that are read at the same time. */
const LANES = 2;

/** Sessions of any kind: every method is one question to the orchestrator. */
@Controller()
export class SessionsController {
  /** Every open page asks for the list anew whenever a session changes, all at the same time: they share the question and the bytes of the answer. */
  private readonly pages = new SharedRead<Buffer>(LANES);

  constructor(
    private readonly rpc: RpcClient,
    private readonly numbers: LiveNumbers,
  ) {}

  @Endpoint(routes.createSession)
  async create(@Caller() { actor }: Principal, @Input() { body, newId }: CallOf<typeof routes.createSession>): Promise<AnswerOf<typeof routes.createSession>> {
    const { session } = await this.rpc.call(sessionRpc.create, { ...body, session_id: newId, requested_by: actor });
    return { session };
  }

  @Endpoint(routes.listSessions)
  async list(@Input() { query }: CallOf<typeof routes.listSessions>, @Res() response: Response): Promise<void> {
    const page = await this.pages.run(JSON.stringify(query), async () => {
      const answer: AnswerOf<typeof routes.listSessions> = await this.rpc.call(sessionRpc.list, query);
      return Buffer.from(JSON.stringify(answer));
    });
    response.type('json').send(page);
  }

  @Endpoint(routes.getSession)
  async get(@Input() { params }: CallOf<typeof routes.getSession>): Promise<AnswerOf<typeof routes.getSession>> {
    const { session } = await this.rpc.call(sessionRpc.get, { session_id: params.id });
    return { session: this.numbers.shownIn(session) };
  }

  @Endpoint(routes.stopSession)
  stop(@Caller() { actor }: Principal, @Input() { params }: CallOf<typeof routes.stopSession>): Promise<AnswerOf<typeof routes.stopSession>> {
    return this.rpc.call(sessionRpc.stop, { session_id: params.id, requested_by: actor });
  }

  @Endpoint(routes.cancelSession)
  cancel(@Caller() { actor }: Principal, @Input() { params }: CallOf<typeof routes.cancelSession>): Promise<AnswerOf<typeof routes.cancelSession>> {
    return this.rpc.call(sessionRpc.cancel, { session_id: params.id, requested_by: actor });
  }

  @Endpoint(routes.pauseSession)
  pause(@Caller() { actor }: Principal, @Input() { params }: CallOf<typeof routes.pauseSession>): Promise<AnswerOf<typeof routes.pauseSession>> {
    return this.rpc.call(sessionRpc.pause, { session_id: params.id, requested_by: actor });
  }

  @Endpoint(routes.resumeSession)
  resume(@Caller() { actor }: Principal, @Input() { params }: CallOf<typeof routes.resumeSession>): Promise<AnswerOf<typeof routes.resumeSession>> {
    return this.rpc.call(sessionRpc.resume, { session_id: params.id, requested_by: actor });
  }

  @Endpoint(routes.retrySession)
  retry(@Caller() { actor }: Principal, @Input() { params, newId }: CallOf<typeof routes.retrySession>): Promise<AnswerOf<typeof routes.retrySession>> {
    return this.rpc.call(sessionRpc.retry, { session_id: params.id, new_session_id: newId, requested_by: actor });
  }

  @Endpoint(routes.deleteSession)
  async remove(@Caller() { actor }: Principal, @Input() { params }: CallOf<typeof routes.deleteSession>): Promise<AnswerOf<typeof routes.deleteSession>> {
    const { deleted } = await this.rpc.call(sessionRpc.remove, { session_id: params.id, requested_by: actor });
    return { message: deleted ? `Session ${params.id} deleted` : `Session ${params.id} is being stopped and will then be deleted` };
  }

  @Endpoint(routes.sessionEvents)
  events(@Input() { params, query }: CallOf<typeof routes.sessionEvents>): Promise<AnswerOf<typeof routes.sessionEvents>> {
    return this.rpc.call(sessionRpc.events, { session_id: params.id, ...query });
  }

  @Endpoint(routes.sessionArtifacts)
  artifacts(@Input() { params }: CallOf<typeof routes.sessionArtifacts>): Promise<AnswerOf<typeof routes.sessionArtifacts>> {
    return this.rpc.call(sessionRpc.artifacts, { session_id: params.id });
  }
}
