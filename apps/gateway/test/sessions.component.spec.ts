import { randomBytes } from 'node:crypto';
import { type Actor, captureRpc, credentialRpc, type RequestOf, routes, sessionRpc } from '@capstan/contracts';
import { AppError, Deferred } from '@capstan/kernel';
import { Keyring, SealingKeyPair, Vault } from '@capstan/vault';
import { eventually } from '@capstan/testing';
import { LOCK_MS, RENEW_MS } from '../src/idempotency/idempotency';
import { IdempotencyRepository } from '../src/idempotency/idempotency.repository';
import { ARTIFACT_ID, artifactFixture, CREDENTIAL_ID, SESSION_ID, sessionFixture, summaryFixture, targetFixture, UNKNOWN_ID } from './fixtures';
import { GatewayHarness } from './gateway-harness';

const CANARY = 'canary-pa55word';
const keyring = Keyring.parse(`k1:${randomBytes(32).toString('base64')}`);

async function keyPair(): Promise<SealingKeyPair> {
  return (await SealingKeyPair.generate(new Vault(keyring), { service: 'device-collector', recordId: 'test' })).pair;
}

function credentialAnswer({ credential_id, name, kind, username, requested_by }: RequestOf<typeof credentialRpc.create>) {
  return {
    credential: { credential_id, name, kind, username, has_password: true, has_private_key: false, has_passphrase: false, has_enable_secret: false, created_at: '2026-11-21T08:00:00.000Z', created_by: requested_by.name, last_used_at: null },
  };
}

