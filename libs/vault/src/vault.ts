import { randomBytes } from 'node:crypto';
import { decrypt, encrypt, IV_BYTES, TAG_BYTES } from './gcm';
import type { Keyring } from './keyring';
import { isSealedRecord, type SealContext, type SealedRecord } from './sealed-record';
import { Secret } from './secret';
import { VaultErrorCode, vaultError } from './vault-error';

const DATA_KEY_BYTES = 32;

/** An unambiguous byte form of what is authenticated: `["a","bc"]` and `["ab","c"]` differ. */
function authenticatedData(...parts: string[]): Buffer {
  return Buffer.from(JSON.stringify(['capstan.vault', 1, ...parts]));
}

function recordData({ service, recordId }: SealContext): Buffer {
  return authenticatedData('record', service, recordId);
}

function keyData(keyId: string): Buffer {
  return authenticatedData('key', keyId);
}

function tampered(): Error {
  return vaultError(VaultErrorCode.Tampered, 'The sealed record was changed, or belongs to another record');
}

/** Strict: Node's own decoder skips what does not belong, so a changed record could still open. */
function decode(text: string): Buffer {
  const bytes = Buffer.from(text, 'base64url');
  if (bytes.toString('base64url') !== text) {
    throw tampered();
  }
  return bytes;
}

/** `JSON.stringify`, with secrets as their text: by their own `toJSON` they would be stored as `[secret]`, and lost. */
function serialise(plaintext: unknown): Buffer {
  let json: string | undefined;
  try {
    json = JSON.stringify(plaintext, function (this: Record<string, unknown>, key: string, value: unknown) {
      const original = this[key];
      return original instanceof Secret ? original.reveal() : value;
    });
  } catch {
    // The cause could quote the value.
    json = undefined;
  }
  if (json === undefined) {
    throw vaultError(VaultErrorCode.PlaintextInvalid, 'Only values that JSON can represent can be sealed');
  }
  return Buffer.from(json);
}

/**
 * Envelope encryption of credentials. Holds no records: services store what `seal` returns in their own rows.
 *
 * Data keys and plain bytes are overwritten after use; the strings that callers hand in and get back cannot be.
 */
export class Vault {
  constructor(private readonly keyring: Keyring) {}

  /**
   * Seals a value for one record.
   * @param plaintext anything JSON can represent; `Secret`s in it are stored as their text
   * @throws AppError `VAULT_PLAINTEXT_INVALID`
   */
  seal(plaintext: unknown, context: SealContext): SealedRecord {
    const bytes = serialise(plaintext);
    const dataKey = randomBytes(DATA_KEY_BYTES);
    try {
      const { iv, ciphertext, tag } = encrypt(dataKey, bytes, recordData(context));
      return {
        v: 1,
        ...this.wrap(dataKey),
        iv: iv.toString('base64url'),
        ciphertext: ciphertext.toString('base64url'),
        tag: tag.toString('base64url'),
      };
    } finally {
      dataKey.fill(0);
      bytes.fill(0);
    }
  }

  /**
   * The value that was sealed for this record; the caller checks its shape.
   * @param sealed as it was stored
   * @throws AppError `VAULT_KEY_UNKNOWN`, `VAULT_TAMPERED`
   */
  open(sealed: unknown, context: SealContext): unknown {
    if (!isSealedRecord(sealed)) {
      throw tampered();
    }
    const dataKey = this.unwrap(sealed);
    let bytes: Buffer | undefined;
    try {
      const encrypted = { iv: decode(sealed.iv), ciphertext: decode(sealed.ciphertext), tag: decode(sealed.tag) };
      bytes = decrypt(dataKey, encrypted, recordData(context));
      if (bytes === undefined) {
        throw tampered();
      }
      return JSON.parse(bytes.toString('utf8')) as unknown;
    } finally {
      dataKey.fill(0);
      bytes?.fill(0);
    }
  }

  /** Whether the record is sealed under another key than the current one. */
  needsRewrap(sealed: SealedRecord): boolean {
    return sealed.keyId !== this.keyring.current.id;
  }

  /**
   * The same record under the current master key. The value itself is neither decrypted nor looked at, so this needs no
   * context and proves nothing about the value.
   * @throws AppError `VAULT_KEY_UNKNOWN`, `VAULT_TAMPERED`
   */
  rewrap(sealed: SealedRecord): SealedRecord {
    if (!isSealedRecord(sealed)) {
      throw tampered();
    }
    const dataKey = this.unwrap(sealed);
    try {
      return { ...sealed, ...this.wrap(dataKey) };
    } finally {
      dataKey.fill(0);
    }
  }

  private wrap(dataKey: Buffer): Pick<SealedRecord, 'keyId' | 'wrappedKey'> {
    const { id, key } = this.keyring.current;
    const { iv, ciphertext, tag } = encrypt(key, dataKey, keyData(id));
    return { keyId: id, wrappedKey: Buffer.concat([iv, ciphertext, tag]).toString('base64url') };
  }

  private unwrap({ keyId, wrappedKey }: SealedRecord): Buffer {
    const { key } = this.keyring.find(keyId);
    const bytes = decode(wrappedKey);
    const end = bytes.length - TAG_BYTES;
    const encrypted = { iv: bytes.subarray(0, IV_BYTES), ciphertext: bytes.subarray(IV_BYTES, end), tag: bytes.subarray(end) };
    const dataKey = bytes.length === IV_BYTES + DATA_KEY_BYTES + TAG_BYTES ? decrypt(key, encrypted, keyData(keyId)) : undefined;
    if (dataKey === undefined) {
      throw tampered();
    }
    return dataKey;
  }
}
