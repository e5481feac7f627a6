import { routes } from '@capstan/contracts';
import { createApiClient, type TokenSource } from './client';
import { ENDPOINTS, urlOf } from './endpoints';
import { ServerClock } from './server-clock';

const id = '0190a7de-0000-7000-8000-000000000001';
const json = (status: number, body: unknown, headers: Record<string, string> = {}) => new Response(status === 204 ? null : JSON.stringify(body), { status, headers });

function setup(answers: Response[], tokens: Partial<TokenSource> = {}) {
  const calls: { url: string; init: RequestInit }[] = [];
  const sut = createApiClient({
    fetch: (url, init) => {
      calls.push({ url, init });
      const answer = answers.shift();
      return answer === undefined ? Promise.reject(new TypeError('Failed to fetch')) : Promise.resolve(answer);
    },
    now: () => 0,
    clock: new ServerClock(() => 0),
    tokens: { current: () => Promise.resolve('one'), renewed: () => Promise.resolve('two'), ...tokens },
  });
  return { sut, calls, header: (index: number, name: string) => (calls[index]?.init.headers as Record<string, string>)[name] };
}

describe('ENDPOINTS', () => {
  it('says the same as the contracts', () => {
    for (const [name, [method, path]] of Object.entries(ENDPOINTS)) {
      expect({ name, method, path }).toEqual({ name, method: routes[name as keyof typeof ENDPOINTS].method, path: routes[name as keyof typeof ENDPOINTS].path });
    }
  });
});

describe(urlOf.name, () => {
  it('fills parameters in and leaves empty query values out', () => {
    expect(urlOf('getSession', { id: 'a/b' }, { page: 2, q: '', status: undefined })).toBe('/api/v1/sessions/a%2Fb?page=2');
  });
});

describe(createApiClient.name, () => {
  it('sends the token and gives the JSON back', async () => {
    const { sut, calls, header } = setup([json(200, { session: { session_id: id } })]);
    expect(await sut.call('getSession', { params: { id } })).toEqual({ session: { session_id: id } });
    expect(calls[0]?.url).toBe(`/api/v1/sessions/${id}`);
    expect(header(0, 'Authorization')).toBe('Bearer one');
  });

  it('asks for bytes with the tag it has, and says when they are still the same', async () => {
    const { sut, header } = setup([new Response('pixels', { status: 200, headers: { ETag: '"a"' } }), new Response(null, { status: 304 })]);
    const first = await sut.bytes('cameraStill', { params: { id } });
    expect([await first.bytes?.text(), first.response.headers.get('etag'), header(0, 'If-None-Match'), header(0, 'Accept')]).toEqual(['pixels', '"a"', undefined, '*/*']);
    expect((await sut.bytes('cameraStill', { params: { id }, etag: '"a"' })).bytes).toBeUndefined();
    expect(header(1, 'If-None-Match')).toBe('"a"');
  });

  it('renews the token once on 401 and repeats the call', async () => {
    const { sut, header } = setup([json(401, { code: 'TOKEN_EXPIRED' }), json(200, { sessions: [] })]);
    await sut.call('listSessions');
    expect(header(1, 'Authorization')).toBe('Bearer two');
  });

  it('gives up after the second 401', async () => {
    const { sut, calls } = setup([json(401, { code: 'TOKEN_EXPIRED' }), json(401, { code: 'NOT_AUTHENTICATED' })]);
    await expect(sut.call('listSessions')).rejects.toMatchObject({ code: 'NOT_AUTHENTICATED' });
    expect(calls).toHaveLength(2);
  });

  it('does not renew the token for a wrong password, and sends none to sign in', async () => {
    const { sut, calls, header } = setup([json(401, { code: 'INVALID_CREDENTIALS', detail: 'User name or password is wrong' })]);
    await expect(sut.call('login', { body: { username: 'ada', password: 'x' } })).rejects.toMatchObject({ code: 'INVALID_CREDENTIALS' });
    expect(calls).toHaveLength(1);
    expect(header(0, 'Authorization')).toBeUndefined();
  });

  it('keeps the wrong fields, the request id and the time to wait of a problem', async () => {
    const errors = [{ path: 'targets.0.host', code: 'INVALID', message: 'must be a host name' }];
    const { sut } = setup([json(422, { code: 'VALIDATION_FAILED', detail: 'The request is not valid', errors }, { 'x-request-id': 'r-1', 'retry-after': '7' })]);
    await expect(sut.call('listSessions')).rejects.toMatchObject({ fields: errors, requestId: 'r-1', retryAfterSec: 7, transient: false });
  });

  it('calls a missing answer unreachable, and an HTML page of a proxy by its status', async () => {
    const { sut } = setup([new Response('<html>', { status: 502 })]);
    await expect(sut.call('listSessions')).rejects.toMatchObject({ code: 'HTTP_502', transient: true });
    await expect(sut.call('listSessions')).rejects.toMatchObject({ code: 'UNREACHABLE', status: 0 });
  });
});
