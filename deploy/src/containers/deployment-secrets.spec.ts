import { SERVICES } from '@capstan/contracts';
import { Keyring } from '@capstan/vault';
import { deploymentSecrets, secretManifests, VAULT_SERVICES } from './deployment-secrets';

const own = (name: string): string => `value of ${name}, long enough for anything`;
const HOSTS = { postgres: 'postgres:5432', rabbitmq: 'rabbitmq:5672', database: 'capstan', databaseAdministrator: 'capstan_admin' };

describe(deploymentSecrets.name, () => {
  const sut = deploymentSecrets(own, HOSTS);

  it('gives every service a database login and a broker user of its own', () => {
    const urls = SERVICES.flatMap((service) => [sut[service]?.['database-url'], sut[service]?.['rabbitmq-url']]);
    expect(new Set(urls).size).toBe(2 * SERVICES.length);
    expect(new URL(sut['device-collector']?.['database-url'] ?? '').username).toBe('capstan_device_collector');
    expect(decodeURIComponent(new URL(sut['device-collector']?.['database-url'] ?? '').password)).toBe(own('database-device-collector'));
    expect(new URL(sut['device-collector']?.['rabbitmq-url'] ?? '').username).toBe('capstan-device-collector');
  });

  it('tells the broker no password, only hashes', () => {
    const definitions = sut['rabbitmq']?.['definitions.json'] ?? '';
    expect(definitions).not.toContain('value of');
    expect((JSON.parse(definitions) as { users: { name: string }[] }).users.map(({ name }) => name).sort()).toEqual(['capstan_admin', ...SERVICES.map((service) => `capstan-${service}`), 'publisher'].sort());
  });

  it('makes master keys the vault can read, one for each service that keeps credentials', () => {
    const keys = VAULT_SERVICES.map((service) => sut[service]?.['vault-keys'] ?? '');
    expect(new Set(keys).size).toBe(VAULT_SERVICES.length);
    keys.forEach((text) => expect(Keyring.parse(text).ids).toEqual(['k1']));
    expect(sut['gateway']).not.toHaveProperty('vault-keys');
  });

  it('shows the notifier, which has no artifacts, no key of the object store', () => {
    expect(Object.keys(sut['notifier'] ?? {}).sort()).toEqual(['database-url', 'rabbitmq-url', 'vault-keys']);
  });

  it('is the same each time, salts of hashes apart', () => {
    const { rabbitmq: _one, ...rest } = deploymentSecrets(own, HOSTS);
    const { rabbitmq: _other, ...before } = sut;
    expect(rest).toEqual(before);
  });
});

describe(secretManifests.name, () => {
  const { items } = secretManifests(deploymentSecrets(own, HOSTS), 'chosen') as { items: { metadata: { name: string }; type: string; stringData: Record<string, string> }[] };
  const named = (name: string) => items.find(({ metadata }) => metadata.name === name);

  it('makes one Secret for each pod, of the type its reader demands', () => {
    expect(items.map(({ metadata }) => metadata.name)).toEqual([...SERVICES, 'migrate', 'postgres', 'rabbitmq'].map((who) => `capstan-${who}`));
    expect(named('capstan-postgres')?.type).toBe('kubernetes.io/basic-auth');
  });

  it('shows the first administrator’s password to the gateway alone', () => {
    expect(items.filter(({ stringData }) => 'admin-password' in stringData).map(({ metadata }) => metadata.name)).toEqual(['capstan-gateway']);
  });
});
