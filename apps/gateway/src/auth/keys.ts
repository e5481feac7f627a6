import { hkdfSync } from 'node:crypto';

/** Purposes for which a key is derived from the one secret of the gateway; separate keys, so that no proof of one kind passes for another. */
export const KEY_PURPOSES = ['access-token', 'download-link', 'idempotency', 'sign-in-throttle'] as const;
/** See {@link KEY_PURPOSES}. */
export type KeyPurpose = (typeof KEY_PURPOSES)[number];

/**
 * A key of 32 bytes for one purpose (HKDF-SHA256, RFC 5869).
 * @param secret `CAPSTAN_TOKEN_KEY`: base64 of at least 32 bytes
 */
export function deriveKey(secret: string, purpose: KeyPurpose): Uint8Array {
  return new Uint8Array(hkdfSync('sha256', Buffer.from(secret, 'base64'), Buffer.alloc(0), `capstan/gateway/${purpose}`, 32));
}
