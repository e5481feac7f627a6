import { CAMERA_SECRET_PURPOSE, cameraRpc, splitUserinfo } from '@capstan/contracts';
import { AppError, type Clock } from '@capstan/kernel';
import { RpcClient } from '@capstan/messaging';
import { CLOCK } from '@capstan/service-kit';
import { type PublicSealingKey, sealFor, SealingKeyPair, Secret, VaultErrorCode } from '@capstan/vault';
import { Inject, Injectable } from '@nestjs/common';

/** Characters of one sealed piece; a sealed text has a largest length. */
const PIECE = 60_000;

/** Fields in which people write credentials of cameras. */
interface CredentialFields {
  readonly rtsp_url?: string | undefined;
  readonly substream_url?: string | null | undefined;
  readonly snapshot_url?: string | null | undefined;
  readonly username?: string | null | undefined;
  readonly password?: string | null | undefined;
}

/** Takes secrets of cameras out of what was typed, and hands them sealed to the service that keeps them. */
@Injectable()
export class CameraSecretsClient {
  private sealingKey: Promise<PublicSealingKey> | undefined;

  constructor(
    private readonly rpc: RpcClient,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** Fields without any secret, and the password apart from them; null clears it, undefined leaves it. What stands in a field of its own wins over what stands in a URL. */
  separate<Fields extends CredentialFields>(given: Fields): { fields: Omit<Fields, 'password'>; password: string | null | undefined } {
    const { password, ...rest } = given;
    const fields: Record<string, unknown> = { ...rest };
    let found: { username?: string; password?: string } = {};
    for (const name of ['rtsp_url', 'substream_url', 'snapshot_url'] as const) {
      const text = given[name];
      if (typeof text === 'string') {
        const { url, ...credentials } = splitUserinfo(text);
        fields[name] = url;
        found = found.username === undefined ? credentials : found;
      }
    }
    if ((given.username === null || given.username === undefined) && found.username !== undefined) {
      fields['username'] = found.username;
    }
    return { fields: fields as Omit<Fields, 'password'>, password: password === undefined ? found.password : password };
  }

  /**
   * Calls `send` with a sealed text; once more when the owner has made new keys since we asked for them.
   * @throws what `send` throws
   */
  async withSealed<T>(text: string, send: (sealed: string[]) => Promise<T>): Promise<T> {
    try {
      return await send(await this.seal(text));
    } catch (error) {
      if (!(error instanceof AppError) || error.code !== VaultErrorCode.SealingKeyUnknown) {
        throw error;
      }
      this.sealingKey = undefined;
      return send(await this.seal(text));
    }
  }

  /** Asks for something that only this call may read. */
  async receive(ask: (recipient: PublicSealingKey) => Promise<readonly string[]>): Promise<string> {
    const pair = await SealingKeyPair.ephemeral();
    const pieces = await ask(pair.publicJwk());
    const opened = await Promise.all(pieces.map((piece) => pair.openSealed(piece, { purpose: CAMERA_SECRET_PURPOSE, clock: this.clock })));
    return opened.map((piece) => piece.reveal()).join('');
  }

  private async seal(text: string): Promise<string[]> {
    const key = await this.key();
    const pieces = Array.from({ length: Math.max(1, Math.ceil(text.length / PIECE)) }, (_, index) => text.slice(index * PIECE, (index + 1) * PIECE));
    return Promise.all(pieces.map((piece) => sealFor(key, new Secret(piece), { purpose: CAMERA_SECRET_PURPOSE, clock: this.clock })));
  }

  private key(): Promise<PublicSealingKey> {
    if (!this.sealingKey) {
      const asked = this.rpc.call(cameraRpc.sealingKey, {}).then(({ jwk }) => jwk as unknown as PublicSealingKey);
      asked.catch(() => {
        this.sealingKey = undefined;
      });
      this.sealingKey = asked;
    }
    return this.sealingKey;
  }
}
