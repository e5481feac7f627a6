import { CAMERA_SECRET_PURPOSE } from '@capstan/contracts';
import { AppError, type Clock } from '@capstan/kernel';
import { rows } from '@capstan/persistence';
import { CLOCK } from '@capstan/service-kit';
import { type PublicSealingKey, type Secret, SealingKeyPair, Vault, VaultErrorCode } from '@capstan/vault';
import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { SealingKeyRow } from './sealing-key.entity';

/** What sealed secrets are good for: passwords and documents of cameras, whatever question carries them. */
const PURPOSE = CAMERA_SECRET_PURPOSE;
const CONTEXT = { service: 'camera-service', recordId: 'sealing-key' };

/** The key pair by which secrets come to this service; one for all its instances. */
@Injectable()
export class SealingKeys {
  private pair: Promise<SealingKeyPair> | undefined;

  constructor(
    private readonly dataSource: DataSource,
    private readonly vault: Vault,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  async publicKey(): Promise<PublicSealingKey> {
    return (await this.load()).publicJwk();
  }

  /** @throws AppError `SEALING_KEY_UNKNOWN` (retryable), `SEALED_SECRET_INVALID`, `SEALED_SECRET_EXPIRED` */
  async open(sealed: string): Promise<Secret> {
    try {
      return await (await this.load()).openSealed(sealed, { purpose: PURPOSE, clock: this.clock });
    } catch (error) {
      if (error instanceof AppError && error.code === VaultErrorCode.SealingKeyUnknown) {
        // Another instance may have made a new pair since this one read it.
        this.pair = undefined;
      }
      throw error;
    }
  }

  private load(): Promise<SealingKeyPair> {
    if (this.pair === undefined) {
      const loading = this.readOrMake();
      loading.catch(() => {
        this.pair = undefined;
      });
      this.pair = loading;
    }
    return this.pair;
  }

  private async readOrMake(): Promise<SealingKeyPair> {
    const stored = await this.read();
    if (stored !== undefined) {
      try {
        return await SealingKeyPair.restore(this.vault, stored.sealed, CONTEXT);
      } catch (error) {
        // The master key that sealed it is gone: nothing can have been sealed for the pair that could still be opened.
        if (!(error instanceof AppError) || error.code !== VaultErrorCode.KeyUnknown) {
          throw error;
        }
        await rows(this.dataSource, `DELETE FROM sealing_keys WHERE purpose = $1 AND sealed = $2`, [PURPOSE, JSON.stringify(stored.sealed)]);
      }
    }
    const { sealedPrivateKey } = await SealingKeyPair.generate(this.vault, CONTEXT);
    await rows(this.dataSource, `INSERT INTO sealing_keys (purpose, sealed, created_at) VALUES ($1, $2, $3) ON CONFLICT (purpose) DO NOTHING`, [
      PURPOSE,
      JSON.stringify(sealedPrivateKey),
      new Date(this.clock.now()),
    ]);
    const winner = await this.read();
    return SealingKeyPair.restore(this.vault, winner?.sealed, CONTEXT);
  }

  private async read(): Promise<SealingKeyRow | undefined> {
    const [row] = await rows<SealingKeyRow>(this.dataSource, `SELECT * FROM sealing_keys WHERE purpose = $1`, [PURPOSE]);
    return row;
  }
}
