export {
  type BaseConfig,
  baseSettings,
  ConfigurationError,
  objectStoreSettings,
  type ObjectStoreSettings,
  readConfig,
  storageSettings,
  vaultSettings,
  type VaultSettings,
} from './config/config';
export { ParkingOrders } from './parking/parking-orders';
export { HealthService, type HealthCheck, type HealthCount } from './health/health.service';
export { LONG_SECONDS, Metrics } from './metrics/metrics';
export { CLOCK, IDS, OBJECT_STORE, RANDOM, SERVICE, type ServiceIdentity } from './tokens';
export { type ServiceDefinition } from './service-definition';
export { VERSION } from './version';
export { bootstrap, migrate, type RunningService, startService } from './lifecycle/bootstrap';
export { SealingKeyRow } from './secrets/sealing-key.entity';
export { provideSealingKeys, SealingKeys, type SealingPurpose } from './secrets/sealing-keys.repository';
export { CREATE_STORAGE_SWEEPS, StorageSweepRow } from './storage/storage-sweep.entity';
export { provideSweeper, storageController, sweepPolicyOf } from './storage/storage.rpc.controller';
export { StorageSweeper, type SweepPolicy } from './storage/storage-sweeper.service';
export { type NamedObjects, ownersBetween, type StorageKeeper, type StoredObjects } from './storage/stored-objects';
