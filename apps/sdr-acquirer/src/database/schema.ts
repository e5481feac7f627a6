import { SealingKeyRow } from '@capstan/service-kit';
import { taskEntities, taskMigrations } from '@capstan/tasks';
import { CompleteRecordings1793990000000 } from './complete-recordings.migration';
import { CreateSdr1793650000000 } from './create-sdr.migration';

/** Mapped tables of this service; the rest is plain SQL, and messaging's are added where the service is composed. */
export const entities = [...taskEntities, SealingKeyRow] as const;

/** Migrations of this service, oldest first. */
export const migrations = [...taskMigrations, CreateSdr1793650000000, CompleteRecordings1793990000000] as const;
