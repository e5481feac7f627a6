import { createHash, randomBytes } from 'node:crypto';

const md5 = (text: string): string => createHash('md5').update(text).digest('hex');

/** Who may come in. */
export interface Account {
  readonly username: string;
  readonly password: string;
}

/** Asks for credentials and checks them, as cameras do: Basic (RFC 7617), or Digest with MD5 and without or with `qop=auth` (RFC 2617, RFC 7616). */
export class Challenge {
  private readonly nonce = randomBytes(16).toString('hex');

  constructor(
    private readonly scheme: 'none' | 'basic' | 'digest',
    private readonly account: Account,
    private readonly realm: string,
    private readonly qop: boolean,
  ) {}

  /** Value of `WWW-Authenticate`. */
  get header(): string {
    return this.scheme === 'basic' ? `Basic realm="${this.realm}"` : `Digest realm="${this.realm}", nonce="${this.nonce}"${this.qop ? ', qop="auth", algorithm=MD5' : ''}`;
  }

  /** Whether a value of `Authorization` fits. */
  accepts(method: string, authorization: string | undefined): boolean {
    if (this.scheme === 'none') {
      return true;
    }
    if (authorization === undefined) {
      return false;
    }
    const { username, password } = this.account;
    if (this.scheme === 'basic') {
      return authorization === `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
    }
    const fields = Object.fromEntries([...authorization.matchAll(/(\w+)=(?:"((?:[^"\\]|\\.)*)"|([^,\s]+))/g)].map(([, name, quoted, plain]) => [name ?? '', quoted ?? plain ?? '']));
    const ha1 = md5(`${username}:${this.realm}:${password}`);
    const ha2 = md5(`${method}:${fields['uri'] ?? ''}`);
    const wanted = this.qop ? md5([ha1, this.nonce, fields['nc'], fields['cnonce'], 'auth', ha2].join(':')) : md5(`${ha1}:${this.nonce}:${ha2}`);
    return fields['username'] === username && fields['nonce'] === this.nonce && fields['response'] === wanted;
  }
}
