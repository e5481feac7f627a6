import { type RequestOf, type ResponseOf, sessionRpc } from '@capstan/contracts';
import { OnRpc, type RpcContext } from '@capstan/messaging';
import { Controller } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { SessionsService } from '../sessions/sessions.service';
import { SessionEventsRepository } from './session-events.repository';

type Events = typeof sessionRpc.events;

/** Answers with the history of a session. */
@Controller()
export class SessionEventsRpcController {
  constructor(
    private readonly dataSource: DataSource,
    private readonly sessions: SessionsService,
    private readonly events: SessionEventsRepository,
  ) {}

  @OnRpc(sessionRpc.events)
  async list({ session_id, after, limit }: RequestOf<Events>, _context: RpcContext): Promise<ResponseOf<Events>> {
    const { session } = await this.sessions.read(this.dataSource, session_id);
    return { events: await this.events.after(this.dataSource, session_id, after, limit), last_sequence: session.sequence };
  }
}
