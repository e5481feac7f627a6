import { AppError, type Clock } from '@capstan/kernel';
import { type PublicSealingKey, sealFor, Secret, VaultErrorCode } from '@capstan/vault';

/** Characters of one sealed piece of a document; a sealed text has a largest length. */
const DOCUMENT_PIECE = 60_000;

/** Seals texts for the service that owns them, so that nobody between can read them, the broker included. */
export class OwnerSeal {
  private key: Promise<PublicSealingKey> | undefined;

  /**
   * @param purpose what the sealed texts are good for, and nothing else
   * @param askKey asks the owner for its public key
   */
  constructor(
    private readonly purpose: string,
    private readonly clock: Clock,
    private readonly askKey: () => Promise<{ readonly jwk: Record<string, unknown> }>,
  ) {}

  /** Calls `send` with a document, in sealed pieces; otherwise as {@link withSealed}. */
  withSealedDocument<T>(text: string, send: (sealed: string[]) => Promise<T>): Promise<T> {
    const pieces = Array.from({ length: Math.max(1, Math.ceil(text.length / DOCUMENT_PIECE)) }, (_, index) => text.slice(index * DOCUMENT_PIECE, (index + 1) * DOCUMENT_PIECE));
    return this.withSealedAll(pieces, send);
  }

  /**
   * Calls `send` with a sealed text; once more when the owner has made new keys since we asked for them.
   * @throws what `send` throws
   */
  withSealed<T>(text: string, send: (sealed: string) => Promise<T>): Promise<T> {
    return this.withSealedAll([text], ([sealed = '']) => send(sealed));
  }

  /** Calls `send` with several sealed texts, in order; otherwise as {@link withSealed}. */
  async withSealedAll<T>(pieces: readonly string[], send: (sealed: string[]) => Promise<T>): Promise<T> {
    try {
      return await send(await this.seal(pieces));
    } catch (error) {
      if (!(error instanceof AppError) || error.code !== VaultErrorCode.SealingKeyUnknown) {
        throw error;
      }
      this.key = undefined;
      return send(await this.seal(pieces));
    }
  }

  private async seal(pieces: readonly string[]): Promise<string[]> {
    if (pieces.length === 0) {
      return [];
    }
    const key = await this.publicKey();
    return Promise.all(pieces.map((piece) => sealFor(key, new Secret(piece), { purpose: this.purpose, clock: this.clock })));
  }

  private publicKey(): Promise<PublicSealingKey> {
    if (!this.key) {
      const asked = this.askKey().then(({ jwk }) => jwk as unknown as PublicSealingKey);
      asked.catch(() => {
        this.key = undefined;
      });
      this.key = asked;
    }
    return this.key;
  }
}
