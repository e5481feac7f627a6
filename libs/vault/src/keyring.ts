import { createSecretKey, type KeyObject, randomBytes } from 'node:crypto';
import { VaultErrorCode, vaultError } from './vault-error';

/** Bytes of a master key: AES-256. */
const KEY_BYTES = 32;
const KEY_ID = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;

/** A key that wraps the data keys of records. */
export interface MasterKey {
  /** 1 to 64 of `A-Z a-z 0-9 . _ -`; stored beside every record. */
  readonly id: string;
  /** Not a buffer, so that it appears in no dump and no log. */
  readonly key: KeyObject;
}

function keysInvalid(problem: string): Error {
  return vaultError(VaultErrorCode.KeysInvalid, `The vault keys cannot be used: ${problem}`);
}

function parseKey(entry: string, place: string): MasterKey {
  const colon = entry.indexOf(':');
  const id = entry.slice(0, colon).trim();
  if (colon === -1 || !KEY_ID.test(id)) {
    throw keysInvalid(`${place} is not <key id>:<base64>`);
  }
  const text = entry.slice(colon + 1).trim();
  const bytes = Buffer.from(text, 'base64');
  // Buffer.from ignores what is not base64; a key read that way would be another key than its owner wrote down.
  if (bytes.length !== KEY_BYTES || bytes.toString('base64') !== text) {
    throw keysInvalid(`the key ${id} is not ${KEY_BYTES} bytes in base64 (make one with: openssl rand -base64 32)`);
  }
  if (bytes.every((byte) => byte === bytes[0])) {
    throw keysInvalid(`the key ${id} is not random`);
  }
  const key = createSecretKey(bytes);
  bytes.fill(0);
  return { id, key };
}

/**
 * The master keys, by id. The first is current: it seals. All of them open, so rotation is: put a new key in front,
 * rewrap the records, take the old key away.
 */
export class Keyring {
  private readonly byId: ReadonlyMap<string, MasterKey>;
  /** The key that seals. */
  readonly current: MasterKey;

  constructor(keys: readonly MasterKey[]) {
    const [current] = keys;
    if (current === undefined) {
      throw keysInvalid('there is none');
    }
    this.current = current;
    this.byId = new Map(keys.map((key) => [key.id, key]));
    if (this.byId.size !== keys.length) {
      throw keysInvalid('two have the same id');
    }
  }

  /**
   * Reads `<key id>:<base64 of 32 bytes>`, separated by commas or line breaks; empty entries and lines starting with `#`
   * are skipped.
   * @throws AppError `VAULT_KEYS_INVALID`, naming the entry but none of its content except the id
   */
  static parse(text: string): Keyring {
    const entries = text
      .split('\n')
      .filter((line) => !line.trimStart().startsWith('#'))
      .flatMap((line) => line.split(','))
      .map((entry) => entry.trim())
      .filter((entry) => entry !== '');
    return new Keyring(entries.map((entry, index) => parseKey(entry, `entry ${index + 1}`)));
  }

  /** Ids of all keys, the current one first. */
  get ids(): readonly string[] {
    return [...this.byId.keys()];
  }

  /** @throws AppError `VAULT_KEY_UNKNOWN` */
  find(id: string): MasterKey {
    const key = this.byId.get(id);
    if (key === undefined) {
      throw vaultError(VaultErrorCode.KeyUnknown, 'The record was sealed under a key that the vault does not have', { details: { keyId: id } });
    }
    return key;
  }
}

/** One line of a key list with a new random key. The only place where a key is ever text. */
export function newKeyLine(): string {
  const bytes = randomBytes(KEY_BYTES);
  const line = `k-${randomBytes(4).toString('hex')}:${bytes.toString('base64')}`;
  bytes.fill(0);
  return line;
}
