import { mkdtemp, rm } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Permission, type Role, type Route, routes, type UserView } from '@capstan/contracts';
import { createIdSource } from '@capstan/kernel';
import { LiveFeed, messagingEntities, messagingMigrations, RpcClient } from '@capstan/messaging';
import { createObjectStore, type ObjectStore } from '@capstan/object-store';
import { createDataSource, provisionSchema, runMigrations } from '@capstan/persistence';
import { CLOCK, HealthService, IDS, Metrics, OBJECT_STORE, ParkingOrders, SERVICE } from '@capstan/service-kit';
import { TEST_ROLE_PASSWORD, ManualClock, testDatabase } from '@capstan/testing';
import { type DynamicModule, Module, type Provider } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { DataSource } from 'typeorm';
import { type GatewayConfig, readGatewayConfig } from '../src/config';
import { gatewayEntities, gatewayMigrations } from '../src/database/gateway-tables';
import { GatewayModule, PASSWORD_HASH_COST } from '../src/gateway.module';
import { API_PREFIX } from '../src/http/endpoint';
import { FakeLiveFeed } from './fake-live-feed';
import { FakeRpc } from './fake-rpc';

@Module({})
class TestPlatform {}

@Module({})
class TestRoot {}

export const ADMIN_PASSWORD = 'correct horse battery';
export const PASSWORD = 'a long enough password';

/** What a call sends. */
export interface CallOptions {
  params?: Record<string, string>;
  query?: Record<string, string>;
  body?: unknown;
  token?: string | undefined;
  headers?: Record<string, string>;
}

/** What came back. */
export interface Reply {
  status: number;
  headers: Headers;
  // The tests look into answers of every kind.
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  body: any;
  cookie: string | undefined;
}

/** A gateway with a real database and a real object store; other services are what the test says. */
export class GatewayHarness {
  readonly rpc = new FakeRpc();
  readonly feed = new FakeLiveFeed();
  readonly clock = new ManualClock(Date.UTC(2026, 10, 21, 8));
  url = '';
  folder = '';
  app!: NestExpressApplication;
  dataSource!: DataSource;
  store!: ObjectStore;
  config!: GatewayConfig;
  private cleanups: (() => Promise<unknown>)[] = [];

  static async start(environment: Record<string, string> = {}): Promise<GatewayHarness> {
    const harness = new GatewayHarness();
    try {
      await harness.open(environment);
    } catch (error) {
      await harness.close().catch(() => undefined);
      throw error;
    }
    return harness;
  }

  private async open(environment: Record<string, string>): Promise<void> {
    const database = await testDatabase();
    this.cleanups.push(() => database.drop());
    const { url } = await provisionSchema({ adminUrl: database.url, service: 'gateway', password: TEST_ROLE_PASSWORD });
    this.folder = await mkdtemp(join(tmpdir(), 'capstan-gateway-'));
    this.cleanups.push(() => rm(this.folder, { recursive: true, force: true }));
    this.config = readGatewayConfig({
      DATABASE_URL: url,
      RABBITMQ_URL: 'amqp://nobody@127.0.0.1/',
      CAPSTAN_DATA_DIR: this.folder,
      CAPSTAN_ADMIN_PASSWORD: ADMIN_PASSWORD,
      CAPSTAN_TOKEN_KEY: Buffer.alloc(32, 7).toString('base64'),
      CAPSTAN_WEB_DIR: join(this.folder, 'web'),
      // Of a clock that stands still, a budget does not fill.
      CAPSTAN_REQUESTS_PER_SEC: '10000',
      OBJECT_STORE_DIR: join(this.folder, 'objects'),
      ...environment,
    });
    this.dataSource = createDataSource({ url, service: 'gateway', entities: [...gatewayEntities, ...messagingEntities], migrations: [...messagingMigrations, ...gatewayMigrations] as never[] });
    await this.dataSource.initialize();
    this.cleanups.push(() => this.dataSource.destroy());
    await runMigrations(this.dataSource);
    this.store = createObjectStore({ kind: 'local', dir: join(this.folder, 'objects') });
    await this.boot();
  }

