import { createObjectStore, type ObjectStore, type ObjectStoreConfig } from '@capstan/object-store';
import { systemClock, systemIds, systemRandom } from '@capstan/kernel';
import { MESSAGING_METRICS, messagingEntities, messagingMigrations } from '@capstan/messaging';
import { assertMigrated, createDataSource } from '@capstan/persistence';
import { Keyring, openKeyFile, Vault } from '@capstan/vault';
import { type DynamicModule, Module, type Provider } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { ConfigurationError, type ObjectStoreSettings, type VaultSettings } from './config/config';
import { HealthService } from './health/health.service';
import { Metrics } from './metrics/metrics';
import { prometheusMessagingMetrics } from './metrics/messaging-metrics';
import { ParkingOrders } from './parking/parking-orders';
import type { ServiceDefinition } from './service-definition';
import { CLOCK, IDS, OBJECT_STORE, RANDOM, SERVICE, type ServiceIdentity } from './tokens';

/** The store the settings ask for. @throws ConfigurationError when they name none, or half of one */
export function objectStoreConfig(service: string, settings: Partial<ObjectStoreSettings>): ObjectStoreConfig {
  if (settings.S3_ENDPOINT !== undefined) {
    const missing = (['S3_ACCESS_KEY', 'S3_SECRET_KEY'] as const).filter((variable) => settings[variable] === undefined);
    if (missing.length > 0) {
      throw new ConfigurationError(service, missing.map((variable) => ({ variable, message: 'is needed with S3_ENDPOINT' })));
    }
    return {
      kind: 's3',
      endpoint: settings.S3_ENDPOINT,
      accessKey: settings.S3_ACCESS_KEY ?? '',
      secretKey: settings.S3_SECRET_KEY ?? '',
      region: settings.S3_REGION,
      bucket: settings.S3_BUCKET ?? 'capstan',
    };
  }
  if (settings.OBJECT_STORE_DIR !== undefined) {
    return { kind: 'local', dir: settings.OBJECT_STORE_DIR };
  }
  throw new ConfigurationError(service, [{ variable: 'OBJECT_STORE_DIR', message: 'is needed unless S3_ENDPOINT is set' }]);
}

/** The vault's master keys: from the environment, else from the key file, which is made when it does not exist. @throws ConfigurationError when neither is named */
async function openKeyring(service: string, settings: Partial<VaultSettings>): Promise<Keyring> {
  if (settings.CAPSTAN_VAULT_KEYS !== undefined) {
    return Keyring.parse(settings.CAPSTAN_VAULT_KEYS);
  }
  if (settings.CAPSTAN_VAULT_KEY_FILE !== undefined) {
    return openKeyFile(settings.CAPSTAN_VAULT_KEY_FILE);
  }
  throw new ConfigurationError(service, [{ variable: 'CAPSTAN_VAULT_KEY_FILE', message: 'is needed unless CAPSTAN_VAULT_KEYS is set' }]);
}

/** What every service is built on: clock, ids, database, object store, health and metrics. Composed by `bootstrap`. */
@Module({})
export class PlatformModule {
  static forService(definition: ServiceDefinition, identity: ServiceIdentity): DynamicModule {
    const providers: Provider[] = [
      { provide: CLOCK, useValue: systemClock },
      { provide: IDS, useValue: systemIds },
      { provide: RANDOM, useValue: systemRandom },
      { provide: SERVICE, useValue: identity },
      Metrics,
      HealthService,
      ParkingOrders,
      { provide: MESSAGING_METRICS, useFactory: prometheusMessagingMetrics, inject: [Metrics] },
      { provide: DataSource, useFactory: (health: HealthService) => connectDatabase(definition, identity, health), inject: [HealthService] },
    ];
    if (definition.objectStore === true) {
      providers.push({ provide: OBJECT_STORE, useFactory: (health: HealthService) => connectObjectStore(definition, health), inject: [HealthService] });
    }
    if (definition.vault === true) {
      providers.push({ provide: Vault, useFactory: async () => new Vault(await openKeyring(definition.name, definition.config)) });
    }
    return { module: PlatformModule, global: true, providers, exports: providers };
  }
}

/** A data source that is not connected yet, for the service itself and for its migration. */
export function dataSourceOf(definition: ServiceDefinition, instance: string): DataSource {
  return createDataSource({
    url: definition.config.DATABASE_URL,
    service: definition.name,
    entities: [...definition.database.entities, ...messagingEntities],
    migrations: [...definition.database.migrations, ...messagingMigrations] as never[],
    poolSize: definition.config.CAPSTAN_DATABASE_POOL,
    applicationName: instance,
  });
}

async function connectDatabase(definition: ServiceDefinition, identity: ServiceIdentity, health: HealthService): Promise<DataSource> {
  const dataSource = dataSourceOf(definition, identity.instance);
  await dataSource.initialize();
  try {
    await assertMigrated(dataSource);
  } catch (error) {
    await dataSource.destroy();
    throw error;
  }
  health.addCheck('database', async () => {
    await dataSource.query('SELECT 1');
  });
  return dataSource;
}

function connectObjectStore(definition: ServiceDefinition, health: HealthService): ObjectStore {
  const store = createObjectStore(objectStoreConfig(definition.name, definition.config));
  health.addCheck('object-store', () => store.check());
  return store;
}
