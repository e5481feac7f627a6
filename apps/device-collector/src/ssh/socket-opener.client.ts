import { connect } from 'node:net';
import type { Duplex } from 'node:stream';
import { type SshEndpoint, sshError } from './ssh-error';

/** Opens the byte stream on which SSH is spoken: straight over TCP ({@link directTcp}) or through jump hosts (`jump-hosts.client.ts`). */
export interface SocketOpener {
  /**
   * @throws AppError `CONN_REFUSED`, `HOST_UNREACHABLE`, `HOST_NOT_FOUND`, `CONNECT_TIMEOUT`; the signal's reason
   */
  open(endpoint: SshEndpoint, signal: AbortSignal): Promise<Duplex>;
}

/** Straight over TCP, both address families tried (RFC 8305, by Node). */
export const directTcp: SocketOpener = {
  open: (endpoint, signal) =>
    new Promise((resolve, reject) => {
      signal.throwIfAborted();
      const socket = connect({ host: endpoint.host, port: endpoint.port, noDelay: true, autoSelectFamily: true });
      const settle = (): void => {
        signal.removeEventListener('abort', onAbort);
        socket.removeListener('error', onError);
        socket.removeListener('connect', onConnect);
      };
      const onAbort = (): void => {
        settle();
        socket.on('error', () => undefined);
        socket.destroy();
        reject(signal.reason as Error);
      };
      const onError = (error: Error): void => {
        settle();
        const [first] = error instanceof AggregateError ? (error.errors as Error[]) : [error];
        reject(sshError(first, 'connect', endpoint));
      };
      const onConnect = (): void => {
        settle();
        resolve(socket);
      };
      signal.addEventListener('abort', onAbort, { once: true });
      socket.once('error', onError).once('connect', onConnect);
    }),
};
