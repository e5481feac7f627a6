import type { ServiceDefinition } from '@capstan/service-kit';
import type { CollectorConfig } from './config';
import { entities, migrations } from './database/schema';
import { DeviceCollectorModule } from './device-collector.module';

/** The device-collector as a service. */
export function collectorDefinition(config: CollectorConfig): ServiceDefinition {
  return {
    name: 'device-collector',
    module: DeviceCollectorModule.with(config),
    config,
    database: { entities, migrations },
    objectStore: true,
    vault: true,
  };
}
