import http from 'node:http';
import type { AddressInfo } from 'node:net';

/** What happens to one request on its way to the S3 server. */
export const Fault = {
  /** Answered with 503, never forwarded. */
  Busy: 'busy',
  /** The connection is reset, never forwarded. */
  Reset: 'reset',
  /** Taken and never answered. */
  Silence: 'silence',
  /** Forwarded; the server acts on it, but its answer is lost. */
  LostAnswer: 'lost-answer',
  /** Forwarded; the connection ends after a part of the answer's body. */
  CutBody: 'cut-body',
  /** Forwarded; the answer's body stops after a part, with the connection open. */
  StalledBody: 'stalled-body',
} as const;
export type Fault = (typeof Fault)[keyof typeof Fault];

/** Bytes of a body that pass before it is cut or stalled. */
const PASSED = 100_000;

/**
 * An HTTP server between a store and its S3 server that spoils chosen requests. The Host header passes unchanged, so
 * signatures stay valid.
 */
export class S3FaultProxy {
  private readonly faults: Array<{ matches: (method: string, url: string) => boolean; fault: Fault; times: number }> = [];
  private readonly server = http.createServer((request, response) => this.handle(request, response));
  /** Every request seen, as `METHOD url`. */
  readonly seen: string[] = [];

  constructor(private readonly target: URL) {}

  async start(): Promise<string> {
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** Spoils the next `times` requests whose method and URL match. */
  spoil(fault: Fault, method: string, url: RegExp, times = 1): void {
    this.faults.push({ matches: (seenMethod, seenUrl) => seenMethod === method && url.test(seenUrl), fault, times });
  }

  async stop(): Promise<void> {
    const closed = new Promise((resolve) => this.server.close(resolve));
    this.server.closeAllConnections();
    await closed;
  }

  private takeFault(method: string, url: string): Fault | undefined {
    const found = this.faults.find(({ matches, times }) => times > 0 && matches(method, url));
    if (found !== undefined) {
      found.times -= 1;
    }
    return found?.fault;
  }

  private handle(request: http.IncomingMessage, response: http.ServerResponse): void {
    const method = request.method ?? '';
    const url = request.url ?? '';
    this.seen.push(`${method} ${url}`);
    const fault = this.takeFault(method, url);
    switch (fault) {
      case Fault.Busy:
        request.resume();
        request.on('end', () => response.writeHead(503, { 'retry-after': '1' }).end('<Error><Code>SlowDown</Code></Error>'));
        return;
      case Fault.Reset:
        request.socket.resetAndDestroy();
        return;
      case Fault.Silence:
        request.resume();
        return;
      case Fault.LostAnswer:
      case Fault.CutBody:
      case Fault.StalledBody:
      case undefined:
        this.forward(request, response, fault);
    }
  }

  private forward(request: http.IncomingMessage, response: http.ServerResponse, fault: Fault | undefined): void {
    const upstream = http.request(
      { host: this.target.hostname, port: this.target.port, method: request.method, path: request.url, headers: request.headers },
      (answer) => {
        if (fault === Fault.LostAnswer) {
          answer.resume();
          answer.on('end', () => response.destroy());
          return;
        }
        response.writeHead(answer.statusCode ?? 500, answer.headers);
        if (fault === undefined) {
          answer.pipe(response);
          return;
        }
        let passed = 0;
        answer.on('data', (chunk: Buffer) => {
          if (passed >= PASSED) {
            return;
          }
          passed += chunk.length;
          response.write(chunk, () => {
            if (fault === Fault.CutBody && passed >= PASSED) {
              response.destroy();
            }
          });
        });
      },
    );
    upstream.on('error', () => {
      // Swift sends a body after the head of a 404 to a HEAD; that is an error only to those who read on.
      if (!response.headersSent) {
        response.destroy();
      }
    });
    response.on('close', () => upstream.destroy());
    request.pipe(upstream);
  }
}
