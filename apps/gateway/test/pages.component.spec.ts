import { createHash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { healthRpc, routes, SERVICES, type ServiceHealth, sessionRpc } from '@capstan/contracts';
import { AppError } from '@capstan/kernel';
import { GatewayHarness } from './gateway-harness';

const INLINE = 'document.documentElement.dataset.theme = "dark"';
const health = (service: string, ready = true): ServiceHealth => ({ service, instance: `${service}@1`, version: '0.1.0', ready, uptime_sec: 5, checks: [], outbox_pending: 0, parked: 0 });

describe('pages and documents', () => {
  let sut: GatewayHarness;
  let token: string;

  beforeAll(async () => {
    sut = await GatewayHarness.start();
    const web = join(sut.folder, 'web');
    await mkdir(join(web, 'assets'), { recursive: true });
    await mkdir(join(web, '.vite'));
    await writeFile(join(web, 'index.html'), `<!doctype html><meta property="csp-nonce" nonce="__CSP_NONCE__"><script>${INLINE}</script><script type="module" src="/assets/app-AbCdEf12.js"></script>`);
    await writeFile(join(web, 'assets', 'app-AbCdEf12.js'), 'console.log(1)');
    await writeFile(join(web, 'assets', 'app-AbCdEf12.js.gz'), gzipSync('console.log(1)'));
    await writeFile(join(web, 'favicon.svg'), '<svg xmlns="http://www.w3.org/2000/svg"/>');
    await writeFile(join(web, '.vite', 'manifest.json'), '{}');
    await sut.boot();
    token = await sut.adminToken();
  });

  beforeEach(() => sut.rpc.reset());

  afterAll(() => sut.close());

  it.each(['/', '/sessions/7', '/sign-in?next=%2F', '/index.html'])('serves the page of the web app at %s', async (path) => {
    const response = await fetch(sut.url + path);
    const html = await response.text();
    const nonce = /nonce="([^"]+)"/.exec(html)?.[1] ?? '';
    const policy = response.headers.get('content-security-policy') ?? '';
    expect([response.status, response.headers.get('content-type'), response.headers.get('cache-control')]).toEqual([200, 'text/html; charset=utf-8', 'no-store']);
    expect(nonce).toHaveLength(24);
    expect(policy).toContain(`style-src-elem 'self' 'nonce-${nonce}'`);
    expect(policy).toContain(`script-src 'self' 'sha256-${createHash('sha256').update(INLINE).digest('base64')}';`);
    expect(policy).not.toMatch(/script-src[^;]*unsafe/);
  });

  it('gives every answer its own nonce', async () => {
    const [one, other] = await Promise.all([fetch(sut.url), fetch(sut.url)]);
    expect(one.headers.get('content-security-policy')).not.toBe(other.headers.get('content-security-policy'));
  });

  it('serves hashed files for ever, compressed where the browser takes it', async () => {
    const response = await fetch(`${sut.url}/assets/app-AbCdEf12.js`, { headers: { 'accept-encoding': 'gzip' } });
    expect(await response.text()).toBe('console.log(1)');
    expect(Object.fromEntries(response.headers)).toMatchObject({ 'cache-control': 'public, max-age=31536000, immutable', 'content-encoding': 'gzip', vary: 'Accept-Encoding', 'content-type': 'text/javascript; charset=utf-8' });
    const plain = await fetch(`${sut.url}/assets/app-AbCdEf12.js`, { headers: { 'accept-encoding': 'identity' } });
    expect(plain.headers.get('content-encoding')).toBeNull();
    const etag = plain.headers.get('etag') ?? '';
    expect((await fetch(`${sut.url}/assets/app-AbCdEf12.js`, { headers: { 'if-none-match': etag } })).status).toBe(304);
    expect((await fetch(`${sut.url}/favicon.svg`)).headers.get('cache-control')).toBe('no-cache');
  });

  it.each(['/.vite/manifest.json', '/..%2f..%2fetc%2fpasswd', '/assets/..%2f..%2findex.html', '/%2e%2e/first-password'])('does not serve %s as a file', async (path) => {
    const text = await (await fetch(sut.url + path)).text();
    expect(text).not.toMatch(/^\{\}|root:/);
  });

  it('is alive without asking anybody, and ready when all services are', async () => {
    expect(await (await fetch(`${sut.url}/live`)).json()).toEqual({ live: true });
    for (const [service, question] of Object.entries(healthRpc)) {
      sut.rpc.on(question, () => health(service as keyof typeof healthRpc));
    }
    sut.rpc.on(healthRpc['device-collector'], () => health('device-collector', false));
    await sut.clock.advance(1_000);
    const partly = await fetch(`${sut.url}/ready`);
    expect([partly.status, await partly.json()]).toEqual([503, { ready: false, not_ready: ['device-collector'] }]);
    sut.rpc.on(healthRpc['device-collector'], () => health('device-collector'));
    await sut.clock.advance(1_000);
    const all = await fetch(`${sut.url}/ready`);
    expect([all.status, await all.json()]).toEqual([200, { ready: true, not_ready: [] }]);
    const system = await sut.call(routes.system, { token });
    expect([system.body.ready, (system.body.services as ServiceHealth[]).map(({ service, ready }) => [service, ready])]).toEqual([true, SERVICES.map((service) => [service, true])]);
  });

  it('names a service that does not answer', async () => {
    sut.rpc.on(healthRpc['capture-orchestrator'], () => health('capture-orchestrator'));
    await sut.clock.advance(1_000);
    const { body } = await sut.call(routes.system, { token });
    expect(body.services[2]).toEqual({ service: 'device-collector', ready: false, error: 'SERVICE_UNAVAILABLE' });
  });

  it('describes every route in OpenAPI 3.1', async () => {
    const document = (await (await fetch(`${sut.url}/api/openapi.json`)).json()) as { openapi: string; paths: Record<string, Record<string, { operationId: string }>> };
    expect(document.openapi).toBe('3.1.0');
    const names = Object.values(document.paths).flatMap((path) => Object.values(path).map(({ operationId }) => operationId));
    expect(names.sort()).toEqual(Object.keys(routes).sort());
  });

  it('serves the documents and a page for them from its own origin', async () => {
    const asyncApi = (await (await fetch(`${sut.url}/api/asyncapi.json`)).json()) as { asyncapi: string };
    expect(asyncApi.asyncapi).toBe('3.0.0');
    const page = await fetch(`${sut.url}/api/docs`);
    const html = await page.text();
    expect(page.headers.get('content-security-policy')).toContain("script-src 'self';");
    const files = [...html.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, file]) => file ?? '');
    expect(files.length).toBeGreaterThan(3);
    for (const file of files) {
      expect(file).toMatch(/^\/api\/docs\//);
      expect([file, (await fetch(sut.url + file)).status]).toEqual([file, 200]);
    }
    expect((await fetch(`${sut.url}/api/docs/package.json`)).status).toBe(404);
  });

  it('tells when its own database is away, without naming it', async () => {
    const own = await GatewayHarness.start();
    try {
      await own.dataSource.destroy();
      own.rpc.fail(sessionRpc.list, new AppError('SERVICE_UNAVAILABLE', 'away', { retryable: true }));
      const { status, body } = await own.signIn();
      expect([503, 500]).toContain(status);
      expect(JSON.stringify(body)).not.toMatch(/127\.0\.0\.1|postgres|gateway-test/);
      await own.dataSource.initialize();
    } finally {
      await own.close();
    }
  });
});
