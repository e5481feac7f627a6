import type { RunTask } from '@capstan/contracts';
import { AppError, Deferred, systemClock } from '@capstan/kernel';
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
const COMPLETED: TaskOutcome = { outcome: 'completed', metrics: {}, captureBegan: true };

describe(TaskHolder.name, () => {
  let database: TestDatabase;
  let dataSource: DataSource;
  let url: string;
  const holders: TaskHolder[] = [];
  const execute = jest.fn<ReturnType<TaskExecutor['execute']>, Parameters<TaskExecutor['execute']>>();

  beforeAll(async () => {
    database = await testDatabase();
    ({ url } = await provisionSchema({ adminUrl: database.url, service: WORKER, password: TEST_ROLE_PASSWORD }));
    dataSource = await createDataSource({ url, service: WORKER, entities: [...taskEntities, ...messagingEntities], migrations: [...taskMigrations, ...messagingMigrations] }).initialize();
    await runMigrations(dataSource);
    start('one');
  });

  beforeEach(() => execute.mockReset());

  afterAll(async () => {
    await Promise.all(holders.map((holder) => holder.beforeApplicationShutdown()));
    await dataSource.destroy();
    await database.drop();
  });

  const start = (instance: string): void => {
    const identity = { name: WORKER, instance, version: '1' } as const;
    const outbox = { add: jest.fn(), addAll: jest.fn() } as unknown as Outbox;
    const options = { worker: WORKER, slots: 50, databaseUrl: url } as const;
    const metrics = { counter: () => ({ inc: jest.fn() }), duration: () => ({ observe: jest.fn() }), gauge: jest.fn() } as unknown as Metrics;
    const leases = new TaskLeases(dataSource, outbox, systemClock, identity, options);
    const executor: TaskExecutor = { kind: 'test', check: async () => [], execute };
    const holder = new TaskHolder(dataSource, leases, new DeviceLocks(dataSource, systemClock), outbox, {} as ProgressPublisher, [executor], options, {} as ObjectStore, systemClock, identity, metrics);
    holder.onApplicationBootstrap();
    holders.push(holder);
  };

  const finished = async (task: RunTask): Promise<TaskRow> =>
    eventually(async () => {
      const row = await dataSource.getRepository(TaskRow).findOneByOrFail({ task_id: task.task_id });
      expect(row.finished_at).not.toBeNull();
      return row;
    }, { timeoutMs: 15_000 });

  const order = async (): Promise<RunTask> => {
    const task = newRunTask();
    const inbox = new TaskInbox({ add: jest.fn() } as unknown as Outbox, systemClock, { worker: WORKER, slots: 1, databaseUrl: '' });
    await inbox.run(dataSource.manager, task);
    return task;
  };
  const run = async (): Promise<TaskRow> => finished(await order());

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

  it('shares what comes with others, and takes everything when they are gone', async () => {
    start('two');
    start('three');
    const gate = new Deferred<void>();
    execute.mockImplementation(async ({ control }) => {
      await Promise.race([gate.promise, new Promise((_, reject) => control.lost.addEventListener('abort', () => reject(control.lost.reason as Error)))]);
      return COMPLETED;
    });
    const held = () => dataSource.query<{ owner: string; count: number }[]>(`SELECT lease_owner AS owner, count(*)::int AS count FROM tasks WHERE finished_at IS NULL AND lease_owner IS NOT NULL GROUP BY 1 ORDER BY 1`);
    const tasks = await Promise.all(Array.from({ length: 45 }, order));
    await eventually(async () => expect((await held()).reduce((sum, { count }) => sum + count, 0)).toBe(45), { timeoutMs: 15_000 });
    for (const { count } of await held()) {
      expect(Math.abs(count - 15)).toBeLessThanOrEqual(3);
    }
    await Promise.all(holders.splice(1).map((holder) => holder.beforeApplicationShutdown()));
    await eventually(async () => expect(await held()).toEqual([{ owner: 'one', count: 45 }]), { timeoutMs: 15_000 });
    gate.resolve();
    await Promise.all(tasks.map(finished));
  }, 60_000);
});
