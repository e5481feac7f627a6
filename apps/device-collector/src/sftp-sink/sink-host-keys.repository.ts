import { generateKeyPair } from 'node:crypto';
import { promisify } from 'node:util';
import { AppError, type Clock } from '@capstan/kernel';
import { rows } from '@capstan/persistence';
import { CLOCK, type SealingKeyRow } from '@capstan/service-kit';
import { Vault, VaultErrorCode } from '@capstan/vault';
import { Inject, Injectable } from '@nestjs/common';
import { utils } from 'ssh2';
import { DataSource } from 'typeorm';

const PURPOSE = 'sftp-sink-host-keys';
const CONTEXT = { service: 'device-collector', recordId: PURPOSE };
const RSA_BITS = 3_072;

/**
 * The host keys of the sink, one set for all instances and for ever: a device remembers them at its first push, and many
 * refuse to push to a host whose key has changed.
 */
@Injectable()
export class SinkHostKeys {
  private keys: Promise<readonly string[]> | undefined;

  constructor(
    private readonly dataSource: DataSource,
    private readonly vault: Vault,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** Private keys in PEM and OpenSSH form. */
  load(): Promise<readonly string[]> {
    if (this.keys === undefined) {
      const loading = this.readOrMake();
      loading.catch(() => {
        this.keys = undefined;
      });
      this.keys = loading;
    }
    return this.keys;
  }

  private async readOrMake(): Promise<readonly string[]> {
    const stored = await this.read();
    if (stored !== undefined) {
      try {
        return this.vault.open(stored.sealed, CONTEXT) as string[];
      } catch (error) {
        // The master key that sealed it is gone; so are the keys, and devices will notice.
        if (!(error instanceof AppError) || error.code !== VaultErrorCode.KeyUnknown) {
          throw error;
        }
        await rows(this.dataSource, `DELETE FROM sealing_keys WHERE purpose = $1 AND sealed = $2`, [PURPOSE, JSON.stringify(stored.sealed)]);
      }
    }
    const sealed = this.vault.seal(await makeHostKeys(), CONTEXT);
    await rows(this.dataSource, `INSERT INTO sealing_keys (purpose, sealed, created_at) VALUES ($1, $2, $3) ON CONFLICT (purpose) DO NOTHING`, [
      PURPOSE,
      JSON.stringify(sealed),
      new Date(this.clock.now()),
    ]);
    const winner = await this.read();
    return this.vault.open(winner?.sealed, CONTEXT) as string[];
  }

  private async read(): Promise<SealingKeyRow | undefined> {
    const [row] = await rows<SealingKeyRow>(this.dataSource, `SELECT * FROM sealing_keys WHERE purpose = $1`, [PURPOSE]);
    return row;
  }
}

/** A new RSA key, which every device can check, and an Ed25519 key. */
export async function makeHostKeys(): Promise<readonly string[]> {
  const { privateKey } = await promisify(generateKeyPair)('rsa', {
    modulusLength: RSA_BITS,
    publicKeyEncoding: { type: 'pkcs1', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
  });
  return [privateKey, ed25519Key()];
}

/** About one in 500 of the pairs that `ssh2` 1.17 makes cannot be read back by it, and this one is kept for ever. */
function ed25519Key(): string {
  for (;;) {
    const { private: key } = utils.generateKeyPairSync('ed25519');
    if (!(utils.parseKey(key) instanceof Error)) {
      return key;
    }
  }
}
