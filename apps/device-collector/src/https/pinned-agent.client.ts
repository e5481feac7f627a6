import { X509Certificate } from 'node:crypto';
import { Agent, type AgentOptions } from 'node:https';
import { isIP } from 'node:net';
import type { Duplex } from 'node:stream';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import { AppError } from '@capstan/kernel';
import type { SocketOpener } from '../ssh/socket-opener.client';
import { type PresentedCertificate, readCertificate } from './certificate';
import { handshakeError, type HttpsEndpoint } from './https-error';

/** Decides whether a device is who it was. Asked for every connection, before anything is sent on it. */
export interface CertificatePolicy {
  /** @throws AppError `HOSTKEY_MISMATCH` when the device showed another certificate before, or another one is pinned */
  check(endpoint: HttpsEndpoint, presented: PresentedCertificate): Promise<void>;
}

/** Milliseconds for socket and handshake of one connection. */
const CONNECT_MS = 20_000;

type Made = (error: Error | null, stream: Duplex) => void;

/**
 * Connections to one device, each of which has shown the trusted certificate. Devices sign their certificates themselves, so
 * authorities are not asked; the certificate itself is what is trusted.
 */
export class PinnedAgent extends Agent {
  /** What the last new connection showed and spoke. */
  shown: { readonly certificate: PresentedCertificate; readonly protocol: string; readonly cipher: string } | undefined;

  constructor(
    private readonly endpoint: HttpsEndpoint,
    private readonly opener: SocketOpener,
    private readonly policy: CertificatePolicy,
    options: AgentOptions = {},
  ) {
    // First in, first out: several idle connections are used in turn, so that none of them is closed for being idle.
    super({ keepAlive: true, maxSockets: 4, scheduling: 'fifo', ...options });
  }

  /** Node's hook for new connections; the request waits until `made` is called. */
  override createConnection(_options: unknown, made?: Made): null {
    const limit = AbortSignal.timeout(CONNECT_MS);
    this.open(limit).then(
      (socket) => made?.(null, socket),
      (error: Error) =>
        (made as ((error: Error) => void) | undefined)?.(limit.aborted ? new AppError('CONNECT_TIMEOUT', `${this.endpoint.host}:${this.endpoint.port} did not answer`, { retryable: true, cause: error }) : error),
    );
    return null;
  }

  /**
   * Makes a connection and looks at who answers.
   * @throws AppError `CONN_REFUSED`, `HOST_UNREACHABLE`, `HOST_NOT_FOUND`, `CONNECT_TIMEOUT`, `KEX_MISMATCH`, `HANDSHAKE_FAILED`,
   *   `HOSTKEY_MISMATCH`; the signal's reason
   */
  async open(signal: AbortSignal): Promise<TLSSocket> {
    const socket = await this.handshake(await this.opener.open(this.endpoint, signal), signal);
    const swallow = (): void => undefined;
    socket.on('error', swallow);
    try {
      const { raw } = socket.getPeerCertificate();
      const certificate = readCertificate(new X509Certificate(raw));
      if (certificate.fingerprint !== this.shown?.certificate.fingerprint) {
        await this.policy.check(this.endpoint, certificate);
      }
      this.shown = { certificate, protocol: socket.getProtocol() ?? '', cipher: socket.getCipher().name };
      if (socket.destroyed) {
        throw handshakeError(undefined, this.endpoint);
      }
      return socket;
    } catch (error) {
      socket.destroy();
      throw error;
    } finally {
      socket.removeListener('error', swallow);
    }
  }

  private handshake(tcp: Duplex, signal: AbortSignal): Promise<TLSSocket> {
    const { host } = this.endpoint;
    return new Promise((resolve, reject) => {
      // Trust is decided by the caller on the certificate itself; a chain to an authority says nothing about these devices.
      const socket = connectTls({ socket: tcp, rejectUnauthorized: false, minVersion: 'TLSv1.2', ...(isIP(host) === 0 ? { servername: host } : {}) });
      const settle = (): void => {
        signal.removeEventListener('abort', onAbort);
        socket.removeListener('error', onError);
        socket.removeListener('close', onError);
        socket.removeListener('secureConnect', onSecure);
      };
      const fail = (error: unknown): void => {
        settle();
        socket.on('error', () => undefined);
        socket.destroy();
        tcp.destroy();
        reject(error as Error);
      };
      const onAbort = (): void => fail(signal.reason);
      const onError = (error?: unknown): void => fail(handshakeError(error instanceof Error ? error : undefined, this.endpoint));
      const onSecure = (): void => {
        settle();
        resolve(socket);
      };
      signal.addEventListener('abort', onAbort, { once: true });
      socket.once('error', onError).once('close', onError).once('secureConnect', onSecure);
    });
  }
}
