import { CAMERA_SECRET_PURPOSE, cameraRpc, splitUserinfo } from '@capstan/contracts';
import type { Clock } from '@capstan/kernel';
import { RpcClient } from '@capstan/messaging';
import { CLOCK } from '@capstan/service-kit';
import { type PublicSealingKey, SealingKeyPair } from '@capstan/vault';
import { Inject, Injectable } from '@nestjs/common';
import { OwnerKey } from '../secrets/owner-key';

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
  private readonly owner: OwnerKey;

  constructor(
    rpc: RpcClient,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {
    this.owner = new OwnerKey(() => rpc.call(cameraRpc.sealingKey, {}), CAMERA_SECRET_PURPOSE, clock);
  }

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
  withSealed<T>(text: string, send: (sealed: string[]) => Promise<T>): Promise<T> {
    const pieces = Array.from({ length: Math.max(1, Math.ceil(text.length / PIECE)) }, (_, index) => text.slice(index * PIECE, (index + 1) * PIECE));
    return this.owner.withSealed(pieces, send);
  }

  /** Asks for something that only this call may read. */
  async receive(ask: (recipient: PublicSealingKey) => Promise<readonly string[]>): Promise<string> {
    const pair = await SealingKeyPair.ephemeral();
    const pieces = await ask(pair.publicJwk());
    const opened = await Promise.all(pieces.map((piece) => pair.openSealed(piece, { purpose: CAMERA_SECRET_PURPOSE, clock: this.clock })));
    return opened.map((piece) => piece.reveal()).join('');
  }
}
