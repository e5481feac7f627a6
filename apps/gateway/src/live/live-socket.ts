import type { ServerMessages, SocketAck } from '@capstan/contracts';
import type { DefaultEventsMap, Server, Socket } from 'socket.io';
import type { Principal } from '../auth/principal';
import type { Budget } from '../request-rate/budget';

type Outgoing = { [Name in keyof ServerMessages]: (payload: ServerMessages[Name]) => void };

/** What the gateway keeps of a socket. */
export interface SocketData {
  principal: Principal;
  budget: Budget;
  /** Ends the socket with its proof of identity. */
  expiry?: NodeJS.Timeout;
}

/** A browser's socket. */
export type LiveSocket = Socket<DefaultEventsMap, Outgoing, DefaultEventsMap, SocketData>;
/** The server of all of them. */
export type LiveServer = Server<DefaultEventsMap, Outgoing, DefaultEventsMap, SocketData>;

/** A socket's answer that something went wrong. */
export function refused(code: string, message: string, requestId?: string): SocketAck {
  return { ok: false, ...(requestId === undefined ? {} : { request_id: requestId }), error: { code, message } };
}

/** A socket's answer that all is well. */
export function accepted(requestId?: string): SocketAck {
  return { ok: true, ...(requestId === undefined ? {} : { request_id: requestId }) };
}
