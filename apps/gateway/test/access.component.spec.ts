import { PERMISSIONS, ROLE_PERMISSIONS, ROLES, type Route, routes } from '@capstan/contracts';
import { permissionOf } from '../src/auth/access-decision';
import { UNKNOWN_ID } from './fixtures';
import { GatewayHarness, PASSWORD } from './gateway-harness';

const table = Object.entries(routes) as [string, Route][];
const guarded = table.filter(([, route]) => route.access !== 'public');

/** Asks in a way that cannot succeed further in: what matters is whether the door opened. */
function knock(sut: GatewayHarness, route: Route, token?: string) {
  const params = Object.fromEntries([...route.path.matchAll(/:([a-z_]+)/g)].map(([, name = '']) => [name, UNKNOWN_ID]));
  return sut.call(route, { params, token, ...(route.body ? { body: { surely_unknown: 1 } } : {}) });
}

describe('access', () => {
  let sut: GatewayHarness;
  const tokens = new Map<string, string>();

  beforeAll(async () => {
    sut = await GatewayHarness.start();
    for (const role of ROLES) {
      tokens.set(role, (await sut.user(role, `the-${role}`)).token);
    }
  });

  afterAll(() => sut.close());

  it.each(guarded)('%s is closed to those who are not signed in', async (_, route) => {
    expect(await knock(sut, route)).toMatchObject({ status: 401, body: { code: 'NOT_AUTHENTICATED' } });
  });

  const pairs = ROLES.flatMap((role) => guarded.map(([name, route]) => [role, name, route] as const));

  it.each(pairs)('%s may call %s exactly when the role has the permission', async (role, name, route) => {
    const permission = permissionOf(route.access);
    const allowed = permission === undefined || ROLE_PERMISSIONS[role].includes(permission);
    const { status, body } = await knock(sut, route, tokens.get(role));
    expect([name, body.code === 'NOT_ALLOWED' || status === 403]).toEqual([name, !allowed]);
    expect(status).not.toBe(401);
  });

  /** One route of each permission, and those that need none. */
  const doors = guarded.filter(([, route], index) => {
    const needed = permissionOf(route.access);
    return needed === undefined || guarded.findIndex(([, other]) => permissionOf(other.access) === needed) === index;
  });

  it.each(PERMISSIONS)('an API token with %s opens just the routes that need it', async (permission) => {
    const token = await sut.apiToken([permission]);
    // That each route has the lock it says is tested above, with the roles.
    for (const [name, route] of guarded.filter((door) => permissionOf(door[1].access) === permission || doors.includes(door))) {
      const needed = permissionOf(route.access);
      const { status } = await knock(sut, route, token);
      const mayPass = needed === undefined || needed === permission;
      // An API token has no password to change.
      expect([name, status === 403]).toEqual([name, name === 'changePassword' ? status === 403 : !mayPass]);
    }
  });

  it('writes denied calls into the audit log', async () => {
    await sut.clock.advance(1_000);
    await sut.call(routes.deleteUser, { token: tokens.get('viewer'), params: { id: UNKNOWN_ID } });
    await sut.call(routes.audit);
    const entries = await sut.audit({ since: new Date(sut.clock.now()).toISOString() });
    expect(entries).toContainEqual(expect.objectContaining({ action: 'DELETE /users/:id', outcome: '403', actor_name: 'the-viewer', subject: UNKNOWN_ID, details: { code: 'NOT_ALLOWED' } }));
    expect(entries).toContainEqual(expect.objectContaining({ action: 'GET /audit', outcome: '401', actor_type: 'anonymous' }));
  });
});

