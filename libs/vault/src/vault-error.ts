import { AppError, type AppErrorOptions } from '@capstan/kernel';

/** Everything that can go wrong with secrets, as the `code` of an AppError. No message and no detail ever repeats one. */
export const VaultErrorCode = {
  /** The list of master keys cannot be used; the message names the entry. */
  KeysInvalid: 'VAULT_KEYS_INVALID',
  /** Others than the owner may read or change the key file. */
  KeyFileUnsafe: 'VAULT_KEY_FILE_UNSAFE',
  KeyFileUnreadable: 'VAULT_KEY_FILE_UNREADABLE',
  /** Sealed under a master key that is not in the ring. */
  KeyUnknown: 'VAULT_KEY_UNKNOWN',
  /** Changed since it was sealed, or sealed for another record. */
  Tampered: 'VAULT_TAMPERED',
  /** Not representable as JSON. */
  PlaintextInvalid: 'VAULT_PLAINTEXT_INVALID',
  /** Not a public key to seal for. */
  SealingKeyInvalid: 'SEALING_KEY_INVALID',
  /** Sealed for a key pair this service does not have (any more). Retryable: ask for its public key again and seal anew. */
  SealingKeyUnknown: 'SEALING_KEY_UNKNOWN',
  /** Not a sealed secret, changed on the way, or sealed for another purpose. */
  SealedSecretInvalid: 'SEALED_SECRET_INVALID',
  /** Sealed too long ago. */
  SealedSecretExpired: 'SEALED_SECRET_EXPIRED',
} as const;

export type VaultErrorCode = (typeof VaultErrorCode)[keyof typeof VaultErrorCode];

/** An AppError of the vault; only an unknown sealing key is worth another try. */
export function vaultError(code: VaultErrorCode, message: string, options: Pick<AppErrorOptions, 'details' | 'cause'> = {}): AppError {
  return new AppError(code, message, { ...options, retryable: code === VaultErrorCode.SealingKeyUnknown });
}
