import type { ServiceDefinition } from '@capstan/service-kit';
import type { NotifierConfig } from './config';
import { entities, migrations } from './database/schema';
import { NotifierModule } from './notifier.module';

/** The notifier as a service. */
export function notifierDefinition(config: NotifierConfig): ServiceDefinition {
  return { name: 'notifier', module: NotifierModule.with(config), config, database: { entities, migrations }, vault: true };
}