describe('sessions', () => {
  let sut: GatewayHarness;
  let token: string;
  let pair: SealingKeyPair;
  let admin: Actor;

  beforeAll(async () => {
    sut = await GatewayHarness.start();
    const signIn = await sut.signIn();
    token = signIn.body.access_token;
    admin = { type: 'user', id: signIn.body.user.user_id, name: 'admin' };
    pair = await keyPair();
  });

  beforeEach(() => {
    sut.rpc.reset();
    sut.rpc.on(credentialRpc.sealingKey, () => ({ jwk: { ...pair.publicJwk() } }));
    sut.rpc.on(credentialRpc.create, credentialAnswer);
    sut.rpc.on(credentialRpc.removeOfSession, () => ({}));
    sut.rpc.on(sessionRpc.create, (request) => ({ session: sessionFixture({ session_id: request.session_id ?? '', state: 'pending', targets: request.targets.map((spec, ordinal) => targetFixture({ ordinal, spec, state: 'pending' })) }), created: true }));
  });

  afterAll(() => sut.close());

  const captureBody = { duration_sec: 30, username: 'root', password: CANARY, targets: [{ device_type: 'linux', host: '198.18.0.1' }, { device_type: 'linux', host: '198.18.0.2', port: 2222 }] };

  it('turns a capture session into a session, its secrets sealed for their keeper', async () => {
    const { status, body } = await sut.call(routes.createCaptureSession, { token, body: captureBody });
    expect(status).toBe(202);
    expect(body).toMatchObject({ status: 'pending', message: 'Capture session created with 2 targets', targets: [{ host: '198.18.0.1', port: 22, interface: 'any' }, { host: '198.18.0.2', port: 2222 }] });
    const [kept, ...others] = sut.rpc.requests(credentialRpc.create);
    expect(others).toEqual([]);
    expect(kept).toMatchObject({ username: 'root', session_id: body.session_id, requested_by: admin });
    const opened = await pair.openSealed(kept?.sealed ?? '', { purpose: credentialRpc.create.type, clock: sut.clock });
    expect(JSON.parse(opened.reveal())).toEqual({ password: CANARY });
    const [created] = sut.rpc.requests(sessionRpc.create);
    expect(created).toMatchObject({ session_id: body.session_id, duration_sec: 30, requested_by: admin });
    expect(created?.targets.map((target) => (target as { credential_id?: string }).credential_id)).toEqual([kept?.credential_id, kept?.credential_id]);
    expect(JSON.stringify(sut.rpc.calls)).not.toContain(CANARY);
  });

  it('leaves the secret nowhere in the database, not even under an idempotency key', async () => {
    await sut.call(routes.createCaptureSession, { token, body: captureBody, headers: { 'idempotency-key': 'canary-check' } });
    for (const name of ['audit_entries', 'idempotency_keys']) {
      const rows = JSON.stringify(await sut.dataSource.query(`SELECT * FROM ${name}`));
      expect(rows).not.toContain(CANARY);
      expect(rows).not.toContain('[]');
    }
  });

  it('forgets the secrets of a session that was refused', async () => {
    sut.rpc.fail(sessionRpc.create, new AppError('VALIDATION_FAILED', 'no', { details: { errors: [{ path: 'targets.0.host', code: 'X', message: 'no' }] } }));
    expect((await sut.call(routes.createCaptureSession, { token, body: captureBody })).status).toBe(422);
    expect(sut.rpc.requests(credentialRpc.removeOfSession)).toEqual([{ session_id: sut.rpc.requests(sessionRpc.create)[0]?.session_id }]);
  });

  it('keeps them when nobody knows whether the session was created', async () => {
    sut.rpc.fail(sessionRpc.create, new AppError('RPC_TIMEOUT', 'no answer', { retryable: true }));
    expect((await sut.call(routes.createCaptureSession, { token, body: captureBody })).status).toBe(503);
    expect(sut.rpc.requests(credentialRpc.removeOfSession)).toEqual([]);
  });

  it('seals anew when the keeper has a new key', async () => {
    const newer = await keyPair();
    sut.rpc.on(credentialRpc.sealingKey, () => ({ jwk: { ...newer.publicJwk() } }));
    sut.rpc.on(credentialRpc.create, async (request) => {
      await newer.openSealed(request.sealed, { purpose: credentialRpc.create.type, clock: sut.clock });
      return credentialAnswer(request);
    });
    const { status } = await sut.call(routes.createCredential, { token, body: { name: 'lab', username: 'root', password: CANARY } });
    expect(status).toBe(201);
    expect(sut.rpc.requests(credentialRpc.create)).toHaveLength(2);
    pair = newer;
  });

  it('answers a repeated request as the first time and creates one session', async () => {
    const send = () => sut.call(routes.createCaptureSession, { token, body: captureBody, headers: { 'idempotency-key': 'key-1' } });
    const first = await send();
    const again = await send();
    expect(again.body).toEqual(first.body);
    expect(again.status).toBe(202);
    expect(again.headers.get('idempotency-replayed')).toBe('true');
    expect(sut.rpc.requests(sessionRpc.create)).toHaveLength(1);
    const other = await sut.call(routes.createCaptureSession, { token, body: { ...captureBody, duration_sec: 31 }, headers: { 'idempotency-key': 'key-1' } });
    expect(other).toMatchObject({ status: 409, body: { code: 'IDEMPOTENCY_CONFLICT' } });
    const elsewhere = await sut.call(routes.createSession, { token, body: { duration_sec: 30, targets: [{ kind: 'packet-capture', device_type: 'linux', host: 'h', credential_id: CREDENTIAL_ID }] }, headers: { 'idempotency-key': 'key-1' } });
    expect(elsewhere.status).toBe(202);
    await sut.clock.advance(25 * 3_600_000);
    token = await sut.adminToken();
    expect((await send()).headers.get('idempotency-replayed')).toBeNull();
  });

  it('does the work of requests that arrive together once', async () => {
    const gate = new Deferred<void>();
    sut.rpc.on(sessionRpc.create, async (request) => {
      await gate.promise;
      return { session: sessionFixture({ session_id: request.session_id ?? '' }), created: true };
    });
    const send = () => sut.call(routes.createCaptureSession, { token, body: captureBody, headers: { 'idempotency-key': 'together' } });
    const all = Array.from({ length: 8 }, send);
    const losers: number[] = [];
    for (const call of all) {
      void call.then(({ status }) => {
        losers.push(status);
        if (losers.filter((code) => code === 409).length === 7) {
          gate.resolve();
        }
      });
    }
    const results = await Promise.all(all);
    expect(results.filter(({ status }) => status === 202)).toHaveLength(1);
    expect(results.filter(({ status }) => status === 409).every(({ body }) => body.code === 'IDEMPOTENCY_IN_PROGRESS')).toBe(true);
    expect(sut.rpc.requests(sessionRpc.create)).toHaveLength(1);
    expect((await send()).status).toBe(202);
  });

  it('keeps a request that takes long to its gateway, and gives one up soon whose gateway says no more', async () => {
    const gate = new Deferred<void>();
    sut.rpc.on(sessionRpc.create, async (request) => {
      await gate.promise;
      return { session: sessionFixture({ session_id: request.session_id ?? '' }), created: true };
    });
    const send = (name: string) => sut.call(routes.createCaptureSession, { token, body: captureBody, headers: { 'idempotency-key': name } });
    const lockedUntil = async () => ((await sut.dataSource.query(`SELECT locked_until AS until FROM idempotency_keys WHERE idempotency_key = 'long'`)) as { until: Date }[])[0]?.until.getTime() ?? 0;
    const first = send('long');
    await eventually(() => expect(sut.rpc.requests(sessionRpc.create)).toHaveLength(1));
    for (let renewal = 0; renewal < 4; renewal += 1) {
      await sut.clock.advance(RENEW_MS);
      await eventually(async () => expect(await lockedUntil()).toBe(sut.clock.now() + LOCK_MS));
    }
    expect((await send('long')).body.code).toBe('IDEMPOTENCY_IN_PROGRESS');
    gate.resolve();
    const { status, body } = await first;
    expect(status).toBe(202);
    expect((await send('long')).body.session_id).toBe(body.session_id);

    const requests = sut.app.get(IdempotencyRepository);
    const key = { actor: 'user:somebody', route: 'POST /sessions', idempotencyKey: 'abandoned' };
    const abandoned = await requests.claim(key, 'f');
    await expect(requests.claim(key, 'f')).rejects.toMatchObject({ code: 'IDEMPOTENCY_IN_PROGRESS' });
    await sut.clock.advance(LOCK_MS);
    await expect(requests.claim(key, 'f')).resolves.toEqual(abandoned);
  });

  it('means the same session when a request is repeated after an uncertain end', async () => {
    const headers = { 'idempotency-key': 'uncertain' };
    sut.rpc.fail(sessionRpc.create, new AppError('RPC_TIMEOUT', 'no answer', { retryable: true }));
    expect((await sut.call(routes.createCaptureSession, { token, body: captureBody, headers })).status).toBe(503);
    sut.rpc.on(sessionRpc.create, (request) => ({ session: sessionFixture({ session_id: request.session_id ?? '' }), created: false }));
    expect((await sut.call(routes.createCaptureSession, { token, body: captureBody, headers })).status).toBe(202);
    const ids = sut.rpc.requests(sessionRpc.create).map(({ session_id }) => session_id);
    expect(new Set(ids).size).toBe(1);
    expect(new Set(sut.rpc.requests(credentialRpc.create).map(({ credential_id }) => credential_id)).size).toBe(1);
  });

  it('lists capture sessions with their true total, in the words of the first generation', async () => {
    sut.rpc.on(sessionRpc.list, () => ({ sessions: [summaryFixture(), summaryFixture({ session_id: UNKNOWN_ID })], total: 57, page: 1, per_page: 2 }));
    sut.rpc.on(sessionRpc.get, ({ session_id }) => {
      if (session_id === UNKNOWN_ID) {
        throw new AppError('SESSION_NOT_FOUND', 'deleted meanwhile');
      }
      return { session: sessionFixture() };
    });
    sut.rpc.on(sessionRpc.artifacts, () => ({ artifacts: [artifactFixture()] }));
    const { body } = await sut.call(routes.listCaptureSessions, { token, query: { limit: '2' } });
    expect(body).toMatchObject({ total: 57, page: 1, per_page: 2 });
    expect(body.sessions).toEqual([expect.objectContaining({ session_id: SESSION_ID, mode: 'standard', status: 'completed', bundle_filename: `capture_session_${SESSION_ID.slice(0, 8)}.zip` })]);
    expect(body.sessions[0].targets[0]).toMatchObject({ packets_captured: 120, file_size_bytes: 4_096, filename: '198.18.0.1_any.pcap', status: 'completed' });
    expect(sut.rpc.requests(sessionRpc.list)).toEqual([expect.objectContaining({ kind: 'packet-capture', per_page: 2 })]);
  });

  it('stops what is over without an error', async () => {
    sut.rpc.on(sessionRpc.get, () => ({ session: sessionFixture({ state: 'partial' }) }));
    sut.rpc.fail(sessionRpc.stop, new AppError('SESSION_STATE_CONFLICT', 'over'));
    const { status, body } = await sut.call(routes.stopCaptureSession, { token, params: { id: SESSION_ID } });
    expect([status, body.status]).toEqual([200, 'partial']);
    expect(await sut.call(routes.stopSession, { token, params: { id: SESSION_ID } })).toMatchObject({ status: 409, body: { code: 'SESSION_STATE_CONFLICT' } });
  });

  it('hands each session route to the orchestrator with the caller', async () => {
    const params = { id: SESSION_ID };
    sut.rpc.on(sessionRpc.list, () => ({ sessions: [summaryFixture()], total: 1, page: 1, per_page: 20 }));
    sut.rpc.on(sessionRpc.get, () => ({ session: sessionFixture() }));
    sut.rpc.on(sessionRpc.stop, () => ({ session: summaryFixture() }));
    sut.rpc.on(sessionRpc.cancel, () => ({ session: summaryFixture() }));
    sut.rpc.on(sessionRpc.retry, ({ new_session_id }) => ({ session: sessionFixture({ session_id: new_session_id ?? '' }) }));
    sut.rpc.on(sessionRpc.remove, () => ({ deleted: true }));
    sut.rpc.on(sessionRpc.events, () => ({ events: [], last_sequence: 0 }));
    sut.rpc.on(sessionRpc.artifacts, () => ({ artifacts: [artifactFixture()] }));
    sut.rpc.on(captureRpc.capabilities, () => ({ capabilities: [] }));
    sut.rpc.on(captureRpc.preview, () => ({ previews: [] }));
    expect((await sut.call(routes.listSessions, { token, query: { status: 'completed', q: 'audio' } })).body.total).toBe(1);
    expect((await sut.call(routes.stopSession, { token, params })).status).toBe(200);
    expect((await sut.call(routes.cancelSession, { token, params })).status).toBe(200);
    expect((await sut.call(routes.retrySession, { token, params })).status).toBe(202);
    expect((await sut.call(routes.deleteSession, { token, params })).status).toBe(202);
    expect((await sut.call(routes.deleteCaptureSession, { token, params })).body.message).toBe(`Capture session ${SESSION_ID} deleted`);
    expect((await sut.call(routes.sessionEvents, { token, params, query: { after: '7' } })).status).toBe(200);
    expect((await sut.call(routes.sessionArtifacts, { token, params })).body.artifacts[0].artifact_id).toBe(ARTIFACT_ID);
    expect((await sut.call(routes.captureCapabilities, { token })).status).toBe(200);
    expect((await sut.call(routes.capturePreview, { token, body: { targets: [{ device_type: 'linux', host: 'h' }] } })).status).toBe(200);
    expect(sut.rpc.requests(sessionRpc.list)[0]).toMatchObject({ status: 'completed', q: 'audio' });
    expect(sut.rpc.requests(sessionRpc.stop)[0]).toEqual({ session_id: SESSION_ID, requested_by: admin });
    expect(sut.rpc.requests(sessionRpc.events)[0]).toEqual({ session_id: SESSION_ID, after: 7, limit: 500 });
  });

  it('writes what was created into the audit log, by its id', async () => {
    await sut.clock.advance(1_000);
    const { body } = await sut.call(routes.createCaptureSession, { token, body: captureBody });
    const [entry] = await sut.audit({ action: 'POST /capture-sessions', subject: body.session_id });
    expect(entry).toMatchObject({ actor_name: 'admin', outcome: '202', subject: body.session_id });
  });

  it('lists and removes credentials and host keys through their owner', async () => {
    sut.rpc.on(credentialRpc.list, () => ({ credentials: [], total: 0, page: 1, per_page: 20 }));
    sut.rpc.on(credentialRpc.hostKeys, () => ({ host_keys: [], total: 0, page: 1, per_page: 20 }));
    sut.rpc.fail(credentialRpc.remove, new AppError('CREDENTIAL_IN_USE', 'in use'));
    sut.rpc.fail(credentialRpc.trustHostKey, new AppError('HOST_KEY_NOT_FOUND', 'none'));
    expect((await sut.call(routes.listCredentials, { token })).status).toBe(200);
    expect((await sut.call(routes.listHostKeys, { token, query: { status: 'changed' } })).status).toBe(200);
    expect(await sut.call(routes.deleteCredential, { token, params: { id: CREDENTIAL_ID } })).toMatchObject({ status: 409, body: { code: 'CREDENTIAL_IN_USE' } });
    expect(await sut.call(routes.trustHostKey, { token, params: { id: UNKNOWN_ID } })).toMatchObject({ status: 404, body: { code: 'HOST_KEY_NOT_FOUND' } });
  });
});
