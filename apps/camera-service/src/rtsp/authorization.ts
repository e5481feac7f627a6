import { createHash } from 'node:crypto';

/** How to sign in to a camera. */
export interface CameraLogin {
  readonly username: string;
  readonly password: string;
}

type Fields = Readonly<Record<string, string>>;

/** A challenge of a server. */
export interface AuthChallenge {
  readonly scheme: 'basic' | 'digest';
  readonly fields: Fields;
}

/**
 * The strongest challenge of several `WWW-Authenticate` values that can be answered; undefined when there is none.
 * Digest with MD5 or SHA-256 (RFC 7616), and Basic (RFC 7617).
 */
export function readChallenge(values: readonly string[]): AuthChallenge | undefined {
  const challenges = values.flatMap((value) => {
    const scheme = /^\s*(basic|digest)\b/i.exec(value)?.[1]?.toLowerCase();
    return scheme === 'basic' || scheme === 'digest' ? [{ scheme, fields: readFields(value) } as const] : [];
  });
  const answerable = challenges.filter(({ scheme, fields }) => scheme === 'basic' || digestHash(fields) !== undefined);
  return answerable.find(({ scheme, fields }) => scheme === 'digest' && digestHash(fields) === 'sha256') ?? answerable.find(({ scheme }) => scheme === 'digest') ?? answerable[0];
}

/**
 * Value of `Authorization`. The password goes in as it is: nothing here is a URL.
 * @param count how often this nonce was used, from 1
 * @param cnonce random text of the client
 */
export function authorization(challenge: AuthChallenge, login: CameraLogin, method: string, uri: string, count: number, cnonce: string): string {
  if (challenge.scheme === 'basic') {
    return `Basic ${Buffer.from(`${login.username}:${login.password}`).toString('base64')}`;
  }
  const { realm = '', nonce = '', opaque, algorithm, qop } = challenge.fields;
  const hash = (text: string): string => createHash(digestHash(challenge.fields) ?? 'md5').update(text).digest('hex');
  const sess = /-sess$/i.test(algorithm ?? '');
  const ha1Plain = hash(`${login.username}:${realm}:${login.password}`);
  const ha1 = sess ? hash(`${ha1Plain}:${nonce}:${cnonce}`) : ha1Plain;
  const ha2 = hash(`${method}:${uri}`);
  const withQop = qop?.split(',').map((word) => word.trim().toLowerCase()).includes('auth') === true;
  const nc = count.toString(16).padStart(8, '0');
  const response = withQop ? hash(`${ha1}:${nonce}:${nc}:${cnonce}:auth:${ha2}`) : hash(`${ha1}:${nonce}:${ha2}`);
  const quoted = (text: string): string => `"${text.replace(/["\\]/g, '\\$&')}"`;
  return [
    `Digest username=${quoted(login.username)}`,
    `realm=${quoted(realm)}`,
    `nonce=${quoted(nonce)}`,
    `uri=${quoted(uri)}`,
    `response="${response}"`,
    ...(algorithm === undefined ? [] : [`algorithm=${algorithm}`]),
    ...(opaque === undefined ? [] : [`opaque=${quoted(opaque)}`]),
    ...(withQop ? ['qop=auth', `nc=${nc}`, `cnonce="${cnonce}"`] : sess ? [`cnonce="${cnonce}"`] : []),
  ].join(', ');
}

function digestHash(fields: Fields): 'md5' | 'sha256' | undefined {
  const algorithm = (fields['algorithm'] ?? 'MD5').toUpperCase().replace(/-SESS$/, '');
  return algorithm === 'MD5' ? 'md5' : algorithm === 'SHA-256' ? 'sha256' : undefined;
}

function readFields(value: string): Fields {
  return Object.fromEntries(
    [...value.matchAll(/([a-z_]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]+))/gi)].map(([, name, quoted, plain]) => [(name ?? '').toLowerCase(), quoted?.replace(/\\(.)/g, '$1') ?? plain ?? '']),
  );
}
