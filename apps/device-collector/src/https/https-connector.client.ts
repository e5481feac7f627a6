import type { Clock } from '@capstan/kernel';
import type { SocketOpener } from '../ssh/socket-opener.client';
import type { HttpsEndpoint } from './https-error';
import { HttpsSession } from './https-session.client';
import { type CertificatePolicy, PinnedAgent } from './pinned-agent.client';

/** Reaches devices by HTTPS. The certificate is checked on every connection before an account is sent on it. */
export class HttpsConnector {
  constructor(
    private readonly clock: Clock,
    private readonly sockets: SocketOpener,
    private readonly certificates: CertificatePolicy,
  ) {}

  /**
   * Connects and checks the device's identity; sends no request.
   * @throws AppError `CONN_REFUSED`, `HOST_UNREACHABLE`, `HOST_NOT_FOUND`, `CONNECT_TIMEOUT`, `KEX_MISMATCH`, `HANDSHAKE_FAILED`,
   *   `HOSTKEY_MISMATCH`; the signal's reason
   */
  async connect(endpoint: HttpsEndpoint, signal: AbortSignal): Promise<HttpsSession> {
    const agent = new PinnedAgent(endpoint, this.sockets, this.certificates);
    const socket = await agent.open(signal);
    // Requests make their own connections; this one only had to show who answers.
    socket.on('error', () => undefined);
    socket.end();
    return new HttpsSession(endpoint, agent, this.clock);
  }
}
