import { normaliseFingerprint } from './certificate';
import { handshakeError } from './https-error';
import { basicAuthorization } from './https-login';
import { isOverloaded, pauseBeforeRetry } from './retry-after';

describe(normaliseFingerprint.name, () => {
  it.each(['ab:CD:12', 'ABCD12', 'SHA256 abcd12', 'sha-256:ab:cd:12'])('reads %s', (text) => {
    expect(normaliseFingerprint(text)).toBe('AB:CD:12');
  });
});

describe(pauseBeforeRetry.name, () => {
  const now = Date.parse('2026-11-21T10:00:00Z');

  it.each([
    ['3', 1, 3_000],
    ['0', 1, 0],
    ['86400', 1, 30_000],
    ['Sat, 21 Nov 2026 10:00:07 GMT', 1, 7_000],
    ['Sat, 21 Nov 2026 09:00:00 GMT', 1, 0],
    [undefined, 1, 1_000],
    [undefined, 3, 4_000],
    ['soon', 2, 2_000],
    [undefined, 20, 30_000],
  ])('waits as asked: %j, try %d', (header, attempt, pause) => {
    expect(pauseBeforeRetry(header, attempt, now)).toBe(pause);
  });

  it('takes only 429 and 503 for being too busy', () => {
    expect([200, 400, 429, 500, 502, 503].filter(isOverloaded)).toEqual([429, 503]);
  });
});

describe(handshakeError.name, () => {
  const endpoint = { host: 'exp1', port: 443 };

  it.each([
    ['ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION', 'KEX_MISMATCH', false],
    ['ERR_SSL_UNSUPPORTED_PROTOCOL', 'KEX_MISMATCH', false],
    ['ERR_SSL_WRONG_VERSION_NUMBER', 'HANDSHAKE_FAILED', false],
    ['ECONNRESET', 'HANDSHAKE_FAILED', true],
    [undefined, 'HANDSHAKE_FAILED', true],
  ])('knows %s', (code, expected, retryable) => {
    expect(handshakeError(code === undefined ? undefined : Object.assign(new Error('x'), { code }), endpoint)).toMatchObject({ code: expected, retryable });
  });
});

describe(basicAuthorization.name, () => {
  it('is UTF-8, as RFC 7617 wants it', () => {
    expect(basicAuthorization({ username: 'test', password: '123£' })).toBe('Basic dGVzdDoxMjPCow==');
  });
});
