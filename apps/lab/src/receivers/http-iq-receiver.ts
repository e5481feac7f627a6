import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Clock } from '@capstan/kernel';
import { type Emitter, hear, type Place } from './emitters';

/** One simulated receiver that serves IQ over plain HTTP. */
export interface HttpIqPlan {
  readonly name: string;
  readonly place: Place;
  readonly noiseVariance: number;
  readonly seed: number;
  /** Whether it states rate and start time in headers, as a well-kept server does. */
  readonly headers: boolean;
}

const TICK_MS = 20;

/** `GET /iq?tune=<Hz>&rate=<Hz>`: 16-bit little-endian I and Q without end. */
export class HttpIqReceiver {
  private readonly server: Server;
  private readonly timers = new Set<NodeJS.Timeout>();
  private address: { host: string; port: number } | undefined;

  constructor(
    readonly plan: HttpIqPlan,
    readonly emitters: readonly Emitter[],
    readonly clock: Clock,
  ) {
    this.server = createServer((request, response) => this.serve(request, response));
  }

  get host(): string {
    return this.address?.host ?? '';
  }

  get port(): number {
    return this.address?.port ?? 0;
  }

  async start(host = '127.0.0.1', port = 0): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.server.once('error', reject);
      this.server.listen(port, host, resolve);
    });
    this.address = { host, port: (this.server.address() as AddressInfo).port };
  }

  async stop(): Promise<void> {
    this.timers.forEach((timer) => clearInterval(timer));
    this.server.closeAllConnections();
    await new Promise<void>((resolve) => {
      this.server.close(() => resolve());
    });
  }

  private serve(request: IncomingMessage, response: ServerResponse): void {
    const url = new URL(request.url ?? '/', 'http://receiver');
    const tunedHz = Number(url.searchParams.get('tune'));
    const rate = Number(url.searchParams.get('rate'));
    if (url.pathname !== '/iq' || !(tunedHz > 0) || !(rate > 0)) {
      response.statusCode = url.pathname === '/iq' ? 400 : 404;
      response.end();
      return;
    }
    const fromMs = this.clock.monotonic();
    const fromNs = BigInt(Math.round(this.clock.now() * 1_000)) * 1_000n;
    response.setHeader('content-type', 'application/octet-stream');
    if (this.plan.headers) {
      response.setHeader('x-iq-sample-rate', String(rate));
      response.setHeader('x-iq-frequency', String(tunedHz));
      response.setHeader('x-iq-start-time', new Date(Number(fromNs / 1_000_000n)).toISOString().replace('Z', `${String(fromNs % 1_000_000n).padStart(6, '0')}Z`));
    }
    response.flushHeaders();
    let sent = 0;
    let block = 0;
    const timer = setInterval(() => {
      const count = Math.floor(((this.clock.monotonic() - fromMs) / 1_000) * rate) - sent;
      if (count <= 0) {
        return;
      }
      const utcNs = fromNs + BigInt(Math.round((sent * 1e9) / rate));
      const samples = hear(this.emitters, { ...this.plan }, { utcNs, rate, count, tunedHz, block });
      const buffer = Buffer.alloc(4 * count);
      samples.forEach((value, k) => buffer.writeInt16LE(Math.max(-32_768, Math.min(32_767, Math.round(value * 32_768))), 2 * k));
      sent += count;
      block += 1;
      response.write(buffer);
    }, TICK_MS);
    this.timers.add(timer);
    response.on('close', () => {
      clearInterval(timer);
      this.timers.delete(timer);
    });
  }
}
