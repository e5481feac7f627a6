import { request as httpRequest } from 'node:http';
import { gzipSync } from 'node:zlib';
import { credentialRpc, routes, sessionRpc } from '@capstan/contracts';
import { AppError } from '@capstan/kernel';
import { SESSION_ID, sessionFixture, UNKNOWN_ID } from './fixtures';
import { GatewayHarness } from './gateway-harness';

const target = { device_type: 'linux', host: '198.18.0.1' };
const body = { duration_sec: 30, username: 'root', password: 'canary-s3cret', targets: [target] };

describe('bad input', () => {
  let sut: GatewayHarness;
  let token: string;

  beforeAll(async () => {
    sut = await GatewayHarness.start();
    token = await sut.adminToken();
  });

  beforeEach(() => sut.rpc.reset());

  afterAll(() => sut.close());

  it.each([
    ['an unknown field', { ...body, colour: 'red' }, 'colour', 'UNKNOWN_FIELD'],
    ['an unknown field of a target', { ...body, targets: [{ ...target, colour: 'red' }] }, 'targets.0.colour', 'UNKNOWN_FIELD'],
    ['a number as text', { ...body, duration_sec: '30' }, 'duration_sec', 'WRONG_TYPE'],
    ['a list as text', { ...body, targets: 'all' }, 'targets', 'WRONG_TYPE'],
    ['no targets at all', { ...body, targets: undefined }, 'targets', 'REQUIRED'],
    ['an empty list of targets', { ...body, targets: [] }, 'targets', 'TOO_SHORT'],
    ['a missing duration', { ...body, duration_sec: undefined }, 'duration_sec', 'REQUIRED'],
    ['too short a duration', { ...body, duration_sec: 9 }, 'duration_sec', 'TOO_SMALL'],
    ['too long a duration', { ...body, duration_sec: 601 }, 'duration_sec', 'TOO_BIG'],
    ['51 targets', { ...body, targets: Array.from({ length: 51 }, () => target) }, 'targets', 'TOO_LONG'],
    ['host and src together', { ...body, filter: { host: '10.0.0.1', src: '10.0.0.2' } }, 'filter.host', 'FILTER_CONFLICT'],
    ['a newline in the interface', { ...body, targets: [{ ...target, interface: 'eth0\nreboot' }] }, 'targets.0.interface', 'INVALID_FORMAT'],
    ['a shell metacharacter in a filter', { ...body, filter: { host: '10.0.0.1;reboot' } }, 'filter.host', 'INVALID_FORMAT'],
    ['a filter tree with an empty node', { ...body, filter: { expression: { any: [{ port: 5_060 }, {}] } } }, 'filter.expression.any.1', 'FILTER_NODE'],
    ['a filter tree that is too deep', { ...body, filter: { expression: { not: { not: { not: { not: { not: { not: { port: 1 } } } } } } } } }, 'filter.expression.not.not.not.not.not.not', 'FILTER_TOO_DEEP'],
    ['an answer to unsupported filters that nobody knows', { ...body, on_unsupported: 'drop' }, 'on_unsupported', 'NOT_ALLOWED_VALUE'],
    ['a device type nobody has', { ...body, targets: [{ ...target, device_type: 'toaster' }] }, 'targets.0.device_type', 'NOT_ALLOWED_VALUE'],
    ['no account anywhere', { ...body, username: undefined, password: undefined }, 'targets.0', 'CREDENTIAL_REQUIRED'],
    ['a user name without a password', { ...body, targets: [{ ...target, username: 'other' }] }, 'targets.0.password', 'REQUIRED'],
    ['a password beside a stored credential', { ...body, credential_id: UNKNOWN_ID }, 'credential_id', 'CREDENTIAL_CONFLICT'],
    ['a credential id that is no UUID', { ...body, targets: [{ ...target, credential_id: 'mine' }] }, 'targets.0.credential_id', 'INVALID_UUID'],
  ])('answers %s with 422, names the field, and asks nobody', async (_, sent, path, code) => {
    const { status, body: problem } = await sut.call(routes.createCaptureSession, { token, body: sent });
    expect([status, problem.code]).toEqual([422, 'VALIDATION_FAILED']);
    expect(problem.errors).toContainEqual({ path, code, message: expect.any(String) });
    expect(JSON.stringify(problem)).not.toContain('canary');
    expect(JSON.stringify(problem)).not.toContain('reboot');
    expect(sut.rpc.calls).toEqual([]);
  });

  it('names every wrong field at once', async () => {
    const { body: problem } = await sut.call(routes.createSession, { token, body: { targets: [{ kind: 'packet-capture', host: '-x', device_type: 'linux', path: '../../etc/passwd' }], extra: 1 } });
    expect(problem.errors.map(({ path, code }: { path: string; code: string }) => `${path} ${code}`).sort()).toEqual([
      'extra UNKNOWN_FIELD',
      'targets.0.credential_id REQUIRED',
      'targets.0.host INVALID_FORMAT',
      'targets.0.path UNKNOWN_FIELD',
    ]);
  });

  it('answers a kind of target nobody has with 422', async () => {
    const { body: problem } = await sut.call(routes.createSession, { token, body: { targets: [{ kind: 'teleport' }] } });
    expect(problem.errors).toEqual([{ path: 'targets.0.kind', code: 'NOT_ALLOWED_VALUE', message: expect.any(String) }]);
  });

  it.each([
    ['a session', routes.getSession, 'not-a-uuid'],
    ['a capture session', routes.getCaptureSession, '../../etc/passwd'],
    ['an artifact', routes.downloadArtifact, '1'],
  ])('gives the id of %s that is not a UUID a code of its own', async (_, route, id) => {
    const { status, body: problem } = await sut.call(route, { token, params: { id } });
    expect([status, problem.errors]).toEqual([422, [{ path: 'id', code: 'INVALID_UUID', message: expect.any(String) }]]);
    expect(sut.rpc.calls).toEqual([]);
  });

  it.each([
    ['a page below one', { page: '0' }, 'page', 'TOO_SMALL'],
    ['a page that is no number', { page: 'first' }, 'page', 'WRONG_TYPE'],
    ['more rows than allowed', { limit: '101' }, 'limit', 'TOO_BIG'],
    ['a negative limit', { limit: '-1' }, 'limit', 'TOO_SMALL'],
    ['an unknown filter', { colour: 'red' }, 'colour', 'UNKNOWN_FIELD'],
    ['a state nobody has', { status: 'sleeping' }, 'status', 'NOT_ALLOWED_VALUE'],
  ])('answers %s with 422', async (_, query, path, code) => {
    const { body: problem } = await sut.call(routes.listSessions, { token, query: query as unknown as Record<string, string> });
    expect(problem.errors).toEqual([{ path, code, message: expect.any(String) }]);
  });

  it('answers what is not JSON with 400', async () => {
    const { status, body: problem } = await sut.call(routes.createSession, { token, body: '{"password": "canary' });
    expect([status, problem.code]).toEqual([400, 'MALFORMED_JSON']);
    expect(JSON.stringify(problem)).not.toContain('canary');
  });

  it.each(['text/plain', 'application/xml', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x'])('answers a body of %s with 415', async (type) => {
    const { status, body: problem } = await sut.call(routes.createSession, { token, body: '<targets/>', headers: { 'content-type': type } });
    expect([status, problem.code]).toEqual([415, 'UNSUPPORTED_MEDIA_TYPE']);
  });

  it('answers a body of 10 MB with 413', async () => {
    const { status, body: problem } = await sut.call(routes.createSession, { token, body: `{"name":"${'x'.repeat(10 * 1_048_576)}"}` });
    expect([status, problem.code]).toEqual([413, 'BODY_TOO_LARGE']);
  });

  it('answers a body that is compressed to look small with 413', async () => {
    const bomb = gzipSync(Buffer.alloc(20 * 1_048_576, 0x20));
    const status = await new Promise((resolve, reject) => {
      const call = httpRequest(`${sut.url}/api/v1/sessions`, { method: 'POST', headers: { 'content-type': 'application/json', 'content-encoding': 'gzip' } }, (response) => {
        response.resume();
        resolve(response.statusCode);
      });
      call.on('error', reject);
      call.end(bomb);
    });
    expect(status).toBe(413);
  });

  it('answers no body where one is needed with 422', async () => {
    const { status, body: problem } = await sut.call(routes.createSession, { token });
    expect([status, problem.errors]).toEqual([422, [{ path: '', code: 'REQUIRED', message: 'This field is required' }]]);
  });

  it('does not take a key of the prototype for a field', async () => {
    const { body: problem } = await sut.call(routes.createSession, { token, body: '{"__proto__":{"admin":true},"constructor":1,"targets":[]}' });
    expect(problem.errors.map(({ path }: { path: string }) => path)).toEqual(expect.arrayContaining(['constructor', 'targets']));
  });

  it('answers an unknown address with a problem, and an address of no method too', async () => {
    for (const [method, path] of [['GET', '/api/v1/nothing'], ['DELETE', '/api/v1/audit'], ['GET', '/api/v2'], ['POST', '/'], ['GET', '/assets/nothing.js']] as const) {
      const response = await fetch(sut.url + path, { method });
      expect([path, response.status, ((await response.json()) as { code: string }).code]).toEqual([path, 404, 'NOT_FOUND']);
    }
  });

  it('takes a harmless request id and replaces one that could forge a log line', async () => {
    expect((await sut.call(routes.me, { headers: { 'x-request-id': 'trace-7.a:b' } })).headers.get('x-request-id')).toBe('trace-7.a:b');
    expect((await sut.call(routes.me, { headers: { 'x-request-id': 'a b{"level":50}' } })).headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
  });

  it("passes the owner's field errors on, under the names the caller used", async () => {
    sut.rpc.on(credentialRpc.removeOfSession, () => ({}));
    sut.rpc.fail(
      sessionRpc.create,
      new AppError('VALIDATION_FAILED', 'Targets are not valid', {
        details: {
          errors: [
            { path: 'targets.0.filter.protocol', code: 'NOT_EXPRESSIBLE', message: 'cannot be expressed' },
            { path: 'targets.1.filter.protocol', code: 'NOT_EXPRESSIBLE', message: 'cannot be expressed' },
            { path: 'targets.1.interface', code: 'NOT_SELECTABLE', message: 'cannot be chosen' },
          ],
        },
      }),
    );
    const { status, body: problem } = await sut.call(routes.createCaptureSession, { token, body: { duration_sec: 30, credential_id: UNKNOWN_ID, filter: { protocol: 'rarp' }, targets: [target, target] } });
    expect([status, problem.errors]).toEqual([
      422,
      [
        { path: 'filter.protocol', code: 'NOT_EXPRESSIBLE', message: 'cannot be expressed' },
        { path: 'targets.1.interface', code: 'NOT_SELECTABLE', message: 'cannot be chosen' },
      ],
    ]);
  });

  it('says that a needed service is away', async () => {
    const away = await sut.call(routes.getSession, { token, params: { id: SESSION_ID } });
    expect(away).toMatchObject({ status: 503, body: { code: 'SERVICE_UNAVAILABLE' } });
    expect(away.headers.get('retry-after')).toBe('1');
    sut.rpc.fail(sessionRpc.get, new AppError('RPC_TIMEOUT', 'No answer in time', { retryable: true }));
    expect(await sut.call(routes.getSession, { token, params: { id: SESSION_ID } })).toMatchObject({ status: 503, body: { code: 'RPC_TIMEOUT' } });
  });

  it('keeps the text of an unknown error to itself', async () => {
    sut.rpc.fail(sessionRpc.get, new AppError('SOME_INNER_CODE', 'password is canary-s3cret at db-7.internal', { details: { sql: 'canary' } }));
    const { status, body: problem } = await sut.call(routes.getSession, { token, params: { id: SESSION_ID } });
    expect([status, problem.code]).toEqual([500, 'INTERNAL_ERROR']);
    expect(JSON.stringify(problem)).not.toMatch(/canary|internal\b.*db/);
  });

  it('sends security headers with every answer and lets no other site read them', async () => {
    sut.rpc.on(sessionRpc.get, () => ({ session: sessionFixture() }));
    const { headers } = await sut.call(routes.getSession, { token, params: { id: SESSION_ID }, headers: { origin: 'https://evil.example' } });
    expect(Object.fromEntries(headers)).toMatchObject({
      'content-security-policy': expect.stringContaining("default-src 'none'"),
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
      'referrer-policy': 'no-referrer',
      'cross-origin-resource-policy': 'same-origin',
      'cache-control': 'no-store',
    });
    expect(headers.get('access-control-allow-origin')).toBeNull();
    expect(headers.get('x-powered-by')).toBeNull();
  });
});
