import { mkdtemp, rm } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { auditBatch, auditRecorded, routes, SERVICES, sessionProgress, sessionRpc } from '@capstan/contracts';
import { systemIds } from '@capstan/kernel';
import { EXCHANGES, messagingEntities, messagingMigrations, queueOf } from '@capstan/messaging';
import { createDataSource, provisionSchema, runMigrations } from '@capstan/persistence';
import { type RunningService, startService } from '@capstan/service-kit';
import { TEST_ROLE_PASSWORD, eventually, type TestDatabase, testDatabase, type TestVhost, testVhost } from '@capstan/testing';
import { type ChannelModel, connect } from 'amqplib';
import { io } from 'socket.io-client';
import { readGatewayConfig } from '../src/config';
import { gatewayEntities, gatewayMigrations } from '../src/database/gateway-tables';
import { gatewayDefinition } from '../src/gateway.definition';
import { SESSION_ID, sessionFixture, TARGET_ID } from './fixtures';

const PASSWORD = 'correct horse battery';

/** The whole service as its main.ts starts it, beside a real broker and a real database. */
describe('the gateway beside a real broker', () => {
  let database: TestDatabase;
  let vhost: TestVhost;
  let folder: string;
  let service: RunningService;
  let broker: ChannelModel;
  let url: string;
  let token: string;

  beforeAll(async () => {
    [database, vhost] = [await testDatabase(), await testVhost()];
    folder = await mkdtemp(join(tmpdir(), 'capstan-gateway-'));
    const { url: databaseUrl } = await provisionSchema({ adminUrl: database.url, service: 'gateway', password: TEST_ROLE_PASSWORD });
    const migration = createDataSource({ url: databaseUrl, service: 'gateway', entities: [...gatewayEntities, ...messagingEntities], migrations: [...messagingMigrations, ...gatewayMigrations] as never[] });
    await migration.initialize();
    await runMigrations(migration);
    await migration.destroy();
    service = await startService(
      gatewayDefinition(
        readGatewayConfig({
          DATABASE_URL: databaseUrl,
          RABBITMQ_URL: vhost.url,
          CAPSTAN_PORT: '0',
          CAPSTAN_DATA_DIR: folder,
          CAPSTAN_ADMIN_PASSWORD: PASSWORD,
          CAPSTAN_TOKEN_KEY: Buffer.alloc(32, 5).toString('base64'),
          OBJECT_STORE_DIR: join(folder, 'objects'),
          LOG_LEVEL: 'fatal',
        }),
      ),
    );
    url = `http://127.0.0.1:${(service.app.getHttpServer().address() as AddressInfo).port}`;
    broker = await connect(vhost.url);
    const response = await fetch(`${url}/api/v1${routes.login.path}`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ username: 'admin', password: PASSWORD }) });
    token = ((await response.json()) as { access_token: string }).access_token;
  }, 120_000);

  afterAll(async () => {
    await broker?.close();
    expect(await service?.stop()).toBe(true);
    await vhost?.remove();
    await database?.drop();
    await rm(folder, { recursive: true, force: true });
  });

  const read = async (path: string) => {
    const response = await fetch(`${url}${path}`, { headers: { authorization: `Bearer ${token}` } });
    return { status: response.status, body: (await response.json()) as Record<string, never> };
  };

  it('keeps an audited fact once, however often it is delivered', async () => {
    const channel = await broker.createConfirmChannel();
    const id = systemIds.next();
    const fact = {
      specversion: '1.0',
      id,
      source: 'capstan/device-collector',
      type: auditRecorded.type,
      time: new Date().toISOString(),
      datacontenttype: 'application/json',
      data: { at: new Date().toISOString(), actor: { type: 'user', id: 'u1', name: 'anna' }, action: 'device.command', subject: SESSION_ID, outcome: 'exit 0', details: { command: 'tcpdump --version' } },
    };
    for (let time = 0; time < 3; time += 1) {
      channel.publish(EXCHANGES.events, auditRecorded.type, Buffer.from(JSON.stringify(fact)), { persistent: true, contentType: 'application/cloudevents+json', messageId: id });
    }
    await channel.waitForConfirms();
    await eventually(async () => {
      const { body } = await read('/api/v1/audit?action=device.command');
      expect(body).toMatchObject({ total: 1, entries: [{ audit_id: id, actor_name: 'anna', subject: SESSION_ID, details: { command: 'tcpdump --version' } }] });
    });
    await channel.close();
  });

  it('keeps facts that come together one by one, however often they are delivered', async () => {
    const channel = await broker.createConfirmChannel();
    const id = systemIds.next();
    const at = new Date().toISOString();
    const entries = ['show version', 'show inventory', 'exit'].map((command) => ({ at, actor: { type: 'service', id: 'device-collector', name: 'device-collector' }, action: 'device.command', subject: '198.51.100.7', outcome: 'sent', details: { command } }));
    const fact = { specversion: '1.0', id, source: 'capstan/device-collector', type: auditBatch.type, time: at, datacontenttype: 'application/json', data: { entries } };
    for (let time = 0; time < 3; time += 1) {
      channel.publish(EXCHANGES.events, auditBatch.type, Buffer.from(JSON.stringify(fact)), { persistent: true, contentType: 'application/cloudevents+json', messageId: id });
    }
    await channel.waitForConfirms();
    await eventually(async () => {
      const { body } = await read('/api/v1/audit?subject=198.51.100.7');
      expect([body.total, new Set((body.entries as unknown as { details: { command: string } }[]).map(({ details }) => details.command))]).toEqual([3, new Set(['show version', 'show inventory', 'exit'])]);
    });
    await channel.close();
  });

  it('says at once that the orchestrator is away, and is not ready without it', async () => {
    expect(await read(`/api/v1/sessions/${SESSION_ID}`)).toMatchObject({ status: 503, body: { code: 'SERVICE_UNAVAILABLE' } });
    expect(await read('/ready')).toEqual({ status: 503, body: { ready: false, not_ready: SERVICES.filter((service) => service !== 'gateway') } });
  });

  it('asks the orchestrator, and lets its sockets see live numbers', async () => {
    const channel = await broker.createChannel();
    const { queue } = await channel.assertQueue(queueOf('capture-orchestrator', 'rpc'), { durable: true }).catch(async () => ({ queue: '' }));
    const asked: string[] = [];
    await channel.consume(queue, (message) => {
      if (message) {
        const { type } = JSON.parse(message.content.toString()) as { type: string };
        asked.push(type);
        const data = type === sessionRpc.get.type ? { session: sessionFixture() } : { artifacts: [] };
        channel.publish('', message.properties.replyTo as string, Buffer.from(JSON.stringify({ data })), { correlationId: message.properties.correlationId as string });
        channel.ack(message);
      }
    });
    await channel.bindQueue(queue, EXCHANGES.rpc, 'capture-orchestrator');
    expect(await read(`/api/v1/sessions/${SESSION_ID}`)).toMatchObject({ status: 200, body: { session: { session_id: SESSION_ID } } });

    const socket = io(url, { transports: ['websocket'], auth: { token }, forceNew: true });
    const progress = new Promise((resolve) => socket.once('session:progress', resolve));
    await new Promise((resolve) => socket.once('connect', () => resolve(undefined)));
    expect(await socket.emitWithAck('subscribe', { channels: [`session:${SESSION_ID}`] })).toEqual({ ok: true });
    const data = { session_id: SESSION_ID, target_id: TARGET_ID, attempt: 1, sequence: 9, time: new Date().toISOString(), metrics: { packets_captured: 42 } };
    channel.publish(EXCHANGES.progress, `session.${SESSION_ID}.${TARGET_ID}`, Buffer.from(JSON.stringify({ specversion: '1.0', id: systemIds.next(), source: 'capstan/device-collector', type: sessionProgress.type, time: data.time, datacontenttype: 'application/json', data })));
    expect(await progress).toEqual(data);
    expect(asked).toContain(sessionRpc.artifacts.type);
    socket.disconnect();
    await channel.close();
  });

  it('shows its own health with the rest', async () => {
    const { body } = await read('/api/v1/system');
    expect(body['services']).toEqual(expect.arrayContaining([expect.objectContaining({ service: 'gateway', ready: true })]));
  });
});
