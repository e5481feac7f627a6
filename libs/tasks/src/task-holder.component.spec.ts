import type { RunTask } from '@capstan/contracts';
import { AppError, systemClock } from '@capstan/kernel';
import { messagingEntities, messagingMigrations, type Outbox, type ProgressPublisher } from '@capstan/messaging';
import type { ObjectStore } from '@capstan/object-store';
import { createDataSource, provisionSchema, runMigrations } from '@capstan/persistence';
import type { Metrics } from '@capstan/service-kit';
import { eventually, TEST_ROLE_PASSWORD, testDatabase, type TestDatabase } from '@capstan/testing';
import type { DataSource } from 'typeorm';
import { newRunTask } from '../test/run-task';
import { DeviceLocks } from './device-locks.repository';
import type { TaskExecutor } from './task-executor';
import { TaskHolder } from './task-holder.service';
import { TaskInbox } from './task-inbox.repository';
import { TaskLeases } from './task-leases.repository';
import type { TaskOutcome } from './task-outcome';
import { taskEntities, taskMigrations } from './task-tables';
import { TaskRow } from './task.entity';

const WORKER = 'device-collector';
const IDENTITY = { name: WORKER, instance: 'one', version: '1' } as const;
const COMPLETED: TaskOutcome = { outcome: 'completed', metrics: {}, captureBegan: true };

describe(TaskHolder.name, () => {
  let database: TestDatabase;
  let dataSource: DataSource;
  let sut: TaskHolder;
  const execute = jest.fn<ReturnType<TaskExecutor['execute']>, Parameters<TaskExecutor['execute']>>();

  beforeAll(async () => {
    database = await testDatabase();
    const { url } = await provisionSchema({ adminUrl: database.url, service: WORKER, password: TEST_ROLE_PASSWORD });
    dataSource = await createDataSource({ url, service: WORKER, entities: [...taskEntities, ...messagingEntities], migrations: [...taskMigrations, ...messagingMigrations] }).initialize();
    await runMigrations(dataSource);
    const outbox = { add: jest.fn(), addAll: jest.fn() } as unknown as Outbox;
    const options = { worker: WORKER, slots: 2, databaseUrl: url } as const;
    const metrics = { counter: () => ({ inc: jest.fn() }), duration: () => ({ observe: jest.fn() }), gauge: jest.fn() } as unknown as Metrics;
    const leases = new TaskLeases(dataSource, outbox, systemClock, IDENTITY, options);
    const executor: TaskExecutor = { kind: 'test', check: async () => [], execute };
    sut = new TaskHolder(dataSource, leases, new DeviceLocks(dataSource, systemClock), outbox, {} as ProgressPublisher, [executor], options, {} as ObjectStore, systemClock, IDENTITY, metrics);
    sut.onApplicationBootstrap();
  });

  beforeEach(() => execute.mockReset());

  afterAll(async () => {
    await sut.beforeApplicationShutdown();
    await dataSource.destroy();
    await database.drop();
  });

  const finished = async (task: RunTask): Promise<TaskRow> =>
    eventually(async () => {
      const row = await dataSource.getRepository(TaskRow).findOneByOrFail({ task_id: task.task_id });
      expect(row.finished_at).not.toBeNull();
      return row;
    }, { timeoutMs: 15_000 });

  const run = async (): Promise<TaskRow> => {
    const task = newRunTask();
    const inbox = new TaskInbox({ add: jest.fn() } as unknown as Outbox, systemClock, { worker: WORKER, slots: 1, databaseUrl: '' });
    await inbox.run(dataSource.manager, task);
    return finished(task);
  };

  it('states what became of a task', async () => {
    execute.mockResolvedValue(COMPLETED);
    await expect(run()).resolves.toMatchObject({ state: 'completed', fence: 1 });
  });

  it('hands a task back that failed because the database was away, and it is done anew', async () => {
    execute.mockRejectedValueOnce(new AppError('DATABASE_UNAVAILABLE', 'away', { retryable: true })).mockResolvedValue(COMPLETED);
    await expect(run()).resolves.toMatchObject({ state: 'completed', fence: 2 });
    expect(execute).toHaveBeenCalledTimes(2);
  });

  it('does so too where the executor made an outcome of it', async () => {
    const failed: TaskOutcome = { outcome: 'failed', error: new AppError('DATABASE_UNAVAILABLE', 'away', { retryable: true }).toShape(), metrics: {}, captureBegan: false };
    execute.mockResolvedValueOnce(failed).mockResolvedValue(COMPLETED);
    await expect(run()).resolves.toMatchObject({ state: 'completed', fence: 2 });
  });

  it('states the failure when it comes again and again', async () => {
    const away = new AppError('DATABASE_UNAVAILABLE', 'away', { retryable: true });
    execute.mockRejectedValue(away);
    await expect(run()).resolves.toMatchObject({ state: 'failed', fence: 3, outcome: { error: { code: 'DATABASE_UNAVAILABLE' } } });
    // An executor knows beforehand whether it must clean up and write down.
    expect(execute.mock.calls.map(([{ handsBack }]) => [handsBack(away), handsBack(new AppError('CONN_REFUSED', 'nobody there'))])).toEqual([[true, false], [true, false], [false, false]]);
  });

  it('lets any other failure stand', async () => {
    execute.mockRejectedValue(new AppError('CONN_REFUSED', 'nobody there', { retryable: true }));
    await expect(run()).resolves.toMatchObject({ state: 'failed', fence: 1, outcome: { error: { code: 'CONN_REFUSED' } } });
  });
});
