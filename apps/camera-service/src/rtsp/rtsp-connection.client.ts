import { connect as connectTcp, type Socket, type TcpNetConnectOpts } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { type AppError, Deferred } from '@capstan/kernel';
import { cameraError, socketError } from './rtsp-error';
import { type RtspListener, RtspReader, type RtspResponse } from './rtsp-message';

const USER_AGENT = 'Capstan';

/** One connection to an RTSP server: requests in order, frames as they come. */
export class RtspConnection {
  /** Ends with the reason when the connection does. */
  readonly ended = new Deferred<AppError>();
  private readonly waiting = new Map<string, Deferred<RtspResponse>>();
  private readonly listener: RtspListener;
  private sequence = 0;
  private closed = false;

  private constructor(
    private readonly socket: Socket,
    reader: RtspReader,
    onFrame: RtspListener['frame'],
  ) {
    this.listener = {
      frame: onFrame,
      response: (response) => {
        const cseq = response.headers.get('cseq')?.[0] ?? '';
        this.waiting.get(cseq)?.resolve(response);
        this.waiting.delete(cseq);
      },
      request: (_, cseq) => void socket.write(`RTSP/1.0 200 OK\r\nCSeq: ${cseq}\r\n\r\n`),
    };
    socket.setNoDelay(true);
    // Over TLS bytes come in memory of their own; see `open` for the others.
    socket.on('data', (chunk) => this.reading(() => reader.push(chunk, this.listener)));
    socket.on('error', (error) => this.end(socketError(error)));
    socket.on('close', () => this.end(cameraError('CAMERA_LOST', 'The camera closed the connection')));
  }

  /**
   * Connects.
   * @param host an address that was resolved and allowed before; `serverName` is what its certificate must not contradict
   * @throws AppError `CAMERA_UNREACHABLE`, `CAMERA_LOST`; the reason of `signal`
   */
  static async open(target: { host: string; port: number; tls: boolean }, onFrame: RtspListener['frame'], signal: AbortSignal): Promise<RtspConnection> {
    signal.throwIfAborted();
    // Cameras sign their own certificates: with rtsps the line is encrypted, not proven.
    const reader = new RtspReader();
    let connection: RtspConnection | undefined;
    // Read by the kernel into the memory it is taken apart in. The callback says whether to go on.
    const onread = { buffer: () => reader.room(), callback: (bytes: number) => connection?.reading(() => reader.wrote(bytes, connection!.listener)) ?? true };
    const socket = target.tls ? connectTls({ host: target.host, port: target.port, rejectUnauthorized: false }) : connectTcp({ host: target.host, port: target.port, onread } as TcpNetConnectOpts);
    const onAbort = (): void => void socket.destroy();
    signal.addEventListener('abort', onAbort, { once: true });
    try {
      await new Promise<void>((resolve, reject) => {
        socket.once(target.tls ? 'secureConnect' : 'connect', () => resolve());
        socket.once('error', (error) => reject(socketError(error)));
        socket.once('close', () => reject(signal.aborted ? (signal.reason as Error) : cameraError('CAMERA_LOST', 'The camera closed the connection')));
      });
      socket.removeAllListeners('error');
      socket.removeAllListeners('close');
      connection = new RtspConnection(socket, reader, onFrame);
      return connection;
    } catch (error) {
      socket.on('error', () => undefined);
      socket.destroy();
      throw error;
    } finally {
      signal.removeEventListener('abort', onAbort);
    }
  }

  get localAddress(): string {
    return this.socket.localAddress ?? '0.0.0.0';
  }

  /** @throws AppError when the connection ends first */
  async request(method: string, url: string, headers: Readonly<Record<string, string>>): Promise<RtspResponse> {
    const cseq = String((this.sequence += 1));
    const answer = new Deferred<RtspResponse>();
    this.waiting.set(cseq, answer);
    if (this.closed) {
      throw await this.ended.promise;
    }
    const lines = [`${method} ${url} RTSP/1.0`, `CSeq: ${cseq}`, `User-Agent: ${USER_AGENT}`, ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`)];
    this.socket.write(`${lines.join('\r\n')}\r\n\r\n`);
    return answer.promise;
  }

  close(): void {
    this.end(cameraError('CAMERA_LOST', 'The session was ended'));
  }

  /** @returns whether to go on */
  private reading(read: () => void): boolean {
    try {
      read();
    } catch (error) {
      this.end(error as AppError);
    }
    return !this.closed;
  }

  private end(reason: AppError): void {
    if (this.closed) {
      return;
    }
    this.closed = true;
    this.socket.destroy();
    this.ended.resolve(reason);
    for (const answer of this.waiting.values()) {
      answer.promise.catch(() => undefined);
      answer.reject(reason);
    }
    this.waiting.clear();
  }
}
