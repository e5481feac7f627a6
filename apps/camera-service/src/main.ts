import '@capstan/service-kit/tracing';
import { bootstrap } from '@capstan/service-kit';
import { cameraDefinition } from './camera-service.definition';
import { readCameraConfig } from './config';

void bootstrap(() => cameraDefinition(readCameraConfig()));
