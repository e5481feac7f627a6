import { CAMERA_SECRET_PURPOSE, cameraRpc, splitUserinfo } from '@capstan/contracts';
import type { Clock } from '@capstan/kernel';
import { RpcClient } from '@capstan/messaging';
import { CLOCK } from '@capstan/service-kit';
import { type PublicSealingKey, SealingKeyPair } from '@capstan/vault';
import { Inject, Injectable } from '@nestjs/common';
import { OwnerSeal } from '../secrets/owner-seal';

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
  private readonly seal: OwnerSeal;

  constructor(
    rpc: RpcClient,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {
    this.seal = new OwnerSeal(CAMERA_SECRET_PURPOSE, clock, () => rpc.call(cameraRpc.sealingKey, {}));
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

  /** Calls `send` with a sealed password. @throws what `send` throws */
  withSealed<T>(text: string, send: (sealed: string) => Promise<T>): Promise<T> {
    return this.seal.withSealed(text, send);
  }

  /** Calls `send` with a document, in sealed pieces. @throws what `send` throws */
  withSealedDocument<T>(text: string, send: (sealed: string[]) => Promise<T>): Promise<T> {
    return this.seal.withSealedDocument(text, send);
  }

  /** Asks for something that only this call may read. */
  async receive(ask: (recipient: PublicSealingKey) => Promise<readonly string[]>): Promise<string> {
    const pair = await SealingKeyPair.ephemeral();
    const pieces = await ask(pair.publicJwk());
    const opened = await Promise.all(pieces.map((piece) => pair.openSealed(piece, { purpose: CAMERA_SECRET_PURPOSE, clock: this.clock })));
    return opened.map((piece) => piece.reveal()).join('');
  }
}
