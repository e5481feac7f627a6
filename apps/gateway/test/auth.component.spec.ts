import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { routes } from '@capstan/contracts';
import { schemaDrift } from '@capstan/persistence';
import { REUSE_GRACE_MS } from '../src/auth/refresh-rotation';
import { ADMIN_PASSWORD, GatewayHarness, PASSWORD } from './gateway-harness';

describe('signing in', () => {
  let sut: GatewayHarness;

  beforeAll(async () => {
    sut = await GatewayHarness.start();
  });

  afterAll(() => sut.close());

  it('has tables that are what the entities say', async () => {
    expect(await schemaDrift(sut.dataSource)).toEqual([]);
  });

  it('answers with a token and a cookie that scripts cannot read', async () => {
    const { status, body, headers } = await sut.signIn();
    expect(status).toBe(200);
    expect(body).toMatchObject({ token_type: 'bearer', expires_in: 900, user: { username: 'admin', role: 'admin', must_change_password: false } });
    expect(headers.get('set-cookie')).toMatch(/^capstan_refresh=[\w-]+; Path=\/api\/v1\/auth; Expires=.+; HttpOnly; SameSite=Strict$/);
    const me = await sut.call(routes.me, { token: body.access_token });
    expect(me.body.user.username).toBe('admin');
  });

  it('takes user names without regard to case', async () => {
    expect((await sut.signIn('ADMIN')).status).toBe(200);
  });

  it.each([
    ['a wrong password', 'admin', 'wrong'],
    ['an unknown user', 'nobody', ADMIN_PASSWORD],
  ])('says the same about %s', async (_, username, password) => {
    const { status, body } = await sut.signIn(username, password);
    expect([status, body.code, body.detail]).toEqual([401, 'INVALID_CREDENTIALS', 'User name or password is wrong']);
  });

  it('does not know a token it did not sign, nor half a header', async () => {
    const token = await sut.adminToken();
    const [head, payload] = token.split('.');
    for (const bad of ['nonsense', `${head}.${payload}.AAAA`, `${Buffer.from('{"alg":"none"}').toString('base64url')}.${payload}.`, 'cst_unknown']) {
      expect(await sut.call(routes.me, { token: bad })).toMatchObject({ status: 401, body: { code: 'NOT_AUTHENTICATED' } });
    }
    expect(await sut.call(routes.me, { headers: { authorization: 'Basic abc' } })).toMatchObject({ status: 401 });
    expect((await sut.call(routes.me)).headers.get('www-authenticate')).toContain('Bearer');
  });

  it('ends an access token after fifteen minutes and continues with the cookie', async () => {
    const { body, cookie } = await sut.signIn();
    await sut.clock.advance(901_000);
    expect(await sut.call(routes.me, { token: body.access_token })).toMatchObject({ status: 401, body: { code: 'TOKEN_EXPIRED' } });
    const refreshed = await sut.call(routes.refresh, { headers: { cookie: cookie ?? '' } });
    expect(refreshed.status).toBe(200);
    expect(refreshed.cookie).not.toBe(cookie);
    expect((await sut.call(routes.me, { token: refreshed.body.access_token })).status).toBe(200);
  });

  it('refuses to refresh without a cookie, and with one that is not ours', async () => {
    expect(await sut.call(routes.refresh)).toMatchObject({ status: 401, body: { code: 'NOT_AUTHENTICATED' } });
    expect(await sut.call(routes.refresh, { headers: { cookie: 'capstan_refresh=abc' } })).toMatchObject({ status: 401 });
  });

  it('lets two tabs refresh with the same cookie at the same moment', async () => {
    const { cookie = '' } = await sut.signIn();
    const [one, other] = await Promise.all([sut.call(routes.refresh, { headers: { cookie } }), sut.call(routes.refresh, { headers: { cookie } })]);
    expect([one.status, other.status]).toEqual([200, 200]);
  });

  it('ends the whole family when a used refresh token comes back', async () => {
    const { cookie = '' } = await sut.signIn();
    const { cookie: second = '' } = await sut.call(routes.refresh, { headers: { cookie } });
    await sut.clock.advance(REUSE_GRACE_MS + 1);
    expect((await sut.call(routes.refresh, { headers: { cookie } })).status).toBe(401);
    expect((await sut.call(routes.refresh, { headers: { cookie: second } })).status).toBe(401);
  });

  it('forgets the sign-in at logout', async () => {
    const { cookie = '' } = await sut.signIn();
    const out = await sut.call(routes.logout, { headers: { cookie } });
    expect(out.status).toBe(204);
    expect(out.headers.get('set-cookie')).toContain('Expires=Thu, 01 Jan 1970');
    expect((await sut.call(routes.refresh, { headers: { cookie } })).status).toBe(401);
  });

  it('makes each further guess wait longer, for the right password too, and forgives another address or name', async () => {
    await sut.user('viewer', 'guessed');
    for (let guess = 0; guess < 6; guess += 1) {
      expect((await sut.signIn('guessed', 'wrong')).status).toBe(401);
    }
    const blocked = await sut.signIn('guessed', PASSWORD);
    expect(blocked).toMatchObject({ status: 429, body: { code: 'TOO_MANY_REQUESTS' } });
    expect(blocked.headers.get('retry-after')).toBe('1');
    expect((await sut.signIn()).status).toBe(200);
    await sut.clock.advance(1_000);
    expect((await sut.signIn('guessed', 'wrong')).status).toBe(401);
    expect((await sut.signIn('guessed', PASSWORD)).headers.get('retry-after')).toBe('2');
    await sut.clock.advance(2_000);
    expect((await sut.signIn('guessed', PASSWORD)).status).toBe(200);
    expect((await sut.signIn('guessed', PASSWORD)).status).toBe(200);
  });

  it('counts guesses made at the same moment one by one', async () => {
    const statuses = (await Promise.all(Array.from({ length: 20 }, () => sut.signIn('parallel', 'wrong')))).map(({ status }) => status);
    expect(statuses.filter((status) => status === 401)).toHaveLength(6);
    expect(statuses.filter((status) => status === 429)).toHaveLength(14);
  });

  it('lets someone with a first password do nothing but change it', async () => {
    const admin = await sut.adminToken();
    await sut.call(routes.createUser, { token: admin, body: { username: 'newcomer', role: 'admin', password: 'the very first password' } });
    const { body } = await sut.signIn('newcomer', 'the very first password');
    const token = body.access_token as string;
    expect(body.user.must_change_password).toBe(true);
    expect((await sut.call(routes.me, { token })).status).toBe(200);
    expect(await sut.call(routes.listUsers, { token })).toMatchObject({ status: 403, body: { code: 'PASSWORD_CHANGE_REQUIRED' } });
    const change = (current_password: string, new_password: string) => sut.call(routes.changePassword, { token, body: { current_password, new_password } });
    expect(await change('wrong password', PASSWORD)).toMatchObject({ status: 401, body: { code: 'INVALID_CREDENTIALS' } });
    expect(await change('the very first password', 'short')).toMatchObject({ status: 422, body: { errors: [{ path: 'new_password', code: 'TOO_SHORT' }] } });
    expect(await change('the very first password', 'the very first password')).toMatchObject({ status: 422, body: { errors: [{ path: 'new_password', code: 'UNCHANGED' }] } });
    const changed = await change('the very first password', PASSWORD);
    expect(changed.status).toBe(200);
    expect((await sut.call(routes.me, { token })).status).toBe(401);
    expect((await sut.call(routes.listUsers, { token: changed.body.access_token })).status).toBe(200);
  });

  it('writes who signed in into the audit log, and never what somebody typed as a name', async () => {
    await sut.clock.advance(1_000);
    await sut.signIn('my-secret-password', 'x');
    await sut.clock.advance(1_000);
    const entries = await sut.audit({ action: 'POST /auth/login' });
    expect(entries[0]).toMatchObject({ outcome: '200', actor_name: 'admin', actor_type: 'user' });
    expect(entries.find(({ outcome }) => outcome === '401')).toMatchObject({ actor_type: 'anonymous', actor_name: '', details: { code: 'INVALID_CREDENTIALS' } });
    expect(JSON.stringify(entries)).not.toContain('my-secret-password');
  });
});

describe('the first administrator', () => {
  it('gets a one-time password in a file only the owner can read, once, until it is changed', async () => {
    const sut = await GatewayHarness.start({ CAPSTAN_ADMIN_PASSWORD: '' });
    try {
      const file = join(sut.folder, 'first-password');
      const password = (await readFile(file, 'utf8')).trim();
      expect((await stat(file)).mode & 0o777).toBe(0o600);
      expect(password).toMatch(/^[a-z2-9]{6}(-[a-z2-9]{6}){3}$/);
      await sut.boot();
      expect((await readFile(file, 'utf8')).trim()).toBe(password);
      const { body } = await sut.signIn('admin', password);
      expect(body.user.must_change_password).toBe(true);
      await sut.call(routes.changePassword, { token: body.access_token, body: { current_password: password, new_password: PASSWORD } });
      await expect(stat(file)).rejects.toThrow('ENOENT');
      await sut.boot();
      await expect(stat(file)).rejects.toThrow('ENOENT');
      expect((await sut.signIn('admin', PASSWORD)).status).toBe(200);
    } finally {
      await sut.close();
    }
  });
});
