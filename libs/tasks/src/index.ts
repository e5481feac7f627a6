export { type ArtifactPlace, type StoreOptions, TaskArtifacts } from './artifacts/task-artifacts.client';
export { stableId } from './artifacts/stable-id';
export { TaskControl, type TaskMarks } from './task-control';
export { type SessionKeeper, type TaskExecutor, type TaskRun } from './task-executor';
export { TaskJournal } from './task-journal';
export { type Metrics, type SentCommand, type StateFields, type TaskOutcome } from './task-outcome';
export { taskEntities, taskMigrations } from './task-tables';
export { TaskRow } from './task.entity';
export { TasksModule, type TasksModuleOptions } from './tasks.module';
