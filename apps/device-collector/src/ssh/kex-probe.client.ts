import { type SshEndpoint } from './ssh-error';
import { readServerOffer, type ServerOffer } from './kexinit';
import type { SocketOpener } from './socket-opener.client';

/**
 * Asks a server for its algorithms without any attempt to log in: `ssh2` fails a handshake without telling what the
 * other side would have accepted, and that list is what an operator needs.
 * @returns undefined when the server does not tell in time
 */
export async function probeServerOffer(sockets: SocketOpener, endpoint: SshEndpoint, signal: AbortSignal): Promise<ServerOffer | undefined> {
  const socket = await sockets.open(endpoint, signal);
  try {
    socket.write('SSH-2.0-Capstan\r\n');
    let received = Buffer.alloc(0);
    const onAbort = (): void => void socket.destroy(signal.reason as Error);
    signal.addEventListener('abort', onAbort, { once: true });
    try {
      for await (const chunk of socket as AsyncIterable<Buffer>) {
        received = Buffer.concat([received, chunk]);
        const offer = readServerOffer(received);
        if (offer !== 'more') {
          return offer === 'not-ssh' ? undefined : offer;
        }
      }
      return undefined;
    } finally {
      signal.removeEventListener('abort', onAbort);
    }
  } finally {
    socket.destroy();
  }
}
