import { createHash } from 'node:crypto';

/** A host key as a server presented it. */
export interface PresentedHostKey {
  /** Type of the key, e.g. `ssh-ed25519`; not the signature algorithm. */
  readonly algorithm: string;
  /** `SHA256:<base64 without padding>`, as ssh-keygen prints it. */
  readonly fingerprint: string;
}

/** Reads type and fingerprint from a public key blob (RFC 4253 §6.6: the blob starts with the type as a string). */
export function readHostKey(blob: Buffer): PresentedHostKey {
  const length = blob.length >= 4 ? blob.readUInt32BE(0) : 0;
  const algorithm = blob.subarray(4, 4 + Math.min(length, 64)).toString('latin1').replace(/[^\x21-\x7e]/g, '?');
  const digest = createHash('sha256').update(blob).digest('base64').replace(/=+$/, '');
  return { algorithm, fingerprint: `SHA256:${digest}` };
}
