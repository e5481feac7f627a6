import { CAMERA_SECRET_PURPOSE } from '@capstan/contracts';
import { provideSealingKeys, provideSweeper, storageController, sweepPolicyOf } from '@capstan/service-kit';
import { TasksModule } from '@capstan/tasks';
import { type DynamicModule, Module } from '@nestjs/common';
import { CAMERA_CONFIG, type CameraConfig } from './config';
import { Decoder } from './decode/decoder';
import { Ffmpeg } from './decode/ffmpeg.client';
import { LiveDecoders } from './decode/live-decoders.service';
import { CameraDiscovery } from './discovery/camera-discovery.service';
import { DiscoveryController } from './discovery/discovery.controller';
import { FilmJobs } from './films/film-jobs.service';
import { FilmsController } from './films/films.controller';
import { FilmRecords } from './films/films.repository';
import { CameraLooker } from './health/camera-look.service';
import { ConnectionTest } from './health/connection-test.service';
import { HealthSweep } from './health/health-sweep.service';
import { HealthController } from './health/health.controller';
import { HealthRecords } from './health/health.repository';
import { CameraGroupsController } from './inventory/camera-groups.controller';
import { CameraGroups } from './inventory/camera-groups.repository';
import { CameraImport } from './inventory/camera-import.service';
import { CameraSummary } from './inventory/camera-summary.repository';
import { CamerasController } from './inventory/cameras.controller';
import { Cameras } from './inventory/cameras.repository';
import { CameraOwners } from './sessions/camera-owners.repository';
import { CameraSessions } from './sessions/camera-sessions.service';
import { FrameCalls } from './sessions/frame-calls.service';
import { Frames } from './sessions/frames.service';
import { Films } from './snapshots/films.service';
import { IntervalSnapshots } from './snapshots/interval-snapshots.service';
import { Retention } from './snapshots/retention.service';
import { SnapshotTaker } from './snapshots/snapshot-taker.service';
import { SnapshotsController } from './snapshots/snapshots.controller';
import { Snapshots } from './snapshots/snapshots.repository';
import { CameraObjects } from './storage/camera-objects.repository';
import { CameraStorage } from './storage/camera-storage';
import { PassingObjects } from './storage/passing-objects.client';
import { SnapshotExecutor } from './tasks/snapshot.executor';

/** What the service knows of cameras; who tells it to is the engine's affair. */
@Module({})
class CameraFeatures {
  static with(config: CameraConfig): DynamicModule {
    const providers = [
      { provide: CAMERA_CONFIG, useValue: config },
      provideSealingKeys({ service: 'camera-service', purpose: CAMERA_SECRET_PURPOSE }),
      Cameras,
      CameraGroups,
      CameraSummary,
      CameraImport,
      CameraOwners,
      CameraSessions,
      Ffmpeg,
      Decoder,
      LiveDecoders,
      Frames,
      FrameCalls,
      Snapshots,
      PassingObjects,
      SnapshotTaker,
      Films,
      FilmRecords,
      FilmJobs,
      Retention,
      IntervalSnapshots,
      CameraLooker,
      HealthRecords,
      ConnectionTest,
      HealthSweep,
      CameraDiscovery,
      SnapshotExecutor,
      CameraObjects,
      CameraStorage,
      provideSweeper('camera-service', CameraStorage, sweepPolicyOf(config)),
    ];
    return {
      module: CameraFeatures,
      controllers: [CamerasController, CameraGroupsController, SnapshotsController, HealthController, DiscoveryController, FilmsController, storageController('camera-service', CameraStorage)],
      providers,
      exports: providers,
    };
  }
}

/** Composition root: which feature gets what. */
@Module({})
export class CameraServiceModule {
  static with(config: CameraConfig): DynamicModule {
    const features = CameraFeatures.with(config);
    return {
      module: CameraServiceModule,
      imports: [features, TasksModule.forService({ worker: 'camera-service', slots: config.CAPSTAN_CAMERA_SLOTS, databaseUrl: config.DATABASE_URL, imports: [features], executors: [SnapshotExecutor] })],
    };
  }
}
