import type { Clock } from '@capstan/kernel';
import { calculateJwkThumbprint, compactDecrypt, type CompactDecryptResult, CompactEncrypt, type CryptoKey, decodeProtectedHeader, exportJWK, generateKeyPair, importJWK } from 'jose';
import type { SealContext, SealedRecord } from './sealed-record';
import { Secret } from './secret';
import type { Vault } from './vault';
import { VaultErrorCode, vaultError } from './vault-error';

const ALG = 'ECDH-ES';
const ENC = 'A256GCM';
const CURVE = 'P-256';
const TYPE = 'capstan-secret+jwe';
/** A sealed secret is a few passwords and keys, not a file. */
const MAX_JWE_LENGTH = 128 * 1024;
/** Clocks of sender and receiver may differ by this much, in seconds. */
const CLOCK_SKEW_SEC = 60;
const DEFAULT_MAX_AGE_SEC = 300;

/** The public half of a sealing key pair, as a JWK (RFC 7517). `kid` is its RFC 7638 thumbprint. */
export interface PublicSealingKey {
  readonly kty: 'EC';
  readonly crv: 'P-256';
  readonly x: string;
  readonly y: string;
  readonly kid: string;
  readonly alg: 'ECDH-ES';
  readonly use: 'enc';
}

interface PrivateJwk {
  kty: 'EC';
  crv: 'P-256';
  x: string;
  y: string;
  d: string;
}

/** A public key as it came over the wire; {@link sealFor} checks it. */
export type ReceivedSealingKey = Readonly<Partial<Record<keyof PublicSealingKey, unknown>>>;

/** Options of {@link sealFor}. */
export interface SealForOptions {
  /** What the secret is for, as in `device-collector.create-credential`; it opens for the same purpose only. */
  purpose: string;
  clock: Clock;
}

/** Options of {@link SealingKeyPair.openSealed}. */
export interface OpenSealedOptions extends SealForOptions {
  /** In seconds. Default 300. */
  maxAgeSec?: number;
}

function isPrivateJwk(value: unknown): value is PrivateJwk {
  const jwk = value as Partial<Record<keyof PrivateJwk, unknown>> | null;
  return (
    typeof jwk === 'object' && jwk !== null && jwk.kty === 'EC' && jwk.crv === CURVE && [jwk.x, jwk.y, jwk.d].every((part) => typeof part === 'string')
  );
}

function sealedInvalid(problem: string): Error {
  return vaultError(VaultErrorCode.SealedSecretInvalid, `The sealed secret ${problem}`);
}

/**
 * Seals a secret so that only the holder of the private key can read it: a compact JWE (RFC 7516), ECDH-ES on P-256 with
 * A256GCM. Whoever carries it sees its purpose, its time and its length.
 * @throws AppError `SEALING_KEY_INVALID`
 */
export async function sealFor(recipient: ReceivedSealingKey, secret: Secret, options: SealForOptions): Promise<string> {
  const { key, kid } = await importPublic(recipient);
  const header = { alg: ALG, enc: ENC, typ: TYPE, kid, purpose: options.purpose, iat: Math.floor(options.clock.now() / 1000) };
  const bytes = Buffer.from(secret.reveal());
  try {
    return await new CompactEncrypt(bytes).setProtectedHeader(header).encrypt(key);
  } finally {
    bytes.fill(0);
  }
}

async function importPublic({ kty, crv, x, y, kid }: ReceivedSealingKey): Promise<{ key: CryptoKey; kid: string }> {
  try {
    if (kty !== 'EC' || crv !== CURVE || typeof x !== 'string' || typeof y !== 'string' || typeof kid !== 'string') {
      throw new Error('Not a P-256 key');
    }
    if ((await calculateJwkThumbprint({ kty, crv, x, y })) !== kid) {
      throw new Error('Not under its own thumbprint');
    }
    return { key: (await importJWK({ kty, crv, x, y }, ALG)) as CryptoKey, kid };
  } catch (error) {
    throw vaultError(VaultErrorCode.SealingKeyInvalid, 'This is not a public key that secrets can be sealed for', { cause: error });
  }
}

/** A service's key pair for secrets that travel to it. Its private half exists sealed by the vault, and in here. */
export class SealingKeyPair {
  private constructor(
    private readonly privateKey: CryptoKey,
    private readonly publicKey: PublicSealingKey,
  ) {}

