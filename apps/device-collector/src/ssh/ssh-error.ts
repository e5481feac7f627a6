import { AppError } from '@capstan/kernel';

/** Where a device listens for SSH. */
export interface SshEndpoint {
  readonly host: string;
  readonly port: number;
}

/** How far a connection had come when something went wrong. */
export type SshPhase = 'connect' | 'handshake' | 'auth' | 'open';

/** What of an error object is looked at. */
interface RawError {
  readonly message?: string;
  readonly code?: unknown;
  readonly level?: string;
}

const SOCKET_ERRORS: Readonly<Record<string, readonly [code: string, sentence: string, retryable: boolean]>> = {
  ECONNREFUSED: ['CONN_REFUSED', 'refused the connection', true],
  EHOSTUNREACH: ['HOST_UNREACHABLE', 'cannot be reached: no route to the host', true],
  ENETUNREACH: ['HOST_UNREACHABLE', 'cannot be reached: no route to its network', true],
  EHOSTDOWN: ['HOST_UNREACHABLE', 'cannot be reached: the host is down', true],
  EADDRNOTAVAIL: ['HOST_UNREACHABLE', 'cannot be reached: its address is not usable from here', true],
  EINVAL: ['HOST_UNREACHABLE', 'cannot be reached: its address is not usable from here', false],
  EACCES: ['HOST_UNREACHABLE', 'cannot be reached: a firewall on this side forbids it', true],
  EPERM: ['HOST_UNREACHABLE', 'cannot be reached: a firewall on this side forbids it', true],
  ENOTFOUND: ['HOST_NOT_FOUND', 'is not a known host name', false],
  EAI_AGAIN: ['HOST_NOT_FOUND', 'could not be looked up: the name server does not answer', true],
  EAI_FAIL: ['HOST_NOT_FOUND', 'could not be looked up', true],
  ETIMEDOUT: ['CONNECT_TIMEOUT', 'did not answer', true],
};

/**
 * An error of the socket or of `ssh2` as one of Capstan's codes. `ssh2` tells errors apart by `level` and text only; both
 * were read off version 1.17 against real servers.
 */
export function sshError(error: unknown, phase: SshPhase, endpoint: SshEndpoint): AppError {
  if (error instanceof AppError) {
    return error;
  }
  const { message = '', code, level } = (error ?? {}) as RawError;
  const name = `${endpoint.host}:${endpoint.port}`;
  const fail = (appCode: string, text: string, retryable: boolean): AppError =>
    new AppError(appCode, `${name} ${text}`, { retryable, details: { host: endpoint.host, port: endpoint.port }, cause: error });

  if (phase === 'open') {
    return fail('DEVICE_LOST', 'went away', true);
  }
  const socket = typeof code === 'string' ? SOCKET_ERRORS[code] : undefined;
  if (socket && phase === 'connect') {
    return fail(...socket);
  }
  if (/no matching (?:key exchange|host key|C->S|S->C)/i.test(message)) {
    return fail('KEX_MISMATCH', `has no algorithm in common with us (${message.replace(/^Handshake failed: /, '')})`, false);
  }
  if (level === 'client-authentication') {
    return fail('AUTH_FAILED', 'did not accept the credential', false);
  }
  if (level === 'client-timeout' || (socket?.[0] === 'CONNECT_TIMEOUT')) {
    return fail('CONNECT_TIMEOUT', 'did not answer', true);
  }
  if (phase === 'auth') {
    return fail('AUTH_FAILED', 'ended the connection during the login', false);
  }
  return fail('HANDSHAKE_FAILED', 'did not speak SSH with us', true);
}
