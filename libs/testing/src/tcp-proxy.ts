import { connect, createServer, type Server, type Socket } from 'node:net';

/** Where the proxy leads to. */
export interface ProxyTarget {
  /** Default 127.0.0.1. */
  host?: string;
  port: number;
}

interface Line {
  client: Socket;
  upstream: Socket;
}

/**
 * A TCP proxy on loopback that injects faults between a client and a server.
 * A fault lasts until {@link restore}; several may be in force together.
 */
export class TcpProxy {
  private server: Server | undefined;
  private listeningPort = 0;
  private readonly lines = new Set<Line>();
  private latencyMs = 0;
  private frozen = false;
  private readonly thaw = new Set<() => void>();

  private constructor(private readonly target: Required<ProxyTarget>) {}

  static async start(target: ProxyTarget): Promise<TcpProxy> {
    const proxy = new TcpProxy({ host: target.host ?? '127.0.0.1', port: target.port });
    await proxy.listen();
    return proxy;
  }

  get port(): number {
    return this.listeningPort;
  }

  /** How many clients are connected through the proxy. */
  get connections(): number {
    return this.lines.size;
  }

  /** The same URL, through the proxy. */
  through(url: string): string {
    const changed = new URL(url);
    changed.hostname = '127.0.0.1';
    changed.port = String(this.listeningPort);
    return changed.toString();
  }

  /** Every byte arrives `ms` milliseconds later, in both directions. */
  delay(ms: number): void {
    this.latencyMs = ms;
  }

  /** Half-open: connections stay up (and new ones are taken), and no byte passes in either direction. */
  freeze(): void {
    this.frozen = true;
  }

  /** Resets every connection (RST, as from a crashed peer). New ones are taken. */
  cut(): void {
    for (const { client, upstream } of this.lines) {
      reset(client);
      reset(upstream);
    }
    this.lines.clear();
  }

  /** Resets every connection and refuses new ones. */
  async refuse(): Promise<void> {
    const server = this.server;
    this.server = undefined;
    const closed = server === undefined ? undefined : new Promise((resolve) => server.close(resolve));
    this.cut();
    await closed;
  }

  /** Ends every fault. What was held by {@link freeze} is delivered. */
  async restore(): Promise<void> {
    this.latencyMs = 0;
    this.frozen = false;
    this.wake();
    if (this.server === undefined) {
      await this.listen();
    }
  }

  /** Ends the proxy and all connections. */
  async close(): Promise<void> {
    await this.refuse();
  }

  private async listen(): Promise<void> {
    // allowHalfOpen: an end of stream is passed on as such, and the other direction stays open.
    const server = createServer({ allowHalfOpen: true }, (client) => this.accept(client));
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(this.listeningPort, '127.0.0.1', resolve);
    });
    const address = server.address();
    this.listeningPort = address !== null && typeof address === 'object' ? address.port : 0;
    this.server = server;
  }

  private accept(client: Socket): void {
    const upstream = connect({ host: this.target.host, port: this.target.port, allowHalfOpen: true });
    const line: Line = { client, upstream };
    this.lines.add(line);
    for (const socket of [client, upstream]) {
      socket.setNoDelay(true);
      socket.on('close', () => {
        this.wake();
        if (client.destroyed && upstream.destroyed) {
          this.lines.delete(line);
        }
      });
    }
    this.pump(client, upstream);
    this.pump(upstream, client);
  }

  /** Passes on everything that happens at `from`, its end and its failure included, in order and under the faults in force. */
  private pump(from: Socket, to: Socket): void {
    let last = Promise.resolve();
    const later = (deliver: () => void): Promise<void> => {
      const due = performance.now() + this.latencyMs;
      last = last.then(async () => {
        const wait = due - performance.now();
        if (wait > 0) {
          await new Promise((resolve) => setTimeout(resolve, wait));
        }
        while (this.frozen && !to.destroyed) {
          await new Promise<void>((resolve) => this.thaw.add(resolve));
        }
        if (!to.destroyed) {
          deliver();
        }
      });
      return last;
    };
    const drained = async (): Promise<void> => {
      if (to.writableNeedDrain && !to.destroyed) {
        await new Promise<void>((resolve) => {
          to.once('drain', resolve);
          to.once('close', resolve);
        });
      }
    };
    from.on('data', (chunk: Buffer) => {
      const delivered = later(() => to.write(chunk));
      // Without a delay, wait for a slow reader; with one, several chunks are on their way at once.
      if (this.latencyMs === 0) {
        from.pause();
        void delivered.then(drained).then(() => from.resume());
      }
    });
    from.on('end', () => void later(() => to.end()));
    from.on('error', () => void later(() => reset(to)));
    from.on('close', () => {
      if (!from.readableEnded) {
        void later(() => to.destroy());
      }
    });
  }

  private wake(): void {
    const waiting = [...this.thaw];
    this.thaw.clear();
    for (const resume of waiting) {
      resume();
    }
  }
}

/**
 * Ends a socket as a crashed peer would. One that has said goodbye already cannot be reset: libuv refuses it while the shutdown is on its way
 * (`uv_tcp_close_reset`), and Node then neither closes the handle nor can it ever leave the event loop.
 */
function reset(socket: Socket): void {
  if (socket.writableEnded) {
    socket.destroy();
  } else {
    socket.resetAndDestroy();
  }
}
