import { AddTaskAdmission1793800000000 } from './add-task-admission.migration';
import { AddTaskTrace1795400000000 } from './add-task-trace.migration';
import { CreateDeviceLocks1793720000000 } from './create-device-locks.migration';
import { CreateTasks1793550000000 } from './create-tasks.migration';
import { DeviceLockRow, TaskRow, TaskTombstoneRow } from './task.entity';

/** Entities every worker adds to its own data source. */
export const taskEntities = [TaskRow, TaskTombstoneRow, DeviceLockRow] as const;

/** Migrations every worker runs in its own schema, oldest first. */
export const taskMigrations = [CreateTasks1793550000000, CreateDeviceLocks1793720000000, AddTaskAdmission1793800000000, AddTaskTrace1795400000000] as const;
