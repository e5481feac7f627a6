import { clientMessages, recordingRpc, type RecordingView, type SocketAck } from '@capstan/contracts';
import { AppError, type Clock, type IdSource } from '@capstan/kernel';
import { RpcClient } from '@capstan/messaging';
import { CLOCK, IDS } from '@capstan/service-kit';
import { Inject, Logger } from '@nestjs/common';
import { ConnectedSocket, MessageBody, type OnGatewayDisconnect, SubscribeMessage, WebSocketGateway } from '@nestjs/websockets';
import type { z } from 'zod';
import { holds } from '../auth/principal';
import { LIVE_GATEWAY_OPTIONS } from '../live/live-options';
import { accepted, type LiveSocket, refused } from '../live/live-socket';

/** A watch is good for ten seconds; it is renewed well before. */
const RENEW_MS = 4_000;
const MAX_WATERFALLS = 16;

type Messages = typeof clientMessages;
type RecordingMessage = Exclude<keyof Messages, 'subscribe' | 'unsubscribe' | 'ping'>;

/** Recording commands over the socket, in both dialects of the first generation. */
@WebSocketGateway({ ...LIVE_GATEWAY_OPTIONS, transports: [...LIVE_GATEWAY_OPTIONS.transports] })
export class RecordingSocketGateway implements OnGatewayDisconnect<LiveSocket> {
  private readonly logger = new Logger(RecordingSocketGateway.name);
  private readonly watched = new WeakMap<LiveSocket, Map<string, NodeJS.Timeout>>();

  constructor(
    private readonly rpc: RpcClient,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(IDS) private readonly ids: IdSource,
  ) {}

  handleDisconnect(socket: LiveSocket): void {
    this.watched.get(socket)?.forEach((timer) => clearInterval(timer));
  }

  @SubscribeMessage('session:start')
  start(@ConnectedSocket() socket: LiveSocket, @MessageBody() body: unknown): Promise<SocketAck> {
    return this.answer(socket, 'session:start', body, async ({ frequency_mhz: frequency_hz, request_id: _, ...command }) => {
      const { recording } = await this.rpc.call(recordingRpc.start, { session_id: this.ids.next(), command: { ...command, frequency_hz }, requested_by: socket.data.principal.actor });
      socket.emit('session:started', started(recording));
    });
  }

  @SubscribeMessage('session:assign_source')
  assign(@ConnectedSocket() socket: LiveSocket, @MessageBody() body: unknown): Promise<SocketAck> {
    return this.answer(socket, 'session:assign_source', body, async ({ session_id, source_id }) => {
      const { recording } = await this.rpc.call(recordingRpc.assign, { session_id, source_id, requested_by: socket.data.principal.actor });
      socket.emit('session:source_assigned', { session_id, source_id: recording.source_id, status: 'source_assigned' });
    });
  }

  @SubscribeMessage('session:complete')
  complete(@ConnectedSocket() socket: LiveSocket, @MessageBody() body: unknown): Promise<SocketAck> {
    return this.answer(socket, 'session:complete', body, async (command) => {
      const session_id = 'session_id' in command ? command.session_id : this.ids.next();
      const { recording } = await this.rpc.call(recordingRpc.complete, { session_id, command, requested_by: socket.data.principal.actor });
      socket.emit('session:completed', { session_id, task_id: session_id, status: 'in_progress', chunks: recording.total_chunks });
    });
  }

  @SubscribeMessage('session:schedule')
  schedule(@ConnectedSocket() socket: LiveSocket, @MessageBody() body: unknown): Promise<SocketAck> {
    return this.answer(socket, 'session:schedule', body, async ({ request_id: _, ...order }) => {
      const { recording } = await this.rpc.call(recordingRpc.create, { session_id: this.ids.next(), recording: order, requested_by: socket.data.principal.actor });
      socket.emit('session:started', { ...started(recording), status: recording.status });
    });
  }

  @SubscribeMessage('session:pause')
  pause(@ConnectedSocket() socket: LiveSocket, @MessageBody() body: unknown): Promise<SocketAck> {
    return this.answer(socket, 'session:pause', body, ({ session_id }) => this.rpc.call(recordingRpc.pause, { session_id, requested_by: socket.data.principal.actor }));
  }

  @SubscribeMessage('session:resume')
  resume(@ConnectedSocket() socket: LiveSocket, @MessageBody() body: unknown): Promise<SocketAck> {
    return this.answer(socket, 'session:resume', body, ({ session_id }) => this.rpc.call(recordingRpc.resume, { session_id, requested_by: socket.data.principal.actor }));
  }

  @SubscribeMessage('session:cancel')
  cancel(@ConnectedSocket() socket: LiveSocket, @MessageBody() body: unknown): Promise<SocketAck> {
    return this.answer(socket, 'session:cancel', body, ({ session_id }) => this.rpc.call(recordingRpc.cancel, { session_id, requested_by: socket.data.principal.actor }));
  }

