import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Registry } from 'prom-client';
import type { HealthService } from './health.service';

/** The operations port: `/live`, `/ready` and `/metrics`, apart from anything public. */
export class OperationsServer {
  private server: Server | undefined;

  constructor(
    private readonly health: HealthService,
    private readonly metrics: Registry,
  ) {}

  /** @returns the port it listens on */
  async listen(host: string, port: number): Promise<number> {
    const server = createServer((request, response) => {
      void this.answer(request.url ?? '/').then(
        ({ status, type, body }) => {
          response.writeHead(status, { 'content-type': type, 'cache-control': 'no-store' });
          response.end(body);
        },
        () => {
          response.writeHead(500);
          response.end();
        },
      );
    });
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, host, resolve);
    });
    this.server = server;
    return (server.address() as AddressInfo).port;
  }

  async close(): Promise<void> {
    const { server } = this;
    if (server) {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    }
  }

  private async answer(path: string): Promise<{ status: number; type: string; body: string }> {
    switch (path.split('?')[0]) {
      case '/live':
        return { status: 200, type: 'application/json', body: '{"live":true}' };
      case '/ready': {
        const report = await this.health.report();
        return { status: report.ready ? 200 : 503, type: 'application/json', body: JSON.stringify(report) };
      }
      case '/metrics':
        return { status: 200, type: this.metrics.contentType, body: await this.metrics.metrics() };
      default:
        return { status: 404, type: 'application/json', body: '{}' };
    }
  }
}
