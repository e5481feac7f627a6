import { RECEIVER_SECRET_PURPOSE } from '@capstan/contracts';
import { provideSealingKeys } from '@capstan/service-kit';
import { TasksModule } from '@capstan/tasks';
import { type DynamicModule, Module } from '@nestjs/common';
import { SDR_CONFIG, type SdrConfig } from './config';
import { ReceiverDrivers } from './drivers/registry';
import { Exports } from './exports/exports.service';
import { KnownSourcesController } from './known-sources/known-sources.controller';
import { KnownSources } from './known-sources/known-sources.repository';
import { ReceiverChecks } from './receivers/receiver-checks.service';
import { ReceiversController } from './receivers/receivers.controller';
import { Receivers } from './receivers/receivers.repository';
import { ChunkStore } from './recordings/chunk-store.service';
import { Finalizer } from './recordings/finalizer.service';
import { Orphans } from './recordings/orphans.service';
import { RecordingExecutor } from './recordings/recording.executor';
import { RecordingsController } from './recordings/recordings.controller';
import { RecordingSessions } from './recordings/recording-sessions.service';
import { Recordings } from './recordings/recordings.repository';
import { RecordingsService } from './recordings/recordings.service';
import { RecordingScheduler } from './recordings/scheduler.service';
import { SessionFactsConsumer } from './recordings/session-facts.consumer';
import { StreamStateStore } from './recordings/stream-state-store.service';
import { Waterfalls } from './recordings/waterfalls.service';

/** Receivers, sources, recordings: what this service does by itself. */
@Module({})
class SdrModule {
  static with(config: SdrConfig): DynamicModule {
    return {
      module: SdrModule,
      controllers: [ReceiversController, KnownSourcesController, RecordingsController, SessionFactsConsumer],
      providers: [{ provide: SDR_CONFIG, useValue: config }, provideSealingKeys({ service: 'sdr-acquirer', purpose: RECEIVER_SECRET_PURPOSE }), ReceiverDrivers, Receivers, ReceiverChecks, KnownSources, Recordings, RecordingSessions, RecordingsService, ChunkStore, StreamStateStore, Orphans, Finalizer, Waterfalls, Exports, RecordingScheduler, RecordingExecutor],
      exports: [RecordingExecutor],
    };
  }
}

/** Composition root: its own features, and its part in the session engine. */
@Module({})
export class SdrAcquirerModule {
  static with(config: SdrConfig): DynamicModule {
    const own = SdrModule.with(config);
    return {
      module: SdrAcquirerModule,
      imports: [own, TasksModule.forService({ worker: 'sdr-acquirer', slots: config.CAPSTAN_RECORDING_SLOTS, databaseUrl: config.DATABASE_URL, imports: [own], executors: [RecordingExecutor] })],
    };
  }
}
