import { systemClock } from '@capstan/kernel';
import { messagingEntities, messagingMigrations, type Outbox } from '@capstan/messaging';
import { createDataSource, provisionSchema, runMigrations } from '@capstan/persistence';
import { TEST_ROLE_PASSWORD, testDatabase, type TestDatabase } from '@capstan/testing';
import type { DataSource } from 'typeorm';
import { newRunTask } from '../test/run-task';
import { DeviceLocks } from './device-locks.repository';
import { TaskInbox } from './task-inbox.repository';
import { TaskLeases } from './task-leases.repository';
import { taskEntities, taskMigrations } from './task-tables';
import type { TaskRow } from './task.entity';

const WORKER = 'device-collector';
const options = { worker: WORKER, slots: 1, databaseUrl: '' } as const;
const never = new AbortController().signal;

describe(DeviceLocks.name, () => {
  let database: TestDatabase;
  let dataSource: DataSource;
  let sut: DeviceLocks;
  let inbox: TaskInbox;
  const outbox = { add: jest.fn() } as unknown as Outbox;

  beforeAll(async () => {
    database = await testDatabase();
    const { url } = await provisionSchema({ adminUrl: database.url, service: WORKER, password: TEST_ROLE_PASSWORD });
    dataSource = createDataSource({ url, service: WORKER, entities: [...taskEntities, ...messagingEntities], migrations: [...taskMigrations, ...messagingMigrations] });
    await dataSource.initialize();
    await runMigrations(dataSource);
    sut = new DeviceLocks(dataSource, systemClock);
    inbox = new TaskInbox(outbox, systemClock, options);
  });

  afterAll(async () => {
    await dataSource.destroy();
    await database.drop();
  });

  function leasesOf(instance: string): TaskLeases {
    return new TaskLeases(dataSource, outbox, systemClock, { name: WORKER, instance, version: '0' }, options);
  }

  async function held(): Promise<TaskRow> {
    const task = newRunTask();
    await inbox.run(dataSource.manager, task);
    const claimed = await leasesOf('one').claim(100);
    return claimed.find(({ task_id }) => task_id === task.task_id) as TaskRow;
  }

  const soon = (ms = 5_000) => ({ by: systemClock.now() + ms, signal: never });
  const finish = (task: TaskRow) => dataSource.query(`UPDATE tasks SET finished_at = now(), lease_owner = NULL WHERE task_id = $1`, [task.task_id]);

  it('gives a device to one of many that ask at once, and to the same task again', async () => {
    const tasks: TaskRow[] = [];
    while (tasks.length < 8) {
      tasks.push(await held());
    }
    const asked = await Promise.allSettled(tasks.map((task) => sut.reserve(task, 'one:22', soon(-1))));
    const winner = tasks[asked.findIndex(({ status }) => status === 'fulfilled')] as TaskRow;
    expect(asked.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    await expect(sut.reserve(winner, 'one:22', soon(-1))).resolves.toBeUndefined();
    await Promise.all(tasks.map(finish));
  });

  it('names the session that has it to whoever waits too long', async () => {
    const [first, second] = [await held(), await held()];
    await sut.reserve(first, 'busy:22', soon());
    await expect(sut.reserve(second, 'busy:22', soon(-1))).rejects.toMatchObject({ code: 'DEVICE_BUSY', retryable: true, details: { session_id: first.session_id } });
    await expect(sut.reserve(second, 'busy:2222', soon(-1))).resolves.toBeUndefined();
  });

  it('waits until the task that has it has finished', async () => {
    const [first, second] = [await held(), await held()];
    await sut.reserve(first, 'soon:22', soon());
    const onWait = jest.fn(() => finish(first));
    await sut.reserve(second, 'soon:22', { ...soon(), onWait });
    expect(onWait).toHaveBeenCalledTimes(1);
    expect(onWait).toHaveBeenCalledWith(first.session_id);
  });

  it('keeps a device through a change of holder', async () => {
    const [first, second] = [await held(), await held()];
    await sut.reserve(first, 'kept:22', soon());
    await dataSource.query(`UPDATE tasks SET lease_until = now() - interval '1 second' WHERE task_id = $1`, [first.task_id]);
    await expect(sut.reserve(second, 'kept:22', soon(-1))).rejects.toMatchObject({ code: 'DEVICE_BUSY' });
    const [next] = (await leasesOf('two').claim(100)).filter(({ task_id }) => task_id === first.task_id);
    await expect(sut.reserve(next as TaskRow, 'kept:22', soon(-1))).resolves.toBeUndefined();
  });

  it('gives nothing to a holder who has lost its task', async () => {
    const task = await held();
    await expect(sut.reserve({ ...task, fence: 0 }, 'free:22', soon())).rejects.toMatchObject({ code: 'LEASE_LOST' });
  });

  it('stops waiting when it is told to', async () => {
    const [first, second] = [await held(), await held()];
    await sut.reserve(first, 'left:22', soon());
    const limit = new AbortController();
    await expect(sut.reserve(second, 'left:22', { by: systemClock.now() + 60_000, signal: limit.signal, onWait: async () => limit.abort(new Error('enough')) })).rejects.toThrow('enough');
  });
});
