import { CredentialRow, SealingKeyRow, SessionCredentialRow } from '../credentials/credential.entity';
import { HostKeyRow } from '../host-keys/host-key.entity';
import { TaskRow, TaskTombstoneRow } from '../tasks/task.entity';
import { CreateCollector1793600000000 } from './create-collector.migration';

/** Tables of this service; those of messaging are added where the service is composed. */
export const entities = [TaskRow, TaskTombstoneRow, CredentialRow, SessionCredentialRow, SealingKeyRow, HostKeyRow] as const;

/** Migrations of this service, oldest first. */
export const migrations = [CreateCollector1793600000000] as const;
