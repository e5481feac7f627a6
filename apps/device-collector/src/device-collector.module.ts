import { TasksModule } from '@capstan/tasks';
import { type DynamicModule, Module } from '@nestjs/common';
import { COLLECTOR_CONFIG, type CollectorConfig } from './config';
import { CredentialHousekeeping } from './credentials/credential-housekeeping.service';
import { CredentialsController } from './credentials/credentials.controller';
import { Credentials } from './credentials/credentials.repository';
import { SealingKeys } from './credentials/sealing-key.repository';
import { SessionCredentialsController } from './credentials/session-credentials.controller';
import { captureDrivers, DriverRegistry } from './drivers/registry';
import { HostKeysController } from './host-keys/host-keys.controller';
import { HostKeys } from './host-keys/host-keys.repository';
import { CapturesController } from './packet-capture/captures.controller';
import { PacketCaptureExecutor } from './packet-capture/packet-capture.executor';

/** What the service can do to devices; who tells it to is the engine's affair. */
@Module({})
class CollectorFeatures {
  static with(config: CollectorConfig): DynamicModule {
    const providers = [
      { provide: COLLECTOR_CONFIG, useValue: config },
      { provide: DriverRegistry, useFactory: () => new DriverRegistry(captureDrivers({ silentSec: config.CAPSTAN_CAPTURE_SILENT_SEC })) },
      SealingKeys,
      Credentials,
      CredentialHousekeeping,
      HostKeys,
      PacketCaptureExecutor,
    ];
    return {
      module: CollectorFeatures,
      controllers: [CapturesController, CredentialsController, SessionCredentialsController, HostKeysController],
      providers,
      exports: providers,
    };
  }
}

/** Composition root: which feature gets what. A new kind of work is one more executor in the list. */
@Module({})
export class DeviceCollectorModule {
  static with(config: CollectorConfig): DynamicModule {
    const features = CollectorFeatures.with(config);
    return {
      module: DeviceCollectorModule,
      imports: [
        features,
        TasksModule.forService({
          worker: 'device-collector',
          slots: config.CAPSTAN_CAPTURE_SLOTS,
          databaseUrl: config.DATABASE_URL,
          imports: [features],
          executors: [PacketCaptureExecutor],
          sessionKeepers: [Credentials],
        }),
      ],
    };
  }
}
