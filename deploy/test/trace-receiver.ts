import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** One step of a trace, as far as tests ask. */
export interface ReceivedSpan {
  readonly service: string;
  readonly name: string;
  readonly traceId: string;
  readonly spanId: string;
  /** Empty for the first span of a trace. */
  readonly parentSpanId: string;
}

interface OtlpBody {
  resourceSpans: { resource: { attributes: { key: string; value: { stringValue?: string } }[] }; scopeSpans: { spans: { name: string; traceId: string; spanId: string; parentSpanId?: string }[] }[] }[];
}

/** Takes traces as OTLP over HTTP in JSON (opentelemetry.io, OTLP specification, `/v1/traces`) and keeps them. */
export class TraceReceiver {
  readonly spans: ReceivedSpan[] = [];
  /** Everything that was sent to. */
  readonly addresses = new Set<string>();

  private constructor(private readonly server: Server) {}

  static async start(): Promise<TraceReceiver> {
    const server = createServer((request, response) => {
      const parts: Buffer[] = [];
      request.on('data', (part: Buffer) => parts.push(part));
      request.on('end', () => {
        receiver.addresses.add(request.url ?? '');
        if (request.url === '/v1/traces') {
          receiver.take(JSON.parse(Buffer.concat(parts).toString('utf8')) as OtlpBody);
        }
        response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
      });
    });
    const receiver = new TraceReceiver(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    // A test file that fails at its start must be able to end.
    server.unref();
    return receiver;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise<void>((resolve) => this.server.close(() => resolve()));
  }

  private take({ resourceSpans }: OtlpBody): void {
    for (const { resource, scopeSpans } of resourceSpans) {
      const service = resource.attributes.find(({ key }) => key === 'service.name')?.value.stringValue ?? '';
      for (const { name, traceId, spanId, parentSpanId = '' } of scopeSpans.flatMap(({ spans }) => spans)) {
        this.spans.push({ service, name, traceId, spanId, parentSpanId });
      }
    }
  }
}
