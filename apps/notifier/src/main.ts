import '@capstan/service-kit/tracing';
import { bootstrap } from '@capstan/service-kit';
import { readNotifierConfig } from './config';
import { notifierDefinition } from './notifier.definition';

void bootstrap(() => notifierDefinition(readNotifierConfig()));
