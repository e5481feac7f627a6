import { AppError, type Clock } from '@capstan/kernel';
import { rows } from '@capstan/persistence';
import { type PublicSealingKey, type Secret, SealingKeyPair, Vault, VaultErrorCode } from '@capstan/vault';
import type { FactoryProvider } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { CLOCK } from '../tokens';
import type { SealingKeyRow } from './sealing-key.entity';

/** Whose key pair it is, and what for. */
export interface SealingPurpose {
  /** Name of the service, bound into the sealed private half. */
  readonly service: string;
  /** What sealed secrets are good for; whoever seals names the same. */
  readonly purpose: string;
}

/** The key pair by which secrets come to this service; one for all its instances. */
export class SealingKeys {
  private pair: Promise<SealingKeyPair> | undefined;

  constructor(
    private readonly dataSource: DataSource,
    private readonly vault: Vault,
    private readonly clock: Clock,
    private readonly sealing: SealingPurpose,
  ) {}

  private get context(): { service: string; recordId: string } {
    return { service: this.sealing.service, recordId: 'sealing-key' };
  }

  async publicKey(): Promise<PublicSealingKey> {
    return (await this.load()).publicJwk();
  }

  /** @throws AppError `SEALING_KEY_UNKNOWN` (retryable), `SEALED_SECRET_INVALID`, `SEALED_SECRET_EXPIRED` */
  async open(sealed: string): Promise<Secret> {
    try {
      return await (await this.load()).openSealed(sealed, { purpose: this.sealing.purpose, clock: this.clock });
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
        return await SealingKeyPair.restore(this.vault, stored.sealed, this.context);
      } catch (error) {
        // The master key that sealed it is gone: nothing can have been sealed for the pair that could still be opened.
        if (!(error instanceof AppError) || error.code !== VaultErrorCode.KeyUnknown) {
          throw error;
        }
        await rows(this.dataSource, `DELETE FROM sealing_keys WHERE purpose = $1 AND sealed = $2`, [this.sealing.purpose, JSON.stringify(stored.sealed)]);
      }
    }
    const { sealedPrivateKey } = await SealingKeyPair.generate(this.vault, this.context);
    await rows(this.dataSource, `INSERT INTO sealing_keys (purpose, sealed, created_at) VALUES ($1, $2, $3) ON CONFLICT (purpose) DO NOTHING`, [
      this.sealing.purpose,
      JSON.stringify(sealedPrivateKey),
      new Date(this.clock.now()),
    ]);
    const winner = await this.read();
    return SealingKeyPair.restore(this.vault, winner?.sealed, this.context);
  }

  private async read(): Promise<SealingKeyRow | undefined> {
    const [row] = await rows<SealingKeyRow>(this.dataSource, `SELECT * FROM sealing_keys WHERE purpose = $1`, [this.sealing.purpose]);
    return row;
  }
}

/** {@link SealingKeys} of a service. Needs {@link SealingKeyRow} among its entities. */
export function provideSealingKeys(sealing: SealingPurpose): FactoryProvider<SealingKeys> {
  return { provide: SealingKeys, useFactory: (dataSource: DataSource, vault: Vault, clock: Clock) => new SealingKeys(dataSource, vault, clock, sealing), inject: [DataSource, Vault, CLOCK] };
}
