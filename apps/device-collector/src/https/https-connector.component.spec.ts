import { createServer as createHttpServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { AppError, systemClock } from '@capstan/kernel';
import { ExpresswayCluster } from '@capstan/lab';
import { directTcp } from '../ssh/socket-opener.client';
import { HttpsConnector } from './https-connector.client';
import type { CertificatePolicy } from './pinned-agent.client';

const never = new AbortController().signal;
const trustAll: CertificatePolicy = { check: () => Promise.resolve() };
const account = { username: 'api', password: 'Pa55' };
const STATUS = '/api/v1/provisioning/common/diagnosticlogging';

describe(HttpsConnector.name, () => {
  let device: ExpresswayCluster;

  beforeAll(async () => {
    device = await ExpresswayCluster.start({ addresses: ['127.0.0.1'], account, capture: () => Buffer.alloc(0) });
  });

  afterAll(() => device.stop());
  afterEach(() => device.faults.clear());

  const connect = (policy = trustAll, port = device.port) => new HttpsConnector(systemClock, directTcp, policy).connect({ host: '127.0.0.1', port }, never);

  it('asks who answers on every new connection, and sends nothing to a stranger', async () => {
    const seen: string[] = [];
    let strange = false;
    const session = await connect({
      check: (_endpoint, { fingerprint }) => {
        seen.push(fingerprint);
        return strange ? Promise.reject(new AppError('HOSTKEY_MISMATCH', 'another one')) : Promise.resolve();
      },
    });
    expect(seen).toEqual([device.fingerprint]);
    device.renewCertificate();
    strange = true;
    const requests = device.seen.length;
    await expect(session.request({ method: 'GET', path: STATUS, login: account }, never)).rejects.toMatchObject({ code: 'HOSTKEY_MISMATCH' });
    expect(device.seen.length).toBe(requests);
    expect(seen).toEqual([expect.any(String), device.fingerprint]);
    session.end();
  });

  it('uses the connection again that it has', async () => {
    let checks = 0;
    const session = await connect({ check: () => Promise.resolve(void (checks += 1)) });
    for (let count = 0; count < 3; count += 1) {
      const answer = await session.request({ method: 'GET', path: STATUS, login: account }, never);
      await expect(answer.json()).resolves.toMatchObject({ Status: 'Inactive' });
    }
    expect(checks).toBe(1);
    session.end();
  });

  it('gives up on a device that stays too busy, and says so', async () => {
    const session = await connect();
    device.faults.add('busy');
    // Every other request is refused, whichever is first.
    const statuses = await Promise.all([1, 2].map(() => session.request({ method: 'GET', path: STATUS, login: account, attempts: 1 }, never).then((answer) => answer.status, (error: AppError) => error.code)));
    expect([...statuses].map(String).sort()).toEqual(['200', 'DEVICE_OVERLOADED']);
    session.end();
  });

  it('reads no more than it was told to', async () => {
    const session = await connect();
    const answer = await session.request({ method: 'GET', path: STATUS, login: account }, never);
    await expect(answer.text(10)).rejects.toMatchObject({ code: 'ANSWER_TOO_LARGE' });
    session.end();
  });

  it('is lost, retryably, when no answer comes in time', async () => {
    const session = await connect();
    device.faults.add('slow');
    await expect(session.request({ method: 'GET', path: STATUS, login: account, timeoutMs: 50 }, never)).rejects.toMatchObject({ code: 'DEVICE_LOST', retryable: true });
    session.end();
  });

  it('follows the signal', async () => {
    const session = await connect();
    device.faults.add('slow');
    const over = new AbortController();
    const answer = session.request({ method: 'GET', path: STATUS, login: account }, over.signal);
    over.abort(new AppError('CANCELLED', 'enough'));
    await expect(answer).rejects.toMatchObject({ code: 'CANCELLED' });
    session.end();
  });

  it('tells a port that speaks no TLS, and one that is closed, from each other', async () => {
    const plain: Server = createHttpServer();
    await new Promise<void>((resolve) => plain.listen(0, '127.0.0.1', resolve));
    const { port } = plain.address() as AddressInfo;
    await expect(connect(trustAll, port)).rejects.toMatchObject({ code: 'HANDSHAKE_FAILED' });
    await new Promise((resolve) => plain.close(resolve));
    await expect(connect(trustAll, port)).rejects.toMatchObject({ code: 'CONN_REFUSED' });
  });
});
