import type { ServiceDefinition } from '@capstan/service-kit';
import type { GatewayConfig } from './config';
import { gatewayEntities, gatewayMigrations } from './database/gateway-tables';
import { GatewayModule } from './gateway.module';

/** The gateway as a service. */
export function gatewayDefinition(config: GatewayConfig): ServiceDefinition {
  return {
    name: 'gateway',
    module: GatewayModule.with(config),
    config,
    database: { entities: gatewayEntities, migrations: gatewayMigrations },
    objectStore: true,
    http: { host: config.CAPSTAN_HOST, port: config.CAPSTAN_PORT },
  };
}
