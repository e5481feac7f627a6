export {
  type BaseConfig,
  baseSettings,
  ConfigurationError,
  objectStoreSettings,
  type ObjectStoreSettings,
  readConfig,
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
