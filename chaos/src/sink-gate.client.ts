import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

const HOST = '127.0.0.1';

/** The way devices take to the SFTP sink. It can be shut: at once, or in the middle of a transfer. */
export class SinkGate {
  readonly host = HOST;
  readonly port: number;
  private readonly sockets = new Set<Socket>();
  private left = Number.POSITIVE_INFINITY;

  private constructor(
    private server: Server,
    private readonly sinkPort: number,
  ) {
    this.port = (server.address() as AddressInfo).port;
    this.serve(server);
  }

  /** @param sinkPort port of the sink on this machine */
  static async open(sinkPort: number): Promise<SinkGate> {
    return new SinkGate(await listen(0), sinkPort);
  }

  /** Whether devices find somebody. */
  get isOpen(): boolean {
    return this.server.listening;
  }

  /** Lets so many more bytes of devices through, cuts every connection in the middle then, and lets nobody in any more. */
  shutAfter(bytes: number): void {
    this.left = bytes;
    if (bytes <= 0) {
      this.shut();
    }
  }

  /** Lets devices in again. */
  async reopen(): Promise<void> {
    this.left = Number.POSITIVE_INFINITY;
    if (!this.server.listening) {
      this.server = await listen(this.port);
      this.serve(this.server);
    }
  }

  async close(): Promise<void> {
    const closed = this.server.listening ? new Promise<void>((resolve) => this.server.once('close', resolve)) : Promise.resolve();
    this.shut();
    await closed;
  }

  private shut(): void {
    this.server.close();
    this.sockets.forEach((socket) => socket.destroy());
  }

  private serve(server: Server): void {
    server.on('connection', (device) => {
      const sink = connect(this.sinkPort, HOST);
      for (const [socket, other] of [
        [device, sink],
        [sink, device],
      ] as const) {
        this.sockets.add(socket);
        socket.on('error', () => undefined).once('close', () => {
          this.sockets.delete(socket);
          other.destroy();
        });
      }
      sink.pipe(device);
      device.on('data', (chunk: Buffer) => {
        this.left -= chunk.length;
        if (this.left <= 0) {
          this.shut();
          return;
        }
        sink.write(chunk);
      });
    });
  }
}

function listen(port: number): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject).listen(port, HOST, () => resolve(server));
  });
}
