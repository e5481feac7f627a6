import { createCaptureSessionBody, createSessionRequest } from '@capstan/contracts';
import { UUID_PATTERN } from '@capstan/kernel';
import { credentialIdOf, planSession, toBodyErrors } from './session-of-body';

const SESSION = '01990000-0000-7000-8000-000000000001';
const STORED = '01990000-0000-7000-8000-000000000002';
const plan = (body: Record<string, unknown>) => planSession(createCaptureSessionBody.parse({ duration_sec: 30, targets: [{ device_type: 'linux', host: 'a' }], ...body }), SESSION);

describe(planSession.name, () => {
  it("gives every target the session's account, kept once", () => {
    const { credentials, session } = plan({ username: 'root', password: 'p', targets: [{ device_type: 'linux', host: 'a' }, { device_type: 'cucm', host: 'b' }] });
    expect(credentials).toEqual([{ credentialId: credentialIdOf(SESSION, 0), username: 'root', password: 'p' }]);
    expect(session.targets.map((target) => (target as { credential_id?: string }).credential_id)).toEqual([credentialIdOf(SESSION, 0), credentialIdOf(SESSION, 0)]);
  });

  it("puts a target's own account before the session's, and equal ones together", () => {
    const own = { device_type: 'linux', host: 'b', username: 'root', password: 'own' };
    const { credentials, session } = plan({ username: 'root', password: 'p', targets: [{ device_type: 'linux', host: 'a' }, own, { ...own, host: 'c' }, { device_type: 'linux', host: 'd', credential_id: STORED }] });
    expect(credentials.map(({ password }) => password)).toEqual(['p', 'own']);
    expect(session.targets.map((target) => (target as { credential_id?: string }).credential_id)).toEqual([credentialIdOf(SESSION, 0), credentialIdOf(SESSION, 1), credentialIdOf(SESSION, 1), STORED]);
  });

  it('keeps nothing when a stored credential is named', () => {
    expect(plan({ credential_id: STORED }).credentials).toEqual([]);
  });

  it('leaves a rotating session without an end, whatever the body says', () => {
    expect(plan({ credential_id: STORED, mode: 'rotating', duration_sec: 30 }).session).not.toHaveProperty('duration_sec');
  });

  it('makes what the orchestrator takes, and never puts a password into it', () => {
    const { session } = plan({ name: 'n', username: 'root', password: 'canary', filter: { host: '10.0.0.1', port: 5060, protocol: 'udp' } });
    expect(createSessionRequest.parse(session)).toMatchObject({ name: 'n', duration_sec: 30, targets: [{ filter: { port: 5060 }, size_per_file_mb: 25, max_files: 10 }] });
    expect(JSON.stringify(session)).not.toContain('canary');
  });

  it.each([
    ['a user name alone', { credential_id: STORED, targets: [{ device_type: 'linux', host: 'a', username: 'u' }] }, 'targets.0.password'],
    ['a password alone', { credential_id: STORED, targets: [{ device_type: 'linux', host: 'a', password: 'p' }] }, 'targets.0.username'],
    ['both kinds of account', { credential_id: STORED, username: 'u', password: 'p' }, 'credential_id'],
  ])('refuses %s', (_, body, path) => {
    expect(() => plan(body)).toThrow(expect.objectContaining({ details: { errors: [expect.objectContaining({ path })] } }));
  });
});

describe(credentialIdOf.name, () => {
  it('is the same UUID for the same secret of the same session', () => {
    expect(credentialIdOf(SESSION, 0)).toMatch(UUID_PATTERN);
    expect(credentialIdOf(SESSION, 0)).toBe(credentialIdOf(SESSION, 0));
    expect(new Set([credentialIdOf(SESSION, 0), credentialIdOf(SESSION, 1), credentialIdOf(STORED, 0)]).size).toBe(3);
  });
});

describe(toBodyErrors.name, () => {
  it('tells once what all targets share', () => {
    const error = { code: 'X', message: 'm' };
    expect(toBodyErrors([{ path: 'targets.0.mode', ...error }, { path: 'targets.1.mode', ...error }, { path: 'targets.1.host', ...error }, { path: 'targets.0.filterx', ...error }]).map(({ path }) => path)).toEqual(['mode', 'targets.1.host', 'targets.0.filterx']);
  });
});
