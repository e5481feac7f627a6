import { type Actor, type Envelope, type RequestOf, type ResponseOf, sessionRpc } from '@capstan/contracts';
import { type IdSource } from '@capstan/kernel';
import { OnRpc, type RpcContext } from '@capstan/messaging';
import { transaction } from '@capstan/persistence';
import { IDS } from '@capstan/service-kit';
import { Controller, Inject } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { hasEnded } from './engine/order';
import { SessionListRepository } from './session-list.repository';
import { SessionCreation } from './session-creation.service';
import { summaryOf, viewOf } from './session-views';
import { type CreateOrder, SessionsService } from './sessions.service';

type Rpc = typeof sessionRpc;

/** Answers what the gateway asks about sessions. */
@Controller()
export class SessionsRpcController {
  constructor(
    private readonly dataSource: DataSource,
    private readonly sessions: SessionsService,
    private readonly lists: SessionListRepository,
    private readonly creation: SessionCreation,
    @Inject(IDS) private readonly ids: IdSource,
  ) {}

  @OnRpc(sessionRpc.create)
  async create(request: RequestOf<Rpc['create']>, context: RpcContext): Promise<ResponseOf<Rpc['create']>> {
    const { session_id, requested_by, ...body } = request;
    const order: CreateOrder = { sessionId: session_id ?? this.ids.next(), request: body, by: requested_by ?? publisherOf(context.envelope) };
    return this.creation.create(order, context.signal);
  }

  @OnRpc(sessionRpc.list)
  list(query: RequestOf<Rpc['list']>, _context: RpcContext): Promise<ResponseOf<Rpc['list']>> {
    return this.lists.list(this.dataSource, query);
  }

  @OnRpc(sessionRpc.get)
  async get({ session_id }: RequestOf<Rpc['get']>, _context: RpcContext): Promise<ResponseOf<Rpc['get']>> {
    const stored = await this.sessions.read(this.dataSource, session_id);
    return { session: viewOf(stored.session, stored.row, stored.targets) };
  }

  @OnRpc(sessionRpc.stop)
  stop(request: RequestOf<Rpc['stop']>, context: RpcContext): Promise<ResponseOf<Rpc['stop']>> {
    return this.wish('stop', request, context);
  }

  @OnRpc(sessionRpc.cancel)
  cancel(request: RequestOf<Rpc['cancel']>, context: RpcContext): Promise<ResponseOf<Rpc['cancel']>> {
    return this.wish('cancel', request, context);
  }

  @OnRpc(sessionRpc.pause)
  pause(request: RequestOf<Rpc['pause']>, context: RpcContext): Promise<ResponseOf<Rpc['pause']>> {
    return this.wish('pause', request, context);
  }

  @OnRpc(sessionRpc.resume)
  resume(request: RequestOf<Rpc['resume']>, context: RpcContext): Promise<ResponseOf<Rpc['resume']>> {
    return this.wish('resume', request, context);
  }

  @OnRpc(sessionRpc.retry)
  retry(request: RequestOf<Rpc['retry']>, context: RpcContext): Promise<ResponseOf<Rpc['retry']>> {
    return this.createChild('retryOrder', request, context);
  }

  @OnRpc(sessionRpc.retryCollect)
  retryCollect(request: RequestOf<Rpc['retryCollect']>, context: RpcContext): Promise<ResponseOf<Rpc['retryCollect']>> {
    return this.createChild('retryCollectOrder', request, context);
  }

  @OnRpc(sessionRpc.remove)
  async remove(request: RequestOf<Rpc['remove']>, context: RpcContext): Promise<ResponseOf<Rpc['remove']>> {
    const by = request.requested_by ?? publisherOf(context.envelope);
    const stored = await transaction(this.dataSource, (manager) => this.sessions.wish(manager, request.session_id, 'delete', { by }));
    return { deleted: hasEnded(stored.session) };
  }

  private async createChild(what: 'retryOrder' | 'retryCollectOrder', request: RequestOf<Rpc['retry']>, context: RpcContext): Promise<ResponseOf<Rpc['retry']>> {
    const sessionId = request.new_session_id ?? this.ids.next();
    const origin = { by: request.requested_by ?? publisherOf(context.envelope) };
    const order = await transaction(this.dataSource, (manager) => this.sessions[what](manager, request.session_id, sessionId, origin));
    const { session } = await this.creation.create(order, context.signal);
    return { session };
  }

  private async wish(type: 'stop' | 'cancel' | 'pause' | 'resume', request: RequestOf<Rpc['stop']>, context: RpcContext): Promise<ResponseOf<Rpc['stop']>> {
    const by = request.requested_by ?? publisherOf(context.envelope);
    const stored = await transaction(this.dataSource, (manager) => this.sessions.wish(manager, request.session_id, type, { by }));
    return { session: summaryOf(stored.session, stored.row) };
  }
}

/** Who sent a message, where it does not say on whose behalf. */
export function publisherOf({ source }: Pick<Envelope, 'source'>): Actor {
  return { type: 'service', id: source.slice(0, 100), name: source };
}
