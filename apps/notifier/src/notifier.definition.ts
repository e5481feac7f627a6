import type { ServiceDefinition } from '@capstan/service-kit';
import type { NotifierConfig } from './config';
import { entities, migrations } from './database/schema';
import { NotifierModule } from './notifier.module';

/** Facts folded in one transaction: messages get their places under a lock, which would make many small commits wait for each other. */
const FACTS_TOGETHER = 32;

/** The notifier as a service. */
export function notifierDefinition(config: NotifierConfig): ServiceDefinition {
  return { name: 'notifier', module: NotifierModule.with(config), config, database: { entities, migrations }, vault: true, prefetch: { events: 2 * FACTS_TOGETHER }, eventsTogether: FACTS_TOGETHER };
}