describe('users and tokens', () => {
  let sut: GatewayHarness;
  let admin: string;

  beforeAll(async () => {
    sut = await GatewayHarness.start();
    admin = await sut.adminToken();
  });

  afterAll(() => sut.close());

  it('adds, lists, changes and removes a user', async () => {
    const created = await sut.call(routes.createUser, { token: admin, body: { username: 'Anna', display_name: 'Anna A.', role: 'viewer', password: PASSWORD } });
    expect(created).toMatchObject({ status: 201, body: { user: { username: 'Anna', role: 'viewer', must_change_password: true } } });
    const id = created.body.user.user_id as string;
    expect(await sut.call(routes.createUser, { token: admin, body: { username: 'anna', role: 'viewer', password: PASSWORD } })).toMatchObject({ status: 409, body: { code: 'NAME_TAKEN' } });
    const listed = await sut.call(routes.listUsers, { token: admin, query: { limit: '1' } });
    expect(listed.body).toMatchObject({ total: 2, page: 1, per_page: 1, users: [{ username: 'admin' }] });
    expect((await sut.call(routes.listUsers, { token: admin, query: { page: '2', per_page: '1' } })).body.users[0].username).toBe('Anna');
    const changed = await sut.call(routes.updateUser, { token: admin, params: { id }, body: { role: 'operator' } });
    expect(changed.body.user).toMatchObject({ role: 'operator', display_name: 'Anna A.' });
    expect((await sut.call(routes.deleteUser, { token: admin, params: { id } })).status).toBe(204);
    expect(await sut.call(routes.deleteUser, { token: admin, params: { id } })).toMatchObject({ status: 404, body: { code: 'USER_NOT_FOUND' } });
    expect(await sut.call(routes.updateUser, { token: admin, params: { id }, body: {} })).toMatchObject({ status: 404 });
  });

  it('ends every sign-in of a user who is disabled, at once', async () => {
    const { user, token, cookie } = await sut.user('viewer', 'leaver');
    expect((await sut.call(routes.me, { token })).status).toBe(200);
    await sut.call(routes.updateUser, { token: admin, params: { id: user.user_id }, body: { disabled: true } });
    expect((await sut.call(routes.me, { token })).status).toBe(401);
    expect((await sut.call(routes.refresh, { headers: { cookie } })).status).toBe(401);
    expect(await sut.signIn('leaver', PASSWORD)).toMatchObject({ status: 401, body: { code: 'INVALID_CREDENTIALS' } });
    await sut.call(routes.updateUser, { token: admin, params: { id: user.user_id }, body: { disabled: false } });
    expect((await sut.call(routes.me, { token })).status).toBe(401);
    expect((await sut.signIn('leaver', PASSWORD)).status).toBe(200);
  });

  it('gives a user whose password was set by an administrator one to change', async () => {
    const { user, token } = await sut.user('viewer', 'forgetful');
    await sut.call(routes.updateUser, { token: admin, params: { id: user.user_id }, body: { password: 'set by the administrator' } });
    expect((await sut.call(routes.me, { token })).status).toBe(401);
    expect((await sut.signIn('forgetful', 'set by the administrator')).body.user.must_change_password).toBe(true);
  });

  it('never lets the last administrator go', async () => {
    const id = (await sut.call(routes.me, { token: admin })).body.user.user_id as string;
    for (const attempt of [sut.call(routes.updateUser, { token: admin, params: { id }, body: { role: 'viewer' } }), sut.call(routes.updateUser, { token: admin, params: { id }, body: { disabled: true } }), sut.call(routes.deleteUser, { token: admin, params: { id } })]) {
      expect(await attempt).toMatchObject({ status: 409, body: { code: 'LAST_ADMINISTRATOR' } });
    }
  });

  it('keeps one of two administrators who remove each other at the same moment', async () => {
    const one = await sut.user('admin', 'admin-one');
    const other = await sut.user('admin', 'admin-other');
    const mine = (await sut.call(routes.me, { token: admin })).body.user.user_id as string;
    await sut.call(routes.deleteUser, { token: one.token, params: { id: mine } });
    const results = await Promise.all([
      sut.call(routes.deleteUser, { token: one.token, params: { id: other.user.user_id } }),
      sut.call(routes.deleteUser, { token: other.token, params: { id: one.user.user_id } }),
    ]);
    const left = (await sut.dataSource.query(`SELECT count(*)::int AS n FROM users WHERE role = 'admin'`)) as { n: number }[];
    expect(left[0]?.n).toBe(1);
    expect(results.filter(({ status }) => status === 204)).toHaveLength(1);
  });
});

