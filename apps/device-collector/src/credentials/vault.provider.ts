import { Keyring, openKeyFile, Vault } from '@capstan/vault';
import { ConfigurationError } from '@capstan/service-kit';
import type { CollectorConfig } from '../config';

/** The vault of this service, from the keys the configuration names. @throws ConfigurationError when it names none; AppErrors of the vault */
export async function openVault(config: Pick<CollectorConfig, 'CAPSTAN_VAULT_KEYS' | 'CAPSTAN_VAULT_KEY_FILE'>): Promise<Vault> {
  if (config.CAPSTAN_VAULT_KEYS !== undefined) {
    return new Vault(Keyring.parse(config.CAPSTAN_VAULT_KEYS));
  }
  if (config.CAPSTAN_VAULT_KEY_FILE !== undefined) {
    return new Vault(await openKeyFile(config.CAPSTAN_VAULT_KEY_FILE));
  }
  throw new ConfigurationError('device-collector', [{ variable: 'CAPSTAN_VAULT_KEY_FILE', message: 'is needed unless CAPSTAN_VAULT_KEYS is set' }]);
}