  /** A new pair, and its private half sealed, to be stored by the caller. */
  static async generate(vault: Vault, context: SealContext): Promise<{ pair: SealingKeyPair; sealedPrivateKey: SealedRecord }> {
    const { privateKey } = await generateKeyPair(ALG, { crv: CURVE, extractable: true });
    const jwk = await exportJWK(privateKey);
    return { pair: await SealingKeyPair.fromJwk(jwk), sealedPrivateKey: vault.seal(jwk, context) };
  }

  /** A pair that lives as long as this object: for one answer that nobody between may read. */
  static async ephemeral(): Promise<SealingKeyPair> {
    const { privateKey } = await generateKeyPair(ALG, { crv: CURVE, extractable: true });
    return SealingKeyPair.fromJwk(await exportJWK(privateKey));
  }

  /**
   * The pair whose private half was stored.
   * @throws AppError `VAULT_KEY_UNKNOWN`, `VAULT_TAMPERED`
   */
  static async restore(vault: Vault, sealedPrivateKey: unknown, context: SealContext): Promise<SealingKeyPair> {
    return SealingKeyPair.fromJwk(vault.open(sealedPrivateKey, context));
  }

  private static async fromJwk(jwk: unknown): Promise<SealingKeyPair> {
    if (!isPrivateJwk(jwk)) {
      throw vaultError(VaultErrorCode.SealingKeyInvalid, 'The record does not hold a sealing key');
    }
    const { kty, crv, x, y, d } = jwk;
    const kid = await calculateJwkThumbprint({ kty, crv, x, y });
    const privateKey = (await importJWK({ kty, crv, x, y, d }, ALG, { extractable: false })) as CryptoKey;
    return new SealingKeyPair(privateKey, { kty, crv, x, y, kid, alg: ALG, use: 'enc' });
  }

  /** What others seal for. */
  publicJwk(): PublicSealingKey {
    return this.publicKey;
  }

  /**
   * The secret that was sealed for this pair and this purpose, not too long ago.
   * @throws AppError `SEALING_KEY_UNKNOWN` (retryable with the new public key), `SEALED_SECRET_INVALID`, `SEALED_SECRET_EXPIRED`
   */
  async openSealed(sealed: string, options: OpenSealedOptions): Promise<Secret> {
    this.assertForThisKey(sealed);
    let opened: CompactDecryptResult;
    try {
      opened = await compactDecrypt(sealed, this.privateKey, {
        keyManagementAlgorithms: [ALG],
        contentEncryptionAlgorithms: [ENC],
      });
    } catch {
      throw sealedInvalid('was changed on its way');
    }
    const { plaintext, protectedHeader } = opened;
    try {
      if (protectedHeader.typ !== TYPE || protectedHeader['purpose'] !== options.purpose) {
        throw sealedInvalid('is meant for something else');
      }
      assertAge(protectedHeader['iat'], options);
      return new Secret(Buffer.from(plaintext.buffer, plaintext.byteOffset, plaintext.byteLength).toString('utf8'));
    } finally {
      plaintext.fill(0);
    }
  }

  private assertForThisKey(sealed: string): void {
    if (sealed.length > MAX_JWE_LENGTH) {
      throw sealedInvalid('is too long');
    }
    // Decoders ignore the unused bits of a last character, so that several texts would open as one.
    if (sealed.split('.').some((part) => Buffer.from(part, 'base64url').toString('base64url') !== part)) {
      throw sealedInvalid('is not a compact JWE');
    }
    let kid: unknown;
    try {
      kid = decodeProtectedHeader(sealed).kid;
    } catch {
      throw sealedInvalid('is not a compact JWE');
    }
    if (kid !== this.publicKey.kid) {
      throw vaultError(VaultErrorCode.SealingKeyUnknown, 'The secret was sealed for a key that this service does not have; ask for its public key and seal again');
    }
  }
}

function assertAge(iat: unknown, { clock, maxAgeSec = DEFAULT_MAX_AGE_SEC }: OpenSealedOptions): void {
  const now = Math.floor(clock.now() / 1000);
  if (typeof iat !== 'number' || !Number.isSafeInteger(iat) || iat > now + CLOCK_SKEW_SEC) {
    throw sealedInvalid('has no time, or one in the future');
  }
  if (iat < now - maxAgeSec) {
    throw vaultError(VaultErrorCode.SealedSecretExpired, 'The secret was sealed too long ago', { details: { maxAgeSec } });
  }
}
