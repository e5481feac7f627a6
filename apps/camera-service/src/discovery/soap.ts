import { createHash } from 'node:crypto';

/** Most characters of an answer that are looked at: a camera's longest one, its profiles, has some twenty thousand. */
const MAX_CHARACTERS = 400_000;

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

/** Who asks, and when by the device's own clock. */
export interface SoapLogin {
  readonly username: string;
  readonly password: string;
  readonly nonce: Buffer;
  /** Unix milliseconds by the clock of the device: it refuses what is older than a few seconds by it. */
  readonly at: number;
}

/**
 * A request of SOAP 1.2, signed by a WS-UsernameToken digest (OASIS UsernameToken Profile 1.0 §3.1) where a login is given:
 * Base64(SHA-1(nonce + created + password)).
 */
export function soapRequest(body: string, login: SoapLogin | undefined): string {
  return `<?xml version="1.0" encoding="UTF-8"?><s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"><s:Header>${login === undefined ? '' : security(login)}</s:Header><s:Body>${body}</s:Body></s:Envelope>`;
}

function security({ username, password, nonce, at }: SoapLogin): string {
  const created = new Date(at).toISOString();
  const digest = createHash('sha1')
    .update(Buffer.concat([nonce, Buffer.from(created + password, 'utf8')]))
    .digest('base64');
  const wsse = 'http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss';
  return (
    `<wsse:Security s:mustUnderstand="1" xmlns:wsse="${wsse}-wssecurity-secext-1.0.xsd" xmlns:wsu="${wsse}-wssecurity-utility-1.0.xsd"><wsse:UsernameToken><wsse:Username>${escapeXml(username)}</wsse:Username>` +
    `<wsse:Password Type="${wsse}-username-token-profile-1.0#PasswordDigest">${digest}</wsse:Password>` +
    `<wsse:Nonce EncodingType="${wsse}-soap-message-security-1.0#Base64Binary">${nonce.toString('base64')}</wsse:Nonce><wsu:Created>${created}</wsu:Created></wsse:UsernameToken></wsse:Security>`
  );
}

/** One element of an answer, by its name without a prefix: devices choose prefixes as they like. */
export interface XmlElement {
  readonly attributes: string;
  readonly content: string;
}

/** Every element of a name, in order; not those inside of one of the same name. */
export function elements(xml: string, name: string): XmlElement[] {
  const text = xml.slice(0, MAX_CHARACTERS);
  const open = new RegExp(`<(?:[\\w.-]{1,40}:)?${name}(\\s[^<>]{0,2000}?)?/?>`, 'g');
  const close = new RegExp(`</(?:[\\w.-]{1,40}:)?${name}\\s*>`, 'g');
  const found: XmlElement[] = [];
  for (let start = open.exec(text); start !== null; start = open.exec(text)) {
    if (start[0].endsWith('/>')) {
      found.push({ attributes: start[1] ?? '', content: '' });
      continue;
    }
    close.lastIndex = open.lastIndex;
    const end = close.exec(text);
    if (end === null) {
      break;
    }
    found.push({ attributes: start[1] ?? '', content: text.slice(open.lastIndex, end.index) });
    open.lastIndex = close.lastIndex;
  }
  return found;
}

/** Text of the first element of a name below another; undefined when there is none or it is empty. */
export function textOf(xml: string, ...path: readonly string[]): string | undefined {
  let inside: string | undefined = xml;
  for (const name of path) {
    inside = elements(inside, name)[0]?.content;
    if (inside === undefined) {
      return undefined;
    }
  }
  const text = decodeXml(inside.replace(/<[^>]*>/g, '')).trim();
  return text === '' ? undefined : text;
}

/** Value of an attribute. */
export function attributeOf({ attributes }: XmlElement, name: string): string | undefined {
  const match = new RegExp(`(?:^|\\s)${name}\\s*=\\s*(?:"([^"]*)"|'([^']*)')`).exec(attributes);
  return match === null ? undefined : decodeXml(match[1] ?? match[2] ?? '');
}

function decodeXml(text: string): string {
  return text.replace(/&(?:#(\d{1,7})|#x([0-9a-fA-F]{1,6})|(\w{2,5}));/g, (whole, decimal?: string, hex?: string, name?: string) => {
    if (name !== undefined) {
      return ENTITIES[name] ?? whole;
    }
    const code = decimal === undefined ? Number.parseInt(hex ?? '0', 16) : Number(decimal);
    return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : '';
  });
}

/** A text as it may stand inside of XML. */
export function escapeXml(text: string): string {
  return text.replace(/[<>&"']/g, (char) => `&#${char.charCodeAt(0)};`);
}
