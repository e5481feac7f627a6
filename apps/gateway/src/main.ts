import '@capstan/service-kit/tracing';
import { bootstrap } from '@capstan/service-kit';
import { readGatewayConfig } from './config';
import { gatewayDefinition } from './gateway.definition';

void bootstrap(() => gatewayDefinition(readGatewayConfig()));
