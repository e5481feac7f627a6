import { createCipheriv, createDecipheriv, type KeyObject, randomBytes } from 'node:crypto';

/** Bytes of a GCM nonce and tag, as NIST SP 800-38D recommends. */
export const IV_BYTES = 12;
export const TAG_BYTES = 16;

/** The result of an encryption. */
export interface Encrypted {
  iv: Buffer;
  ciphertext: Buffer;
  tag: Buffer;
}

/** AES-256-GCM under a fresh random nonce. */
export function encrypt(key: KeyObject | Buffer, plaintext: Buffer, authenticated: Buffer): Encrypted {
  const iv = randomBytes(IV_BYTES);
  const cipher = createCipheriv('aes-256-gcm', key, iv, { authTagLength: TAG_BYTES });
  cipher.setAAD(authenticated);
  const ciphertext = Buffer.concat([cipher.update(plaintext), cipher.final()]);
  return { iv, ciphertext, tag: cipher.getAuthTag() };
}

/** @returns undefined when any of the parts is not what was encrypted */
export function decrypt(key: KeyObject | Buffer, { iv, ciphertext, tag }: Encrypted, authenticated: Buffer): Buffer | undefined {
  // Without the length check a tag cut to four bytes would be accepted one time in four billion.
  if (iv.length !== IV_BYTES || tag.length !== TAG_BYTES) {
    return undefined;
  }
  const decipher = createDecipheriv('aes-256-gcm', key, iv, { authTagLength: TAG_BYTES });
  decipher.setAAD(authenticated);
  decipher.setAuthTag(tag);
  const plaintext = decipher.update(ciphertext);
  try {
    decipher.final();
    return plaintext;
  } catch {
    plaintext.fill(0);
    return undefined;
  }
}
