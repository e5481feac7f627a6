import { CreateTasks1793550000000 } from './create-tasks.migration';
import { TaskRow, TaskTombstoneRow } from './task.entity';

/** Entities every worker adds to its own data source. */
export const taskEntities = [TaskRow, TaskTombstoneRow] as const;

/** Migrations every worker runs in its own schema, oldest first. */
export const taskMigrations = [CreateTasks1793550000000] as const;
