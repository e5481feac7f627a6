import { AppError, type Clock } from '@capstan/kernel';
import { type PublicSealingKey, sealFor, Secret, VaultErrorCode } from '@capstan/vault';

/** The public key of the service that keeps a kind of secrets. What is sealed with it can be read there and nowhere between, the broker included. */
export class OwnerKey {
  private asked: Promise<PublicSealingKey> | undefined;

  /**
   * @param ask asks the owner for its key
   * @param purpose what sealed texts are good for, and nothing else; whoever opens them names the same
   */
  constructor(
    private readonly ask: () => Promise<{ readonly jwk: Readonly<Record<string, unknown>> }>,
    private readonly purpose: string,
    private readonly clock: Clock,
  ) {}

  /**
   * Calls `send` with sealed texts; once more when the owner has made new keys since it was asked.
   * @throws what `send` throws
   */
  async withSealed<T>(texts: readonly string[], send: (sealed: string[]) => Promise<T>): Promise<T> {
    try {
      return await send(await this.seal(texts));
    } catch (error) {
      if (!(error instanceof AppError) || error.code !== VaultErrorCode.SealingKeyUnknown) {
        throw error;
      }
      this.asked = undefined;
      return send(await this.seal(texts));
    }
  }

  private async seal(texts: readonly string[]): Promise<string[]> {
    const key = await this.key();
    return Promise.all(texts.map((text) => sealFor(key, new Secret(text), { purpose: this.purpose, clock: this.clock })));
  }

  private key(): Promise<PublicSealingKey> {
    if (this.asked === undefined) {
      const asked = this.ask().then(({ jwk }) => jwk as unknown as PublicSealingKey);
      asked.catch(() => {
        this.asked = undefined;
      });
      this.asked = asked;
    }
    return this.asked;
  }
}
