import type { Duplex } from 'node:stream';
import { AppError } from '@capstan/kernel';
import type { SshLogin } from './auth-plan';
import { directTcp, type SocketOpener } from './socket-opener.client';
import type { SshConnection } from './ssh-connection.client';
import type { SshConnector } from './ssh-connector.client';
import type { SshEndpoint } from './ssh-error';

/** A host on the way. */
export interface JumpHost {
  readonly endpoint: SshEndpoint;
  readonly login: SshLogin;
}

/**
 * Reaches a host through others, the nearest first. Each of them proves its identity before its own login, and each
 * connection runs inside the one before: a jump host sees nothing of what is said beyond it.
 * @param connectorOver makes the connector for one hop over the way that leads to it
 */
export function throughJumpHosts(hosts: readonly JumpHost[], connectorOver: (way: SocketOpener) => SshConnector): SocketOpener {
  return {
    open: async (endpoint, signal) => {
      const opened: SshConnection[] = [];
      const leave = (): void => [...opened].reverse().forEach((connection) => connection.destroy());
      let way: SocketOpener = directTcp;
      try {
        for (const host of hosts) {
          const connection = await logInto(host, connectorOver(way), signal);
          opened.push(connection);
          way = { open: (next, until) => connection.forward(next, until) };
        }
        const stream: Duplex = await way.open(endpoint, signal);
        stream.once('close', leave);
        return stream;
      } catch (error) {
        leave();
        throw error;
      }
    },
  };
}

async function logInto({ endpoint, login }: JumpHost, connector: SshConnector, signal: AbortSignal): Promise<SshConnection> {
  try {
    return await connector.logInto(endpoint, login, signal);
  } catch (error) {
    if (!(error instanceof AppError)) {
      throw error;
    }
    const { code, message, retryable, details } = error;
    throw new AppError(code, `Jump host: ${message}`, { retryable, details: { ...details, jump: `${endpoint.host}:${endpoint.port}` }, cause: error });
  }
}
