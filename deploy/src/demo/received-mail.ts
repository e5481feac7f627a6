/** A mail for people to read: its headers by lower-case name, unfolded, and its plain text. */
export interface ReadableMail {
  readonly headers: ReadonlyMap<string, string>;
  readonly text: string;
}

/** Reads a mail as a server keeps it: RFC 5322 headers, a body or a multipart whose plain text is wanted, quoted-printable or as it is. */
export function readMail(raw: string): ReadableMail {
  const { headers, body } = split(raw);
  const boundary = /boundary="?([^";]+)"?/i.exec(headers.get('content-type') ?? '')?.[1];
  if (boundary === undefined) {
    return { headers, text: decoded(headers, body) };
  }
  const parts = body.split(`--${boundary}`).map((part) => split(part.replace(/^\r?\n/, '')));
  const plain = parts.find((part) => part.headers.get('content-type')?.startsWith('text/plain') === true);
  return { headers, text: plain === undefined ? '' : decoded(plain.headers, plain.body) };
}

function split(text: string): { headers: Map<string, string>; body: string } {
  const end = /\r?\n\r?\n/.exec(text);
  const head = text.slice(0, end?.index ?? text.length).replace(/\r?\n[ \t]+/g, ' ');
  const headers = new Map<string, string>();
  for (const line of head.split(/\r?\n/)) {
    const colon = line.indexOf(':');
    if (colon > 0) {
      headers.set(line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim());
    }
  }
  return { headers, body: end === null ? '' : text.slice(end.index + end[0].length) };
}

function decoded(headers: ReadonlyMap<string, string>, body: string): string {
  if (headers.get('content-transfer-encoding')?.toLowerCase() !== 'quoted-printable') {
    return body.trim();
  }
  const bytes = body.replace(/=\r?\n/g, '').replace(/=([0-9A-F]{2})/gi, (_, code: string) => String.fromCharCode(parseInt(code, 16)));
  return Buffer.from(bytes, 'latin1').toString('utf8').trim();
}
