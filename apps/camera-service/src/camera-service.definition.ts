import type { ServiceDefinition } from '@capstan/service-kit';
import { CameraServiceModule } from './camera-service.module';
import type { CameraConfig } from './config';
import { entities, migrations } from './database/schema';

/** The camera-service as a service. */
export function cameraDefinition(config: CameraConfig): ServiceDefinition {
  return {
    name: 'camera-service',
    module: CameraServiceModule.with(config),
    config,
    database: { entities, migrations },
    objectStore: true,
    vault: true,
  };
}