  @SubscribeMessage('session:retry')
  retry(@ConnectedSocket() socket: LiveSocket, @MessageBody() body: unknown): Promise<SocketAck> {
    return this.answer(socket, 'session:retry', body, async ({ session_id, chunks }) => {
      const { recording } = await this.rpc.call(recordingRpc.retry, { session_id, new_session_id: this.ids.next(), retry: { chunks }, requested_by: socket.data.principal.actor });
      socket.emit('session:completed', { session_id: recording.session_id, task_id: recording.session_id, status: 'in_progress', chunks: recording.total_chunks });
    });
  }

  @SubscribeMessage('waterfall:open')
  openWaterfall(@ConnectedSocket() socket: LiveSocket, @MessageBody() body: unknown): Promise<SocketAck> {
    return this.answer(socket, 'waterfall:open', body, async ({ session_id, receiver_id, bins, fps }) => {
      const own = this.watched.get(socket) ?? new Map<string, NodeJS.Timeout>();
      const room = waterfallRoom(session_id, receiver_id);
      if (!own.has(room) && own.size >= MAX_WATERFALLS) {
        throw new AppError('TOO_MANY_REQUESTS', `A socket can look at ${MAX_WATERFALLS} waterfalls`);
      }
      await this.rpc.call(recordingRpc.watchWaterfall, { session_id, receiver_id, bins, fps });
      const renew = setInterval(() => void this.rpc.call(recordingRpc.watchWaterfall, { session_id, receiver_id, bins, fps }).catch(() => undefined), RENEW_MS);
      renew.unref();
      clearInterval(own.get(room));
      own.set(room, renew);
      this.watched.set(socket, own);
      await socket.join(room);
    }, 'recordings:read');
  }

  @SubscribeMessage('waterfall:close')
  closeWaterfall(@ConnectedSocket() socket: LiveSocket, @MessageBody() body: unknown): Promise<SocketAck> {
    return this.answer(socket, 'waterfall:close', body, async ({ session_id, receiver_id }) => {
      const room = waterfallRoom(session_id, receiver_id);
      clearInterval(this.watched.get(socket)?.get(room));
      this.watched.get(socket)?.delete(room);
      await socket.leave(room);
    }, 'recordings:read');
  }

  /** Refusals are answered twice: in the acknowledgement, and as `session:error`, which is what the first generation listens to. */
  private async answer<Name extends RecordingMessage>(
    socket: LiveSocket,
    name: Name,
    body: unknown,
    work: (message: z.output<Messages[Name]>) => Promise<unknown>,
    permission: 'recordings:read' | 'recordings:write' = 'recordings:write',
  ): Promise<SocketAck> {
    const refuse = (code: string, message: string, field?: string, requestId?: string): SocketAck => {
      socket.emit('session:error', { error: message, code, ...(field === undefined ? {} : { field }), ...(requestId === undefined ? {} : { request_id: requestId }) });
      return refused(code, message, requestId);
    };
    if (!socket.data.budget.spend(this.clock.monotonic())) {
      return refuse('TOO_MANY_REQUESTS', 'Too many messages');
    }
    if (!holds(socket.data.principal, permission)) {
      return refuse('NOT_ALLOWED', `This needs the permission ${permission}`);
    }
    const parsed = clientMessages[name].safeParse(body);
    if (!parsed.success) {
      const missing = missingFields(name, body);
      const [issue] = parsed.error.issues;
      return refuse('VALIDATION_FAILED', missing ?? issue?.message ?? 'The message is not valid', issue?.path.join('.'));
    }
    const requestId = parsed.data.request_id;
    try {
      await work(parsed.data as z.output<Messages[Name]>);
      return accepted(requestId);
    } catch (error) {
      const known = AppError.from(error);
      if (known.code === 'INTERNAL_ERROR') {
        this.logger.error('A recording command failed', error);
      }
      return refuse(known.code, known.code === 'NO_ACTIVE_RECEIVERS' ? 'No active WebSDRs available' : known.message, undefined, requestId);
    }
  }
}

/** Room of those who look at one waterfall. */
export function waterfallRoom(sessionId: string, receiverId: string): string {
  return `waterfall:${sessionId}:${receiverId}`;
}

/** The first generation's own words for fields that are not there. */
function missingFields(name: RecordingMessage, body: unknown): string | undefined {
  const fields = typeof body === 'object' && body !== null ? (body as Record<string, unknown>) : {};
  const lacks = (names: readonly string[]): boolean => names.some((field) => fields[field] === undefined || fields[field] === '' || fields[field] === null);
  const start = ['session_name', 'frequency_mhz', 'duration_seconds'];
  const three = ['session_id', 'frequency_hz', 'duration_seconds'];
  const two = ['session_name', 'frequency_hz', 'duration_seconds'];
  if (name === 'session:start' && lacks(start)) {
    return `Missing required fields: ${start.join(', ')}`;
  }
  if (name === 'session:assign_source' && lacks(['session_id'])) {
    return 'Missing required field: session_id';
  }
  if (name === 'session:complete' && lacks(three) && lacks(two)) {
    return fields['session_name'] === undefined ? `Missing required fields: ${three.join(', ')}` : `Missing required fields: ${two.join(', ')}, source_id`;
  }
  return undefined;
}

function started(recording: RecordingView) {
  const { session_id, session_name, frequency_mhz, duration_seconds, notes } = recording;
  return { session_id, session_name, status: 'recording', frequency_mhz, duration_seconds, notes };
}
