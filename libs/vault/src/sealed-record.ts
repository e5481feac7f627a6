/**
 * A sealed value as it is stored, fit for a JSON column. All binary fields are base64url without padding.
 *
 * The value is encrypted with AES-256-GCM under a data key of its own, and the data key with AES-256-GCM under the master
 * key `keyId`: rotating master keys rewrites `wrappedKey` and leaves the rest.
 */
export interface SealedRecord {
  readonly v: 1;
  /** Master key that wraps the data key. */
  readonly keyId: string;
  /** 12 bytes of nonce, 32 of encrypted data key, 16 of tag. */
  readonly wrappedKey: string;
  /** 12 bytes. */
  readonly iv: string;
  readonly ciphertext: string;
  /** 16 bytes. */
  readonly tag: string;
}

/** What a record belongs to. It is authenticated, not stored: a row copied over another does not open. */
export interface SealContext {
  /** Service that owns the record, as in `device-collector`. */
  readonly service: string;
  /** Id of the row that holds it. */
  readonly recordId: string;
}

const FIELDS = ['keyId', 'wrappedKey', 'iv', 'ciphertext', 'tag'] as const;

/** Whether a stored value has the form of a {@link SealedRecord}; says nothing about its content. */
export function isSealedRecord(value: unknown): value is SealedRecord {
  if (typeof value !== 'object' || value === null) {
    return false;
  }
  const record = value as Record<string, unknown>;
  return record['v'] === 1 && FIELDS.every((field) => typeof record[field] === 'string');
}
