import { createServer, type IncomingHttpHeaders, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A webhook that arrived. */
export interface ReceivedWebhook {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  readonly receivedAt: number;
}

/** What a webhook sink does instead of taking a message: answer 500 or 400, answer after so many ms, hang up, or send elsewhere. */
export type WebhookFault = { readonly status: number } | { readonly slowMs: number } | 'hang-up' | { readonly redirectTo: string };

/** An HTTP server on loopback that keeps what it is sent. */
export class WebhookSink {
  fault: WebhookFault | undefined;

  private constructor(
    private readonly server: Server,
    readonly port: number,
    readonly received: ReceivedWebhook[],
  ) {}

  get url(): string {
    return `http://127.0.0.1:${this.port}/hook`;
  }

  /** @param into where webhooks are kept; default: a list of its own */
  static async start(port = 0, into: ReceivedWebhook[] = []): Promise<WebhookSink> {
    const sink: { current?: WebhookSink } = {};
    const server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.once('end', () => sink.current?.take({ path: request.url ?? '', headers: request.headers, body: Buffer.concat(chunks).toString('utf8'), receivedAt: Date.now() }, response));
    });
    await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
    sink.current = new WebhookSink(server, (server.address() as AddressInfo).port, into);
    return sink.current;
  }

  stop(): Promise<void> {
    this.server.closeAllConnections();
    return new Promise((resolve) => this.server.close(() => resolve()));
  }

  private take(webhook: ReceivedWebhook, response: ServerResponse): void {
    const { fault } = this;
    const accept = (): void => {
      this.received.push(webhook);
      response.writeHead(202).end('taken');
    };
    if (fault === undefined) {
      accept();
    } else if (fault === 'hang-up') {
      response.destroy();
    } else if ('slowMs' in fault) {
      setTimeout(accept, fault.slowMs).unref();
    } else if ('redirectTo' in fault && webhook.path === new URL(fault.redirectTo, this.url).pathname) {
      // Whoever follows is not sent round and round: what he says there is kept, so that it is seen.
      accept();
    } else if ('redirectTo' in fault) {
      response.writeHead(302, { location: fault.redirectTo }).end();
    } else {
      response.writeHead(fault.status).end(`status ${fault.status}`);
    }
  }
}