  /** Starts the application; again after {@link stop}, as a restart would. */
  async boot(): Promise<void> {
    const app = await NestFactory.create<NestExpressApplication>(this.rootModule(), { bodyParser: false, logger: process.env['GATEWAY_TEST_LOG'] ? undefined : false, abortOnError: false });
    this.cleanups.push(() => app.close());
    await app.listen(0, '127.0.0.1');
    app.get(HealthService).setServing(true);
    this.app = app;
    this.url = `http://127.0.0.1:${(app.getHttpServer().address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    for (const cleanup of this.cleanups.reverse()) {
      await cleanup();
    }
    this.cleanups = [];
  }

  private rootModule(): DynamicModule {
    const providers: Provider[] = [
      { provide: CLOCK, useValue: this.clock },
      { provide: IDS, useValue: createIdSource(this.clock) },
      { provide: SERVICE, useValue: { name: 'gateway', instance: 'gateway@test', version: '0.0.0' } },
      { provide: DataSource, useValue: this.dataSource },
      { provide: OBJECT_STORE, useValue: this.store },
      { provide: RpcClient, useValue: this.rpc },
      { provide: LiveFeed, useValue: this.feed },
      HealthService,
      Metrics,
      // The gateway's own parking; `system.component.spec.ts` has the real one.
      { provide: ParkingOrders, useValue: { list: async () => ({ total: 0, messages: [] }), redrive: async () => ({ sent: 0, kept: 0 }), purge: async () => ({ purged: 0 }) } },
    ];
    return {
      module: TestRoot,
      imports: [
        { module: TestPlatform, global: true, providers, exports: providers },
        GatewayModule.with(this.config, [{ provide: PASSWORD_HASH_COST, useValue: { logN: 4, r: 8, p: 1 } }]),
      ],
    };
  }

  /** Calls a route; a good answer must match the route's schema, a bad one must be a problem. */
  async call(route: Route, { params = {}, query, body, token, headers = {} }: CallOptions = {}): Promise<Reply> {
    const path = route.path.replace(/:([a-z]+)/g, (_, name: string) => encodeURIComponent(params[name] ?? ''));
    const search = query ? `?${new URLSearchParams(query).toString()}` : '';
    const response = await fetch(this.url + API_PREFIX + path + search, {
      method: route.method,
      headers: {
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    const type = response.headers.get('content-type') ?? '';
    const parsed: unknown = type.includes('json') ? JSON.parse(text) : text;
    if (response.ok && 'json' in route.response) {
      route.response.json.parse(parsed);
    }
    if (!response.ok && response.status !== 304) {
      expect(type).toContain('application/problem+json');
      expect(parsed).toMatchObject({ status: response.status, code: expect.any(String), request_id: response.headers.get('x-request-id') });
    }
    return { status: response.status, headers: response.headers, body: parsed, cookie: response.headers.getSetCookie()[0]?.split(';')[0] };
  }

  async signIn(username = 'admin', password = ADMIN_PASSWORD): Promise<Reply> {
    return await this.call(routes.login, { body: { username, password } });
  }

  /** Access token of the administrator. */
  async adminToken(): Promise<string> {
    return (await this.signIn()).body.access_token as string;
  }

  /** A user who has changed the first password. */
  async user(role: Role, username: string): Promise<{ user: UserView; token: string; cookie: string }> {
    const admin = await this.adminToken();
    await this.call(routes.createUser, { token: admin, body: { username, role, password: 'the very first password' } });
    const first = await this.signIn(username, 'the very first password');
    const changed = await this.call(routes.changePassword, { token: first.body.access_token, body: { current_password: 'the very first password', new_password: PASSWORD } });
    return { user: changed.body.user as UserView, token: changed.body.access_token as string, cookie: changed.cookie ?? '' };
  }

  /** An API token with just these permissions. */
  async apiToken(permissions: readonly Permission[]): Promise<string> {
    const { body } = await this.call(routes.createToken, { token: await this.adminToken(), body: { name: `token of ${permissions.join(' ')}`, permissions } });
    return body.token as string;
  }

  /** The audit log, newest first. */
  async audit(query: Record<string, string> = {}): Promise<{ action: string; outcome: string; actor_name: string; actor_type: string; subject: string | null; details: Record<string, unknown> }[]> {
    return (await this.call(routes.audit, { token: await this.adminToken(), query })).body.entries;
  }
}
