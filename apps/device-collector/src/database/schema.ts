import { SealingKeyRow, StorageSweepRow } from '@capstan/service-kit';
import { taskEntities, taskMigrations } from '@capstan/tasks';
import { CaptureAnalysisRow } from '../capture-analysis/capture-analysis.entity';
import { CreateCaptureAnalyses1793700000000 } from '../capture-analysis/create-capture-analyses.migration';
import { catalogueEntities } from '../catalogue/database/catalogue-tables';
import { CreateCatalogue1793760000000 } from '../catalogue/database/create-catalogue.migration';
import { GatherIntervals1796200000000 } from '../catalogue/database/gather-intervals.migration';
import { ReleaseIntervals1796100000000 } from '../catalogue/database/release-intervals.migration';
import { CredentialRow, SessionCredentialRow } from '../credentials/credential.entity';
import { HostKeyRow } from '../host-keys/host-key.entity';
import { CollectorStorage1796000000000 } from '../storage/collector-storage.migration';
import { AddTlsIdentities1793700000000 } from './add-tls-identities.migration';
import { LeftoverRow } from '../leftovers/leftover.entity';
import { CollectionDeviceRow, CollectionJobRow, CollectionRampRow, CredentialBreakerRow } from '../collection/collection-rows';
import { CreateCollection1793810000000 } from '../collection/create-collection.migration';
import { CreateDevices1795300000000 } from '../devices/create-devices.migration';
import { DeviceRow, DeviceStateRow } from '../devices/device.entity';
import { CreateCollector1793600000000 } from './create-collector.migration';
import { CreateLeftovers1793730000000 } from './create-leftovers.migration';

/** Tables of this service; those of messaging are added where the service is composed. */
export const entities = [...taskEntities, CredentialRow, SessionCredentialRow, SealingKeyRow, HostKeyRow, CaptureAnalysisRow, LeftoverRow, DeviceRow, DeviceStateRow, CollectionJobRow, CollectionDeviceRow, CredentialBreakerRow, CollectionRampRow, ...catalogueEntities, StorageSweepRow] as const;

/** Migrations of this service, oldest first. */
export const migrations = [...taskMigrations, CreateCollector1793600000000, AddTlsIdentities1793700000000, CreateCaptureAnalyses1793700000000, CreateLeftovers1793730000000, CreateDevices1795300000000, CreateCollection1793810000000, CreateCatalogue1793760000000, CollectorStorage1796000000000, ReleaseIntervals1796100000000, GatherIntervals1796200000000] as const;
