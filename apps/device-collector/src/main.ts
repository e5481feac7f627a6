// eslint-disable-next-line no-restricted-imports -- an entry point of its own: it must run before anything it traces is loaded
import '@capstan/service-kit/tracing';
import { bootstrap } from '@capstan/service-kit';
import { readCollectorConfig } from './config';
import { collectorDefinition } from './device-collector.definition';

void bootstrap(() => collectorDefinition(readCollectorConfig()));
