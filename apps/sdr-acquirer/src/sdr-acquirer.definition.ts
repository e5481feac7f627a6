import type { ServiceDefinition } from '@capstan/service-kit';
import type { SdrConfig } from './config';
import { entities, migrations } from './database/schema';
import { SdrAcquirerModule } from './sdr-acquirer.module';

/** The sdr-acquirer as a service. */
export function sdrDefinition(config: SdrConfig): ServiceDefinition {
  return {
    name: 'sdr-acquirer',
    module: SdrAcquirerModule.with(config),
    config,
    database: { entities, migrations },
    objectStore: true,
    vault: true,
  };
}
