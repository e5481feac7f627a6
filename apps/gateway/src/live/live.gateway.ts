import { clientMessages, collectionRpc, type DataOf, type Envelope, instanceReported, LIVE_EVENTS, sessionProgress, type SocketAck } from '@capstan/contracts';
import { AppError, type Clock } from '@capstan/kernel';
import { LiveFeed, RpcClient } from '@capstan/messaging';
import { CLOCK, Metrics } from '@capstan/service-kit';
import { Inject, Logger, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { ConnectedSocket, MessageBody, type OnGatewayDisconnect, type OnGatewayInit, SubscribeMessage, WebSocketGateway } from '@nestjs/websockets';
import type { z } from 'zod';
import { Authenticator } from '../auth/authenticator';
import { holds, type Principal } from '../auth/principal';
import { Budget, type BudgetPolicy } from '../request-rate/budget';
import { Instances } from '../system/instances';
import { channelCollection, channelPermission, channelSession } from './channels';
import { type LiveMessage, toLiveMessages } from './live-messages';
import { LIVE_GATEWAY_OPTIONS } from './live-options';
import { LiveNumbers } from './live-numbers';
import { accepted, type LiveServer, type LiveSocket, refused } from './live-socket';
import { Snapshots } from './snapshots';

/** Channels one socket may be in. */
const MAX_CHANNELS = 200;
/** A browser subscribes when a page opens and pings now and then. */
const SOCKET_BUDGET: BudgetPolicy = { burst: 40, perSecond: 10 };
/** How often sockets are looked at: may their owners still see this, do they keep up. */
const REVIEW_MS = 10_000;
/** Packets that wait for one socket before it gets no more live numbers. */
const SLOW_PACKETS = 32;
/** Packets that wait for one socket before it counts as stuck. It comes back and gets a snapshot. */
const MAX_WAITING_PACKETS = 1_000;
/** Longest a timer can be set for. */
const MAX_TIMER_MS = 2_147_483_647;

/** Packets a socket has not taken yet. */
function waitingPackets({ conn }: LiveSocket): number {
  return (conn as unknown as { readonly writeBuffer?: readonly unknown[] }).writeBuffer?.length ?? 0;
}

/** The live view: rooms of sockets, fed by this instance's own queue. */
@WebSocketGateway({ ...LIVE_GATEWAY_OPTIONS, transports: [...LIVE_GATEWAY_OPTIONS.transports] })
export class LiveGateway implements OnGatewayInit<LiveServer>, OnGatewayDisconnect<LiveSocket>, OnApplicationBootstrap, OnModuleDestroy {
  private readonly logger = new Logger(LiveGateway.name);
  private server: LiveServer | undefined;
  private review: NodeJS.Timeout | undefined;

  constructor(
    private readonly authenticator: Authenticator,
    private readonly feed: LiveFeed,
    private readonly snapshots: Snapshots,
    private readonly numbers: LiveNumbers,
    private readonly rpc: RpcClient,
    private readonly instances: Instances,
    @Inject(CLOCK) private readonly clock: Clock,
    metrics: Metrics,
  ) {
    metrics.gauge('capstan_sockets', 'Browsers connected to this instance', [], (gauge) => gauge.set(this.server?.sockets.sockets.size ?? 0));
  }

  afterInit(server: LiveServer): void {
    this.server = server;
    server.use((socket, next) => {
      this.admit(socket).then(
        () => next(),
        (error: unknown) => next(Object.assign(new Error(AppError.from(error).message), { data: { code: AppError.from(error).code } })),
      );
    });
  }

  async onApplicationBootstrap(): Promise<void> {
    await this.feed.start({ events: LIVE_EVENTS, progress: true, onGap: () => this.restart() }, (envelope) => this.forward(envelope));
    this.review = setInterval(() => void this.reviewSockets(), REVIEW_MS);
    this.review.unref();
  }

  async onModuleDestroy(): Promise<void> {
    clearInterval(this.review);
    await this.feed.stop();
    this.server?.disconnectSockets(true);
  }

  handleDisconnect(socket: LiveSocket): void {
    clearTimeout(socket.data.expiry);
  }

  @SubscribeMessage('subscribe')
  async subscribe(@ConnectedSocket() socket: LiveSocket, @MessageBody() body: unknown): Promise<SocketAck> {
    return await this.answer(socket, clientMessages.subscribe, body, async ({ channels }) => {
      const refusedChannel = channels.find((channel) => !holds(socket.data.principal, channelPermission(channel)));
      if (refusedChannel !== undefined) {
        throw new AppError('NOT_ALLOWED', `The channel ${refusedChannel} needs the permission ${channelPermission(refusedChannel)}`);
      }
      // A socket is always in a room of its own name.
      if (new Set([...socket.rooms, ...channels]).size > MAX_CHANNELS + 1) {
        throw new AppError('TOO_MANY_REQUESTS', `A socket can be in ${MAX_CHANNELS} channels`);
      }
      const outcomes = await Promise.allSettled(channels.map((channel) => this.join(socket, channel)));
      const failed = outcomes.find((outcome) => outcome.status === 'rejected');
      if (failed) {
        throw failed.reason;
      }
    });
  }

  @SubscribeMessage('unsubscribe')
  async unsubscribe(@ConnectedSocket() socket: LiveSocket, @MessageBody() body: unknown): Promise<SocketAck> {
    return await this.answer(socket, clientMessages.unsubscribe, body, async ({ channels }) => {
      for (const channel of channels) {
        await socket.leave(channel);
      }
    });
  }

  @SubscribeMessage('ping')
  async ping(@ConnectedSocket() socket: LiveSocket, @MessageBody() body: unknown): Promise<SocketAck> {
    return await this.answer(socket, clientMessages.ping, body ?? {}, async () => undefined);
  }

  private forward(envelope: Envelope): void {
    if (envelope.type === instanceReported.type) {
      this.instances.hear(envelope.data);
      return;
    }
    if (envelope.type === sessionProgress.type) {
      this.numbers.hear(envelope.data as DataOf<typeof sessionProgress>);
    }
    for (const message of toLiveMessages(envelope)) {
      this.send(message);
    }
  }

  private send(message: LiveMessage): void {
    if (this.server) {
      const behind = message.lossy ? this.behind(message.rooms) : [];
      this.server
        .to([...message.rooms])
        .except(behind)
        .emit(message.event, ...([message.payload] as never));
    }
  }

  /**
   * Sockets that do not keep up. (Not Socket.IO's `volatile`: that drops whatever comes in the same moment as another
   * packet, and with it the last number of a target, from sockets that are perfectly fast.)
   */
  private behind(rooms: readonly string[]): string[] {
    const { sockets, adapter } = this.server?.sockets ?? {};
    return rooms
      .flatMap((room) => [...(adapter?.rooms.get(room) ?? [])])
      .filter((id) => {
        const socket = sockets?.get(id);
        return socket !== undefined && waitingPackets(socket) > SLOW_PACKETS;
      });
  }

  /**
   * Facts are missing. Every socket's connection is cut: its client comes back by itself, each after another moment, and
   * gets snapshots of what it had subscribed to.
   */
  private restart(): void {
    this.logger.warn('The live feed was interrupted; sockets begin anew');
    for (const socket of this.server?.sockets.sockets.values() ?? []) {
      socket.conn.close();
    }
  }

  /** Room first, snapshot after: an event in between arrives twice or early, and its sequence says so; none is missed. */
  private async join(socket: LiveSocket, channel: string): Promise<void> {
    await socket.join(channel);
    try {
      await this.sendSnapshot(socket, channel);
    } catch (error) {
      await socket.leave(channel);
      throw error;
    }
  }

  /** Everything there is, for channels that are about one thing. */
  private async sendSnapshot(socket: LiveSocket, channel: string): Promise<void> {
    const sessionId = channelSession(channel);
    const jobId = channelCollection(channel);
    if (sessionId !== undefined) {
      const snapshot = await this.snapshots.take(sessionId);
      if (socket.rooms.has(channel)) {
        socket.emit('session:snapshot', snapshot);
      }
    } else if (jobId !== undefined) {
      const { job, devices } = await this.rpc.call(collectionRpc.get, { job_id: jobId });
      if (socket.rooms.has(channel)) {
        socket.emit('collection_snapshot', { job_id: jobId, job, devices });
      }
    }
  }

  private async answer<Schema extends z.ZodType<{ request_id?: string | undefined }>>(
    socket: LiveSocket,
    schema: Schema,
    body: unknown,
    work: (message: z.output<Schema>) => Promise<void>,
  ): Promise<SocketAck> {
    if (!socket.data.budget.spend(this.clock.monotonic())) {
      return refused('TOO_MANY_REQUESTS', 'Too many messages');
    }
    const message = schema.safeParse(body);
    if (!message.success) {
      return refused('VALIDATION_FAILED', message.error.issues[0]?.message ?? 'The message is not valid');
    }
    const { request_id: requestId } = message.data;
    try {
      await work(message.data);
      return accepted(requestId);
    } catch (error) {
      const known = AppError.from(error);
      if (known.code === 'INTERNAL_ERROR') {
        this.logger.error('A socket message failed', error);
      }
      return refused(known.code, known.message, requestId);
    }
  }

  private async admit(socket: LiveSocket): Promise<void> {
    const token: unknown = (socket.handshake.auth as Record<string, unknown>)['token'];
    if (typeof token !== 'string' || token === '') {
      throw new AppError('NOT_AUTHENTICATED', 'Give an access token in the handshake');
    }
    const principal = await this.authenticator.authenticate(token);
    if (principal.mustChangePassword) {
      throw new AppError('PASSWORD_CHANGE_REQUIRED', 'The one-time password must be changed first');
    }
    socket.data = { principal, budget: new Budget(SOCKET_BUDGET, this.clock.monotonic()) };
    if (principal.expiresAt !== undefined) {
      const left = Math.min(MAX_TIMER_MS, Math.max(0, principal.expiresAt - this.clock.now()));
      socket.data.expiry = setTimeout(() => socket.disconnect(true), left);
      socket.data.expiry.unref();
    }
  }

  private async reviewSockets(): Promise<void> {
    try {
      for (const socket of this.server?.sockets.sockets.values() ?? []) {
        if (waitingPackets(socket) > MAX_WAITING_PACKETS) {
          this.logger.warn('A socket that does not keep up was closed', { actor: socket.data.principal.actor.name });
          socket.disconnect(true);
          continue;
        }
        await this.reviewOwner(socket);
      }
    } catch (error) {
      this.logger.warn('Sockets could not be reviewed', error);
    }
  }

  /** Whoever was disabled, or lost a permission, sees nothing more. */
  private async reviewOwner(socket: LiveSocket): Promise<void> {
    const principal: Principal | undefined = await this.authenticator.recall(socket.data.principal.actor);
    if (!principal || principal.mustChangePassword) {
      socket.disconnect(true);
      return;
    }
    socket.data.principal = { ...principal, ...(socket.data.principal.expiresAt === undefined ? {} : { expiresAt: socket.data.principal.expiresAt }) };
    for (const channel of socket.rooms) {
      if (channel !== socket.id && !holds(principal, channelPermission(channel))) {
        await socket.leave(channel);
      }
    }
  }
}
