import { createHash, randomBytes } from 'node:crypto';

/** How every API token begins, so that secret scanners can know it. */
export const TOKEN_PREFIX = 'cst_';
const SHOWN_CHARACTERS = 8;

/** A new API token; shown once, kept as its hash. */
export function makeToken(): { token: string; hash: string; prefix: string } {
  const token = TOKEN_PREFIX + randomBytes(32).toString('base64url');
  return { token, hash: hashToken(token), prefix: token.slice(0, TOKEN_PREFIX.length + SHOWN_CHARACTERS) };
}

/** SHA-256 in hex. */
export function hashToken(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}
