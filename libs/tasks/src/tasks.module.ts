import { type DynamicModule, Module, type ModuleMetadata, type Type } from '@nestjs/common';
import { checkTargetsController } from './check-targets.controller';
import { DeviceLocks } from './device-locks.repository';
import { SESSION_KEEPERS, type SessionKeeper, TASK_EXECUTORS, type TaskExecutor } from './task-executor';
import { TaskHolder } from './task-holder.service';
import { TaskHousekeeping } from './task-housekeeping.service';
import { TaskInbox } from './task-inbox.repository';
import { TaskLeases } from './task-leases.repository';
import { TASK_OPTIONS, type TaskOptions } from './task-options';
import { tasksController } from './tasks.controller';

/** How a worker takes part in the session engine. */
export interface TasksModuleOptions extends TaskOptions {
  /** Modules that provide and export the executors and keepers. */
  readonly imports: NonNullable<ModuleMetadata['imports']>;
  /** One per kind of work. */
  readonly executors: readonly Type<TaskExecutor>[];
  /** Whoever must let go of something when a session is deleted. */
  readonly sessionKeepers?: readonly Type<SessionKeeper>[];
}

/**
 * The worker's side of the session engine: takes orders, claims tasks under leases, gives them to their kind's executor
 * and states the facts. Needs the `tasks` tables (`taskEntities`, `taskMigrations`) in the service's data source, and the
 * service's object store.
 */
@Module({})
export class TasksModule {
  static forService({ worker, slots, databaseUrl, queuedKinds = [], imports, executors, sessionKeepers = [] }: TasksModuleOptions): DynamicModule {
    const options: TaskOptions = { worker, slots, databaseUrl, queuedKinds };
    return {
      module: TasksModule,
      imports,
      controllers: [tasksController(worker), checkTargetsController(worker)],
      providers: [
        { provide: TASK_OPTIONS, useValue: options },
        { provide: TASK_EXECUTORS, useFactory: (...all: TaskExecutor[]) => all, inject: [...executors] },
        { provide: SESSION_KEEPERS, useFactory: (...all: SessionKeeper[]) => all, inject: [...sessionKeepers] },
        TaskInbox,
        TaskLeases,
        DeviceLocks,
        TaskHolder,
        TaskHousekeeping,
      ],
    };
  }
}
