import { createHmac } from 'node:crypto';
import { BLOCK_PATTERNS, COMMON_SECRETS, SECRET_HINT } from './secret-patterns';

/** A place where a secret stands in a line, by the groups `secret`, `secret2`, … */
export interface SecretPattern {
  readonly name: string;
  readonly pattern: RegExp;
  /** Only below a line that begins a section and matches, e.g. `key 12345` below `tacacs server`. */
  readonly under?: RegExp;
}

/** A text without secrets. */
export interface Masked {
  readonly text: string;
  /** How often each pattern found a secret; patterns that did not are left out. */
  readonly hits: Readonly<Record<string, number>>;
}

/** Patterns have to tell where their groups stand. */
function withIndices(secret: SecretPattern): SecretPattern {
  return { ...secret, pattern: new RegExp(secret.pattern.source, [...new Set(`${secret.pattern.flags}dg`)].join('')) };
}

const COMMON = COMMON_SECRETS.map(withIndices);
const MASK = /^<masked:[0-9a-f]{6}>$/;

/**
 * Masks every secret. `<masked:` and six characters of the secret's keyed hash (HMAC-SHA-256): who has the key cannot read
 * the secret from it, but sees that it is another one. Masking a masked text changes nothing.
 * @param key of this installation; never leaves it
 */
export function maskSecrets(text: string, key: string | Buffer, more: readonly SecretPattern[] = []): Masked {
  const hits: Record<string, number> = {};
  const known = new Map<string, string>();
  const mask = (secret: string, name: string): string => {
    if (MASK.test(secret)) {
      return secret;
    }
    hits[name] = (hits[name] ?? 0) + 1;
    let masked = known.get(secret);
    if (masked === undefined) {
      masked = `<masked:${createHmac('sha256', key).update(secret).digest('hex').slice(0, 6)}>`;
      known.set(secret, masked);
    }
    return masked;
  };
  const own = more.map(withIndices);
  const blocked = BLOCK_PATTERNS.reduce((whole, { name, pattern }) => whole.replace(pattern, (_block, head: string, body: string, foot: string) => `${head}${mask(body.replace(/\s+/g, ''), name)}\n${foot}`), text);
  let section = '';
  const lines = blocked.split('\n').map((line) => {
    if (/^\S/.test(line) && !line.startsWith('!')) {
      section = line;
    }
    return [...own, ...(SECRET_HINT.test(line) ? COMMON : [])].reduce((kept, { name, pattern, under }) => (under !== undefined && !under.test(section) ? kept : maskIn(kept, pattern, (secret) => mask(secret, name))), line);
  });
  return { text: lines.join('\n'), hits };
}

function maskIn(line: string, pattern: RegExp, mask: (secret: string) => string): string {
  const places: [start: number, end: number][] = [];
  for (const match of line.matchAll(pattern)) {
    for (const [name, place] of Object.entries(match.indices?.groups ?? {})) {
      if (name.startsWith('secret') && place !== undefined && place[1] > place[0]) {
        places.push(place);
      }
    }
  }
  return places.sort((a, b) => b[0] - a[0]).reduce((kept, [start, end]) => `${kept.slice(0, start)}${mask(kept.slice(start, end))}${kept.slice(end)}`, line);
}
