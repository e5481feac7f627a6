import '@capstan/service-kit/tracing';
import { bootstrap } from '@capstan/service-kit';
import { orchestratorConfig } from './config';
import { captureOrchestrator } from './service';

void bootstrap(() => captureOrchestrator(orchestratorConfig()));
