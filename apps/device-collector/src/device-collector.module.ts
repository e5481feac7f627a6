import { credentialRpc } from '@capstan/contracts';
import type { Clock } from '@capstan/kernel';
import { CLOCK, provideSealingKeys, provideSweeper, storageController, sweepPolicyOf } from '@capstan/service-kit';
import { TasksModule } from '@capstan/tasks';
import { type DynamicModule, Module } from '@nestjs/common';
import { CaptureAnalyses } from './capture-analysis/capture-analyses.repository';
import { CaptureAnalysisRunner } from './capture-analysis/capture-analysis-runner.service';
import { CaptureAnalysisController } from './capture-analysis/capture-analysis.controller';
import { CaptureAnalyst } from './capture-analysis/capture-analyst.client';
import { Admission } from './collection/admission.service';
import { CollectionExecutor } from './collection/collection.executor';
import { CollectionJobs } from './collection/collection-jobs.repository';
import { CollectionsController } from './collection/collections.controller';
import { Collections } from './collection/collections.service';
import { CredentialBreakers } from './collection/credential-breakers.repository';
import { CatalogueController } from './catalogue/catalogue.controller';
import { catalogueProviders } from './catalogue/catalogue-providers';
import { COLLECTOR_CONFIG, type CollectorConfig } from './config';
import { CredentialHousekeeping } from './credentials/credential-housekeeping.service';
import { CredentialsController } from './credentials/credentials.controller';
import { Credentials } from './credentials/credentials.repository';
import { captureDrivers, DriverRegistry } from './drivers/registry';
import { DeviceDirectory } from './devices/device-directory.repository';
import { DeviceFacetsReader } from './devices/device-facets.repository';
import { DeviceImport } from './devices/device-import.service';
import { DeviceTest } from './devices/device-test.service';
import { DevicesController } from './devices/devices.controller';
import { Devices } from './devices/devices.repository';
import { loadPlatforms, PlatformCatalogue } from './platforms';
import { HostKeysController } from './host-keys/host-keys.controller';
import { HostKeys } from './host-keys/host-keys.repository';
import { LeftoverCleaner } from './leftovers/leftover-cleaner.service';
import { Leftovers } from './leftovers/leftovers.repository';
import { CapturesController } from './packet-capture/captures.controller';
import { PacketCaptureExecutor } from './packet-capture/packet-capture.executor';

import { SessionFactsConsumer } from './sessions/session-facts.consumer';
import { TextObjects } from './storage/text-objects.repository';
import { TextStorage } from './storage/text-storage';
import { SFTP_SINK } from './sftp-sink/sftp-sink';
import { SinkHostKeys } from './sftp-sink/sink-host-keys.repository';
import { SinkServer, type SinkServerOptions } from './sftp-sink/sink-server.client';

function sinkOptions(config: CollectorConfig): SinkServerOptions {
  return {
    listenHost: config.CAPSTAN_SFTP_SINK_LISTEN,
    listenPort: config.CAPSTAN_SFTP_SINK_PORT,
    ...(config.CAPSTAN_SFTP_SINK_ADDRESS === undefined ? {} : { advertisedHost: config.CAPSTAN_SFTP_SINK_ADDRESS }),
    ...(config.CAPSTAN_SFTP_SINK_ADVERTISED_PORT === undefined ? {} : { advertisedPort: config.CAPSTAN_SFTP_SINK_ADVERTISED_PORT }),
  };
}

/** What the service can do to devices; who tells it to is the engine's affair. */
@Module({})
class CollectorFeatures {
  static with(config: CollectorConfig): DynamicModule {
    const providers = [
      { provide: COLLECTOR_CONFIG, useValue: config },
      { provide: DriverRegistry, useFactory: () => new DriverRegistry(captureDrivers({ silentSec: config.CAPSTAN_CAPTURE_SILENT_SEC })) },
      provideSealingKeys({ service: 'device-collector', purpose: credentialRpc.create.type }),
      Credentials,
      CredentialHousekeeping,
      HostKeys,
      // A wrong file stops the start: half a table of platforms would collect half of the devices.
      { provide: PlatformCatalogue, useFactory: () => loadPlatforms(config.CAPSTAN_PLATFORM_DIR) },
      Devices,
      DeviceFacetsReader,
      DeviceDirectory,
      DeviceImport,
      DeviceTest,
      CollectionJobs,
      CredentialBreakers,
      Admission,
      Collections,
      CollectionExecutor,
      SinkHostKeys,
      {
        provide: SFTP_SINK,
        useFactory: (keys: SinkHostKeys, clock: Clock) => new SinkServer(sinkOptions(config), () => keys.load(), clock),
        inject: [SinkHostKeys, CLOCK],
      },
      Leftovers,
      PacketCaptureExecutor,
      LeftoverCleaner,
      CaptureAnalyses,
      CaptureAnalyst,
      CaptureAnalysisRunner,
      ...catalogueProviders,
      TextObjects,
      TextStorage,
      provideSweeper('device-collector', TextStorage, sweepPolicyOf(config)),
    ];
    return {
      module: CollectorFeatures,
      controllers: [CapturesController, CaptureAnalysisController, CredentialsController, HostKeysController, DevicesController, CollectionsController, SessionFactsConsumer, CatalogueController, storageController('device-collector', TextStorage)],
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
          queuedKinds: ['collection'],
          executors: [PacketCaptureExecutor, CollectionExecutor],
          // What is left on devices needs its credentials until it is removed.
          sessionKeepers: [Leftovers, Credentials, CaptureAnalyses, CollectionJobs],
        }),
      ],
    };
  }
}
