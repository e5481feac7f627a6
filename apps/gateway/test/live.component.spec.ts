import type { Socket as NetSocket } from 'node:net';
import { type ClientMessages, deviceEvents, routes, type ServerMessages, sessionEvents, sessionProgress, sessionRpc, type SocketAck } from '@capstan/contracts';
import { AppError, Deferred } from '@capstan/kernel';
import { eventually } from '@capstan/testing';
import { io, type Socket } from 'socket.io-client';
import { artifactFixture, SESSION_ID, sessionFixture, summaryFixture, TARGET_ID, targetFixture, UNKNOWN_ID } from './fixtures';
import { GatewayHarness } from './gateway-harness';

interface Client {
  socket: Socket;
  /** Everything that arrived, in order. */
  seen: { event: keyof ServerMessages; payload: never }[];
  send<Name extends keyof ClientMessages>(name: Name, message: ClientMessages[Name]): Promise<SocketAck>;
}

const progress = { session_id: SESSION_ID, target_id: TARGET_ID, attempt: 1, sequence: 1, time: '2026-11-21T08:00:00.000Z', metrics: { packets_captured: 5 } };
const room = `session:${SESSION_ID}`;

describe('the live view', () => {
  let sut: GatewayHarness;
  let token: string;
  const clients: Client[] = [];

  async function connect(as: string | undefined = token, options: { reconnection?: boolean; transports?: string[] } = {}): Promise<Client> {
    const socket = io(sut.url, { transports: ['websocket'], reconnection: false, forceNew: true, auth: { token: as }, ...options });
    const client: Client = {
      socket,
      seen: [],
      send: (name, message) => socket.timeout(5_000).emitWithAck(name, message) as Promise<SocketAck>,
    };
    clients.push(client);
    socket.onAny((event, payload) => client.seen.push({ event, payload } as never));
    await new Promise<void>((resolve, reject) => {
      socket.once('connect', () => resolve());
      socket.once('connect_error', reject);
    });
    return client;
  }

  beforeAll(async () => {
    sut = await GatewayHarness.start();
  });

  beforeEach(async () => {
    token = await sut.adminToken();
    sut.rpc.reset();
    sut.rpc.on(sessionRpc.get, () => ({ session: sessionFixture({ state: 'capturing' }) }));
    sut.rpc.on(sessionRpc.artifacts, () => ({ artifacts: [artifactFixture()] }));
  });

  afterEach(() => {
    clients.splice(0).forEach(({ socket }) => socket.disconnect());
  });

  afterAll(() => sut.close());

  it('lets nobody in without a token, and nobody by polling', async () => {
    await expect(connect('')).rejects.toMatchObject({ data: { code: 'NOT_AUTHENTICATED' } });
    await expect(connect('nonsense')).rejects.toMatchObject({ data: { code: 'NOT_AUTHENTICATED' } });
    await expect(connect(token, { transports: ['polling'] })).rejects.toThrow();
  });

  it('sends a snapshot on subscription and what happens from then on', async () => {
    const client = await connect();
    expect(await client.send('subscribe', { channels: [room], request_id: 'r1' })).toEqual({ ok: true, request_id: 'r1' });
    expect(client.seen[0]).toMatchObject({ event: 'session:snapshot', payload: { sequence: 12, session: { state: 'capturing' }, artifacts: [{ name: '198.18.0.1_any.pcap' }] } });
    sut.feed.deliver(sessionEvents.stateChanged, { session: summaryFixture({ sequence: 13, state: 'stopping' }) });
    sut.feed.deliver(sessionEvents.targetChanged, { session_id: SESSION_ID, sequence: 14, target: targetFixture() });
    sut.feed.deliver(sessionEvents.artifactAdded, { session_id: SESSION_ID, sequence: 15, artifact: artifactFixture() });
    sut.feed.deliver(sessionProgress, progress);
    sut.feed.deliver(sessionEvents.deleted, { session_id: SESSION_ID });
    await eventually(() => expect(client.seen).toHaveLength(6));
    expect(client.seen.map(({ event }) => event)).toEqual(['session:snapshot', 'session:state', 'session:target', 'session:artifact', 'session:progress', 'session:deleted']);
    expect(client.seen[1]).toMatchObject({ payload: { sequence: 13, session: { state: 'stopping' } } });
  });

  it('misses nothing that happens while the snapshot is being made', async () => {
    const gate = new Deferred<void>();
    const asked = new Deferred<void>();
    sut.rpc.on(sessionRpc.get, async () => {
      asked.resolve();
      await gate.promise;
      return { session: sessionFixture({ sequence: 12 }) };
    });
    const client = await connect();
    const subscribed = client.send('subscribe', { channels: [room] });
    await asked.promise;
    sut.feed.deliver(sessionEvents.stateChanged, { session: summaryFixture({ sequence: 13 }) });
    gate.resolve();
    await subscribed;
    await eventually(() => expect(new Set(client.seen.map(({ payload }) => (payload as { sequence: number }).sequence))).toEqual(new Set([12, 13])));
  });

  it('asks once for all who come while a question is on its way', async () => {
    const gates: Deferred<void>[] = [];
    sut.rpc.on(sessionRpc.get, async () => {
      const gate = new Deferred<void>();
      gates.push(gate);
      await gate.promise;
      return { session: sessionFixture() };
    });
    const many = await Promise.all(Array.from({ length: 12 }, () => connect()));
    const acks = many.map((client) => client.send('subscribe', { channels: [room] }));
    await eventually(() => expect(gates).toHaveLength(1));
    gates[0]?.resolve();
    await eventually(() => expect(gates).toHaveLength(2));
    gates[1]?.resolve();
    expect((await Promise.all(acks)).every(({ ok }) => ok)).toBe(true);
    expect(sut.rpc.requests(sessionRpc.get)).toHaveLength(2);
  });

  it('sends to those who subscribed and to nobody else', async () => {
    const [watcher, lister, idle] = [await connect(), await connect(), await connect()];
    await watcher.send('subscribe', { channels: [room] });
    await lister.send('subscribe', { channels: ['sessions', 'devices'] });
    sut.feed.deliver(sessionEvents.created, { session: sessionFixture({ session_id: UNKNOWN_ID }) });
    sut.feed.deliver(sessionProgress, progress);
    sut.feed.deliver(deviceEvents.hostKeyChanged, {
      session_id: null,
      host_key: { host_key_id: UNKNOWN_ID, host: 'h', port: 22, kind: 'ssh', algorithm: 'ssh-ed25519', fingerprint: 'SHA256:x', status: 'changed', first_seen_at: progress.time, last_seen_at: progress.time, trusted_fingerprint: 'SHA256:y' },
    });
    await eventually(() => expect([watcher.seen.length, lister.seen.length]).toEqual([2, 2]));
    expect(watcher.seen[1]?.event).toBe('session:progress');
    expect(lister.seen.map(({ event }) => event)).toEqual(['session:state', 'device:host_key_changed']);
    expect(JSON.stringify(lister.seen[0])).not.toContain('"targets"');
    expect(idle.seen).toEqual([]);
    await watcher.send('unsubscribe', { channels: [room] });
    sut.feed.deliver(sessionProgress, progress);
    await watcher.send('ping', {});
    expect(watcher.seen).toHaveLength(2);
  });

  it('refuses channels the caller may not see, and what is no channel', async () => {
    const devicesOnly = await connect(await sut.apiToken(['devices:read']));
    expect(await devicesOnly.send('subscribe', { channels: ['devices', room] })).toMatchObject({ ok: false, error: { code: 'NOT_ALLOWED' } });
    expect(await devicesOnly.send('subscribe', { channels: ['devices'] })).toEqual({ ok: true });
    sut.feed.deliver(sessionEvents.stateChanged, { session: summaryFixture() });
    await devicesOnly.send('ping', {});
    expect(devicesOnly.seen).toEqual([]);
    const client = await connect();
    expect(await client.send('subscribe', { channels: ['everything'] })).toMatchObject({ ok: false, error: { code: 'VALIDATION_FAILED' } });
    expect(await client.send('subscribe', { channels: ['sessions'], extra: 1 } as never)).toMatchObject({ ok: false, error: { code: 'VALIDATION_FAILED' } });
    expect(await client.send('subscribe', 'x' as never)).toMatchObject({ ok: false });
  });

  it('says why a session cannot be watched and leaves its room', async () => {
    const client = await connect();
    sut.rpc.fail(sessionRpc.get, new AppError('SESSION_NOT_FOUND', 'There is no such session'));
    expect(await client.send('subscribe', { channels: [room] })).toMatchObject({ ok: false, error: { code: 'SESSION_NOT_FOUND' } });
    sut.feed.deliver(sessionProgress, progress);
    await client.send('ping', { request_id: 'p' });
    expect(client.seen).toEqual([]);
  });

  it('lets one socket send so many messages and no more', async () => {
    const client = await connect();
    const acks = await Promise.all(Array.from({ length: 60 }, () => client.send('ping', {})));
    expect(acks.filter(({ ok }) => ok)).toHaveLength(40);
    expect(acks.at(-1)).toMatchObject({ ok: false, error: { code: 'TOO_MANY_REQUESTS' } });
  });

  it('spares a client that does not keep up the live numbers, never the state', async () => {
    const [slow, fast] = [await connect(), await connect()];
    await slow.send('subscribe', { channels: [room] });
    await fast.send('subscribe', { channels: [room] });
    const stream = (slow.socket.io.engine.transport as unknown as { ws: { _socket: NetSocket } }).ws._socket;
    stream.pause();
    const message = 'x'.repeat(20_000);
    for (let sequence = 1; sequence <= 1_500; sequence += 1) {
      sut.feed.deliver(sessionProgress, { ...progress, sequence, message });
      if (sequence % 20 === 0) {
        await fast.send('ping', {});
        await sut.clock.advance(2_000);
      }
    }
    sut.feed.deliver(sessionEvents.stateChanged, { session: summaryFixture({ sequence: 13, state: 'stopping' }) });
    stream.resume();
    await eventually(() => expect(slow.seen.at(-1)).toMatchObject({ event: 'session:state' }));
    await eventually(() => expect(fast.seen.at(-1)).toMatchObject({ event: 'session:state' }));
    const numbers = (client: Client): number => client.seen.filter(({ event }) => event === 'session:progress').length;
    expect(numbers(fast)).toBe(1_500);
    expect(numbers(slow)).toBeLessThan(1_500);
    token = await sut.adminToken();
  });

  it('closes a socket whose token has expired', async () => {
    await sut.clock.advance(900_000 - 300);
    const client = await connect();
    const reason = await new Promise((resolve) => client.socket.once('disconnect', resolve));
    expect(reason).toBe('io server disconnect');
    await sut.clock.advance(300);
  });

  it('cuts every connection after a gap in the feed, so that clients come back and get a snapshot', async () => {
    const client = await connect(token, { reconnection: true });
    let subscriptions = 0;
    const subscribe = async (): Promise<void> => {
      subscriptions += (await client.send('subscribe', { channels: [room] })).ok ? 1 : 0;
    };
    await subscribe();
    client.socket.on('connect', () => void subscribe());
    sut.feed.interrupt();
    await eventually(() => expect([subscriptions, client.seen.filter(({ event }) => event === 'session:snapshot').length]).toEqual([2, 2]), { timeoutMs: 8_000 });
  });

  it('closes the socket of someone with a one-time password before it opens', async () => {
    await sut.call(routes.createUser, { token, body: { username: 'fresh', role: 'viewer', password: 'the very first password' } });
    const { body } = await sut.signIn('fresh', 'the very first password');
    await expect(connect(body.access_token)).rejects.toMatchObject({ data: { code: 'PASSWORD_CHANGE_REQUIRED' } });
  });
});
