import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Envelope, routes, sessionProgress, type ServerMessages } from '@capstan/contracts';
import { systemClock, systemIds } from '@capstan/kernel';
import { connect } from 'amqplib';
import { Server } from 'socket.io';
import { io, type Socket } from 'socket.io-client';
import { type Bench, type BenchStack, startBenchStack, verdict } from './bench';
import { percentile, spreadOf } from './figures';
import { storeSessions } from './stored-sessions';

const CLIENTS = 500;
const SESSIONS = 20;
const RATE = 200;
const SECONDS = 15;

/** Where the instant of sending travels: the message is otherwise what a worker publishes. */
const SENT_AT = 'sent_at_ms';

async function connectClients(address: string, token: string | undefined, join: (socket: Socket, index: number) => Promise<void>): Promise<Socket[]> {
  const sockets: Socket[] = [];
  // In groups, so that connecting is not itself the load.
  for (let index = 0; index < CLIENTS; index += 50) {
    sockets.push(
      ...(await Promise.all(
        Array.from({ length: Math.min(50, CLIENTS - index) }, async (_, offset) => {
          const socket = io(address, { transports: ['websocket'], auth: { token }, forceNew: true });
          await new Promise<void>((resolve, reject) => {
            socket.once('connect', resolve);
            socket.once('connect_error', reject);
          });
          await join(socket, index + offset);
          return socket;
        }),
      )),
    );
  }
  return sockets;
}

function listen(sockets: readonly Socket[], latencies: number[]): void {
  for (const socket of sockets) {
    socket.on('session:progress', ({ metrics }: ServerMessages['session:progress']) => latencies.push(systemClock.monotonic() - (metrics[SENT_AT] ?? Number.NaN)));
  }
}

/** Calls `send` RATE times a second, evenly, for SECONDS. */
async function atRate(send: (index: number) => void): Promise<void> {
  const began = systemClock.monotonic();
  for (let index = 0; index < RATE * SECONDS; index += 1) {
    const due = began + (index * 1_000) / RATE;
    const wait = due - systemClock.monotonic();
    if (wait > 0) {
      await systemClock.sleep(wait);
    }
    send(index);
  }
  await systemClock.sleep(1_000); // the last ones are still on their way
}

function progressOf(sessionId: string, index: number): ServerMessages['session:progress'] {
  return { session_id: sessionId, target_id: systemIds.next(), attempt: 1, sequence: index + 1, time: new Date(systemClock.now()).toISOString(), metrics: { packets_captured: index, bytes: index * 1_000, [SENT_AT]: systemClock.monotonic() } };
}

async function throughCapstan(bench: BenchStack): Promise<number[]> {
  await storeSessions(bench, SESSIONS);
  const { sessions } = await bench.api.call(routes.listSessions, { query: { per_page: SESSIONS } });
  const ids = sessions.map((session) => session.session_id);
  const sockets = await connectClients(bench.stack.address, bench.api.token, async (socket, index) => {
    const ack = (await socket.timeout(10_000).emitWithAck('subscribe', { channels: [`session:${ids[index % SESSIONS]}`] })) as { ok: boolean };
    if (!ack.ok) {
      throw new Error(`subscription refused: ${JSON.stringify(ack)}`);
    }
  });
  const latencies: number[] = [];
  listen(sockets, latencies);
  const connection = await connect(bench.stack.brokerAdminUrl ?? '');
  const channel = await connection.createChannel();
  await atRate((index) => {
    const sessionId = ids[index % SESSIONS] ?? '';
    const data = progressOf(sessionId, index);
    const envelope: Envelope = { specversion: '1.0', id: systemIds.next(), source: 'capstan/device-collector', type: sessionProgress.type, subject: sessionId, time: data.time, datacontenttype: 'application/json', correlationid: sessionId, data };
    channel.publish('capstan.progress', `session.${sessionId}.${data.target_id}`, Buffer.from(JSON.stringify(envelope)), { contentType: 'application/cloudevents+json', type: sessionProgress.type, messageId: envelope.id });
  });
  await connection.close();
  sockets.forEach((socket) => socket.close());
  return latencies;
}

/** The same fan-out from a socket.io server in this process, without broker, gateway or permissions. */
async function bareSocketIo(): Promise<number[]> {
  const http = createServer();
  const server = new Server(http, { transports: ['websocket'] });
  server.on('connection', (socket) => socket.on('subscribe', (room: string, done: () => void) => void Promise.resolve(socket.join(room)).then(done)));
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  const sockets = await connectClients(`http://127.0.0.1:${(http.address() as AddressInfo).port}`, undefined, async (socket, index) => {
    await socket.emitWithAck('subscribe', `room-${index % SESSIONS}`);
  });
  const latencies: number[] = [];
  listen(sockets, latencies);
  await atRate((index) => server.to(`room-${index % SESSIONS}`).emit('session:progress', progressOf(`room-${index % SESSIONS}`, index)));
  sockets.forEach((socket) => socket.close());
  await server.close();
  return latencies;
}

/** From a worker's publish to the callback in a browser: 500 clients on 20 sessions, 200 events a second. */
export const liveEvents: Bench = async (say) => {
  const bench = await startBenchStack(say);
  try {
    const capstan = await throughCapstan(bench);
    const expected = (RATE * SECONDS * CLIENTS) / SESSIONS;
    say(`through Capstan: ${spreadOf(capstan, 'ms')}; ${((100 * capstan.length) / expected).toFixed(2)} % of ${expected} deliveries arrived`);
    const bare = await bareSocketIo();
    say(`bare socket.io: ${spreadOf(bare, 'ms')}; ratio of the medians ${(percentile(capstan, 50) / percentile(bare, 50)).toFixed(2)}`);
    return verdict(say, 'p99 ≤ 60 ms', percentile(capstan, 99) <= 60 && capstan.length >= expected * 0.99);
  } finally {
    await bench.stop();
  }
};
