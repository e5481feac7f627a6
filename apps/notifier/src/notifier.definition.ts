import type { ServiceDefinition } from '@capstan/service-kit';
import type { NotifierConfig } from './config';
import { entities, migrations } from './database/schema';
import { NotifierModule } from './notifier.module';

/** Facts folded at a time: each holds a connection of the pool's ten for its transaction, and what is sent meanwhile needs some too. */
const FACTS_AT_ONCE = 6;

/** The notifier as a service. */
export function notifierDefinition(config: NotifierConfig): ServiceDefinition {
  return { name: 'notifier', module: NotifierModule.with(config), config, database: { entities, migrations }, vault: true, prefetch: { events: FACTS_AT_ONCE } };
}
