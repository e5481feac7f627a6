import { SealingKeyRow, StorageSweepRow } from '@capstan/service-kit';
import { taskEntities, taskMigrations } from '@capstan/tasks';
import { FilmRow } from '../films/film.entity';
import { HealthEventRow, HealthRollupRow, HealthSampleRow } from '../health/health.entity';
import { CameraGroupRow } from '../inventory/camera-group.entity';
import { CameraRow, CameraStateRow } from '../inventory/camera.entity';
import { CameraReplicaRow } from '../sessions/camera-replica.entity';
import { FrameCallRow } from '../sessions/frame-call.entity';
import { SnapshotRow } from '../snapshots/snapshot.entity';
import { CameraReplicas1796300000000 } from './camera-replicas.migration';
import { CreateCameras1795200000000 } from './create-cameras.migration';
import { CreateFilms1795241000000 } from './create-films.migration';
import { CameraStorage1796000000000 } from './storage.migration';
import { ExtendFrameCalls1795240000000 } from './extend-frame-calls.migration';

/** Tables of this service; those of messaging are added where the service is composed. */
export const entities = [...taskEntities, CameraGroupRow, CameraRow, CameraStateRow, HealthSampleRow, HealthRollupRow, HealthEventRow, SnapshotRow, SealingKeyRow, FrameCallRow, CameraReplicaRow, FilmRow, StorageSweepRow] as const;

/** Migrations of this service, oldest first. */
export const migrations = [...taskMigrations, CreateCameras1795200000000, ExtendFrameCalls1795240000000, CreateFilms1795241000000, CameraStorage1796000000000, CameraReplicas1796300000000] as const;
