import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { credentialRpc, sessionEvents, taskCommands } from '@capstan/contracts';
import { isoTime, systemIds } from '@capstan/kernel';
import { runMigrations, schemaDrift } from '@capstan/persistence';
import { DataSource } from 'typeorm';
import { CollectorPlatform } from './collector-platform';
import { eventually, SshServer } from './ssh-server';

const CANARY = 'canary-Pa55-4711';
const requested_by = { type: 'user', id: '1', name: 'tester' } as const;

describe('credentials', () => {
  let platform: CollectorPlatform;
  let server: SshServer;

  beforeAll(async () => {
    [platform, server] = await Promise.all([CollectorPlatform.open(), SshServer.start()]);
    await platform.startCollector();
  }, 120_000);

  afterAll(async () => {
    await platform.close();
    await server.stop();
  });

  const list = async () => (await platform.orchestrator.rpc.call(credentialRpc.list, {})).credentials;

  it('are listed without their secrets, and not when they were typed into a session', async () => {
    const named = await platform.sealCredential('admin', 'password', { password: CANARY, enable_secret: 'e' }, undefined, 'core switches');
    await platform.createCredential('admin', CANARY, systemIds.next());
    const listed = await list();
    expect(listed.filter(({ username }) => username === 'admin')).toEqual([
      expect.objectContaining({ credential_id: named, name: 'core switches', has_password: true, has_enable_secret: true, has_private_key: false, created_by: 'tester', last_used_at: null }),
    ]);
    expect(JSON.stringify(listed)).not.toContain(CANARY);
  });

  it('have names of their own', async () => {
    await platform.sealCredential('x', 'password', { password: 'y' }, undefined, 'Same Name');
    await expect(platform.sealCredential('x', 'password', { password: 'y' }, undefined, 'same name')).rejects.toMatchObject({ code: 'NAME_TAKEN' });
  });

  it('are refused with the name of the wrong field, and never with its value', async () => {
    await expect(platform.sealCredential('x', 'ssh_key', { private_key: CANARY })).rejects.toMatchObject({
      code: 'VALIDATION_FAILED',
      details: { errors: [{ path: 'private_key', code: 'INVALID', message: 'is not a private key in OpenSSH or PEM format' }] },
    });
    await expect(platform.sealCredential('x', 'password', { pass: CANARY })).rejects.toMatchObject({ code: 'VALIDATION_FAILED', details: { errors: [{ path: 'sealed' }] } });
  });

  it('cannot be deleted while a capture uses them, and can afterwards', async () => {
    const credentialId = await platform.createCredential('root', 'root-Pa55-of-the-test');
    const task = await platform.run(server, { credentialId });
    await platform.reaches(task, 'ready');
    await expect(platform.orchestrator.rpc.call(credentialRpc.remove, { credential_id: credentialId, requested_by })).rejects.toMatchObject({ code: 'CREDENTIAL_IN_USE' });
    await platform.cancel(task);
    await platform.ends(task);
    expect((await list()).find((credential) => credential.credential_id === credentialId)?.last_used_at).not.toBeNull();
    await platform.orchestrator.rpc.call(credentialRpc.remove, { credential_id: credentialId, requested_by });
    await expect(platform.orchestrator.rpc.call(credentialRpc.remove, { credential_id: credentialId, requested_by })).rejects.toMatchObject({ code: 'CREDENTIAL_NOT_FOUND' });
  });

  it('typed into a session go with it, unless a retry of it uses them still', async () => {
    const parent = systemIds.next();
    const child = systemIds.next();
    const kept = await platform.createCredential('root', CANARY, parent);
    const dropped = await platform.createCredential('root', CANARY, parent);
    await platform.orchestrator.send(sessionEvents.created, { session: sessionView(parent, [kept, dropped]) });
    await platform.orchestrator.send(sessionEvents.created, { session: sessionView(child, [kept]) });
    await eventually(async () => (await platform.tableCount('session_credentials')) === 3);

    await platform.orchestrator.send(sessionEvents.deleted, { session_id: parent });
    await eventually(async () => !(await platform.hasCredential(dropped)));
    expect(await platform.hasCredential(kept)).toBe(true);

    await platform.orchestrator.send(taskCommands['device-collector'].discard, { session_id: child, key_prefix: `sessions/${child}/` });
    await eventually(async () => !(await platform.hasCredential(kept)));
  });

  it('of a session that was not created are forgotten when told so', async () => {
    const session = systemIds.next();
    const credentialId = await platform.createCredential('root', CANARY, session);
    await platform.orchestrator.rpc.call(credentialRpc.removeOfSession, { session_id: session });
    expect(await platform.hasCredential(credentialId)).toBe(false);
  });

  it('leave no readable trace of a password in rows, files, facts or transcripts', async () => {
    const task = await platform.run(server, { password: CANARY });
    await expect(platform.ends(task)).resolves.toMatchObject({ error: { code: 'AUTH_FAILED' } });
    await expect(platform.dump()).resolves.not.toContain(CANARY);
    expect(filesUnder(platform.folder).filter((file) => readFileSync(file).includes(CANARY))).toEqual([]);
    expect(JSON.stringify(platform.orchestrator.heard)).not.toContain(CANARY);
  });

  it('lie in tables that are what the entities say', async () => {
    const dataSource = platform.instances[0]!.app.get(DataSource);
    await expect(schemaDrift(dataSource)).resolves.toEqual([]);
    await expect(runMigrations(dataSource)).resolves.toEqual([]);
  });
});

function filesUnder(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((path) => statSync(path).isFile());
}

function sessionView(sessionId: string, credentialIds: readonly string[]) {
  const now = isoTime(Date.now());
  const target = (credentialId: string, ordinal: number) => ({
    target_id: systemIds.next(),
    session_id: sessionId,
    ordinal,
    kind: 'packet-capture' as const,
    title: 'host',
    worker: 'device-collector',
    spec: { credential_id: credentialId },
    state: 'pending' as const,
    attempt: 1,
    message: null,
    error: null,
    metrics: {},
    configuring_at: null,
    ready_at: null,
    start_sent_at: null,
    started_at: null,
    stopped_at: null,
    finished_at: null,
    paused_at: null,
  });
  return {
    session_id: sessionId,
    name: 'session',
    kinds: ['packet-capture' as const],
    state: 'pending' as const,
    sequence: 1,
    duration_sec: 10,
    options: { arm_timeout_sec: 90, allow_partial: true, max_attempts: 2 },
    created_at: now,
    created_by: requested_by,
    t0: null,
    capture_started_at: null,
    stop_requested_at: null,
    cancel_requested_at: null,
    pausable: false,
    paused_at: null,
    paused_ms: 0,
    completed_at: null,
    start_spread_ms: null,
    target_count: credentialIds.length,
    completed_count: 0,
    failed_count: 0,
    artifact_count: 0,
    artifact_bytes: 0,
    metrics: {},
    download_available: false,
    retry_of: null,
    hold: null,
    targets: credentialIds.map((credentialId, index) => target(credentialId, index + 1)),
  };
}
