import { taskEntities, taskMigrations } from '@capstan/tasks';
import { CredentialRow, SealingKeyRow, SessionCredentialRow } from '../credentials/credential.entity';
import { HostKeyRow } from '../host-keys/host-key.entity';
import { CreateCollector1793600000000 } from './create-collector.migration';

/** Tables of this service; those of messaging are added where the service is composed. */
export const entities = [...taskEntities, CredentialRow, SessionCredentialRow, SealingKeyRow, HostKeyRow] as const;

/** Migrations of this service, oldest first. */
export const migrations = [...taskMigrations, CreateCollector1793600000000] as const;