describe('API tokens', () => {
  let sut: GatewayHarness;
  let admin: string;

  beforeAll(async () => {
    sut = await GatewayHarness.start();
    admin = await sut.adminToken();
  });

  afterAll(() => sut.close());

  it('shows a token once and keeps only its hash', async () => {
    const made = await sut.call(routes.createToken, { token: admin, body: { name: 'ci', permissions: ['sessions:read'] } });
    expect(made).toMatchObject({ status: 201, body: { name: 'ci', permissions: ['sessions:read'], created_by: 'admin', last_used_at: null } });
    const token = made.body.token as string;
    expect(token).toMatch(/^cst_[\w-]{43}$/);
    const rows = JSON.stringify(await sut.dataSource.query('SELECT * FROM api_tokens'));
    expect(rows).not.toContain(token);
    const listed = await sut.call(routes.listTokens, { token: admin });
    expect(JSON.stringify(listed.body)).not.toContain(token);
    expect(listed.body.tokens[0].prefix).toBe(token.slice(0, 12));
    expect((await sut.call(routes.me, { token })).body.user).toMatchObject({ username: 'ci', permissions: ['sessions:read'] });
  });

  it('ends a token when it is revoked, and when its time is over', async () => {
    const made = await sut.call(routes.createToken, { token: admin, body: { name: 'short', permissions: ['sessions:read'], expires_in_days: 1 } });
    const token = made.body.token as string;
    expect((await sut.call(routes.me, { token })).status).toBe(200);
    const revoked = await sut.call(routes.createToken, { token: admin, body: { name: 'gone', permissions: ['sessions:read'] } });
    expect((await sut.call(routes.deleteToken, { token: admin, params: { id: revoked.body.token_id } })).status).toBe(204);
    expect((await sut.call(routes.me, { token: revoked.body.token })).status).toBe(401);
    expect(await sut.call(routes.deleteToken, { token: admin, params: { id: revoked.body.token_id } })).toMatchObject({ status: 404, body: { code: 'TOKEN_NOT_FOUND' } });
    await sut.clock.advance(86_400_000);
    expect(await sut.call(routes.me, { token })).toMatchObject({ status: 401, body: { code: 'TOKEN_EXPIRED' } });
  });

  it('does not let a token give away, or take over, more than it has', async () => {
    const token = await sut.apiToken(['users:admin', 'sessions:read']);
    expect(await sut.call(routes.createToken, { token, body: { name: 'more', permissions: ['audit:read'] } })).toMatchObject({ status: 403, body: { code: 'NOT_ALLOWED' } });
    expect(await sut.call(routes.createUser, { token, body: { username: 'mole', role: 'admin', password: PASSWORD } })).toMatchObject({ status: 403 });
    const fresh = await sut.adminToken();
    const id = (await sut.call(routes.me, { token: fresh })).body.user.user_id as string;
    expect(await sut.call(routes.updateUser, { token, params: { id }, body: { password: 'taken over by a token' } })).toMatchObject({ status: 403 });
    expect((await sut.signIn()).status).toBe(200);
  });
});

describe('how often someone may ask', () => {
  let sut: GatewayHarness;

  beforeAll(async () => {
    sut = await GatewayHarness.start({ CAPSTAN_REQUESTS_PER_SEC: '2' });
  });

  afterAll(() => sut.close());

  it('answers a caller who asks too often with 429 until time has passed, and everyone else as before', async () => {
    const admin = await sut.adminToken();
    const calm = (await sut.user('viewer', 'calm')).token;
    const hasty = (await sut.user('operator', 'hasty')).token;
    const statuses = [];
    for (let asked = 0; asked < 22; asked += 1) {
      statuses.push((await sut.call(routes.me, { token: hasty })).status);
    }
    expect(statuses.indexOf(429)).toBeGreaterThan(10);
    const refused = await sut.call(routes.me, { token: hasty });
    expect(refused).toMatchObject({ status: 429, body: { code: 'TOO_MANY_REQUESTS', detail: 'A caller may make 2 requests per second' } });
    expect(refused.headers.get('retry-after')).toBe('1');
    expect((await sut.call(routes.createCaptureSession, { token: hasty, body: {} })).status).toBe(429);
    expect((await sut.call(routes.me, { token: calm })).status).toBe(200);
    // Refusals of this kind would fill the audit log.
    expect((await sut.audit({})).filter(({ outcome }) => outcome === '429')).toEqual([]);
    expect((await sut.call(routes.me, { token: admin })).status).toBe(200);
    await sut.clock.advance(1_000);
    expect((await sut.call(routes.me, { token: hasty })).status).toBe(200);
  });

  it('answers an address that asks too often before it looks at who it is', async () => {
    const statuses = new Set<number>();
    for (let asked = 0; asked < 300 && !statuses.has(429); asked += 1) {
      statuses.add((await sut.call(routes.me, { token: 'nobody knows this one' })).status);
    }
    expect([...statuses]).toEqual([401, 429]);
    await sut.clock.advance(1_000);
    expect((await sut.call(routes.me)).status).toBe(401);
  });
});
