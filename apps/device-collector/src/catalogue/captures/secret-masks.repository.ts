import { randomBytes } from 'node:crypto';
import { rows } from '@capstan/persistence';
import { Vault } from '@capstan/vault';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { type Masked, type Platform, PlatformCatalogue } from '../../platforms';

const CONTEXT = { service: 'device-collector', recordId: 'catalogue-key:masking' } as const;

/** Masks secrets under a key of this installation, which is made once and never leaves the vault but into here. */
@Injectable()
export class SecretMasks {
  private key: Promise<Buffer> | undefined;

  constructor(
    private readonly dataSource: DataSource,
    private readonly vault: Vault,
    private readonly platforms: PlatformCatalogue,
  ) {}

  /** The platform of that name; of one that has been taken away by its operator, a plain one. */
  platform(name: string): Platform | undefined {
    return this.platforms.find(name) ?? this.platforms.find('linux');
  }

  /** The text with its secrets masked; masking it again changes nothing. */
  async mask(platform: string, text: string): Promise<Masked> {
    return this.platform(platform)?.mask(text, await this.maskingKey()) ?? { text, hits: {} };
  }

  /** The lines of a text without what changes by itself, masked. */
  async normalised(platform: string, type: string, text: string): Promise<Masked> {
    return this.mask(platform, this.platform(platform)?.normalise(type, text).text ?? text);
  }

  private maskingKey(): Promise<Buffer> {
    this.key ??= this.load().catch((error: unknown) => {
      this.key = undefined;
      throw error;
    });
    return this.key;
  }

  private async load(): Promise<Buffer> {
    const fresh = this.vault.seal(randomBytes(32).toString('base64'), CONTEXT);
    await rows(this.dataSource, `INSERT INTO catalogue_keys (purpose, sealed) VALUES ('masking', $1) ON CONFLICT DO NOTHING`, [JSON.stringify(fresh)]);
    const [row] = await rows<{ sealed: object }>(this.dataSource, `SELECT sealed FROM catalogue_keys WHERE purpose = 'masking'`);
    return Buffer.from(String(this.vault.open(row?.sealed, CONTEXT)), 'base64');
  }
}
