export { openKeyFile, rotateKeyFile } from './key-file.repository';
export { Keyring, type MasterKey } from './keyring';
export { redact } from './redact';
export { isSealedRecord, type SealContext, type SealedRecord } from './sealed-record';
export { type OpenSealedOptions, type PublicSealingKey, type ReceivedSealingKey, sealFor, type SealForOptions, SealingKeyPair } from './sealing-key';
export { Secret } from './secret';
export { Vault } from './vault';
export { VaultErrorCode } from './vault-error';
