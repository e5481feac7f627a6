import '@capstan/service-kit/tracing';
import { bootstrap } from '@capstan/service-kit';
import { readCollectorConfig } from './config';
import { collectorDefinition } from './device-collector.definition';

void bootstrap(() => collectorDefinition(readCollectorConfig()));
