import '@capstan/service-kit/tracing';
import { bootstrap } from '@capstan/service-kit';
import { readSdrConfig } from './config';
import { sdrDefinition } from './sdr-acquirer.definition';

void bootstrap(() => sdrDefinition(readSdrConfig()));
