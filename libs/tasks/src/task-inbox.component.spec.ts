import type { RunTask } from '@capstan/contracts';
import { systemClock, systemIds } from '@capstan/kernel';
import { messagingEntities, messagingMigrations, type Outbox } from '@capstan/messaging';
import { createDataSource, provisionSchema, runMigrations, schemaDrift } from '@capstan/persistence';
import { TEST_ROLE_PASSWORD, testDatabase, type TestDatabase } from '@capstan/testing';
import type { DataSource } from 'typeorm';
import { newRunTask } from '../test/run-task';
import { TaskInbox } from './task-inbox.repository';
import { taskEntities, taskMigrations } from './task-tables';
import { TaskRow } from './task.entity';

const WORKER = 'device-collector';

async function open(database: TestDatabase): Promise<DataSource> {
  const { url } = await provisionSchema({ adminUrl: database.url, service: WORKER, password: TEST_ROLE_PASSWORD });
  const dataSource = createDataSource({ url, service: WORKER, entities: [...taskEntities, ...messagingEntities], migrations: [...taskMigrations, ...messagingMigrations] });
  return dataSource.initialize();
}

describe(TaskInbox.name, () => {
  let database: TestDatabase;
  let dataSource: DataSource;
  let sut: TaskInbox;

  beforeAll(async () => {
    database = await testDatabase();
    dataSource = await open(database);
    // As the first device-collector left it: a table of its own making, with a task in it.
    await dataSource.query(`
      CREATE TABLE tasks (
        task_id uuid NOT NULL CONSTRAINT tasks_pkey PRIMARY KEY, session_id uuid NOT NULL, target_id uuid NOT NULL, attempt int NOT NULL, kind text NOT NULL,
        spec jsonb NOT NULL, duration_sec double precision, deadlines jsonb NOT NULL, key_prefix text NOT NULL, state text NOT NULL, created_at timestamptz(3) NOT NULL,
        claimed_at timestamptz(3), lease_owner text, lease_until timestamptz(3), fence int NOT NULL DEFAULT 0, sequence int NOT NULL DEFAULT 0, heartbeat_at timestamptz(3),
        t0 timestamptz(3), stop_requested_at timestamptz(3), cancel_requested_at timestamptz(3), remote jsonb, artifacts jsonb NOT NULL DEFAULT '[]', outcome jsonb, finished_at timestamptz(3),
        CONSTRAINT tasks_state CHECK (state IN ('pending', 'configuring', 'ready', 'starting', 'capturing', 'stopping', 'collecting', 'completed', 'failed', 'cancelled'))
      ) WITH (fillfactor = 70)`);
    await dataSource.query(`CREATE INDEX tasks_open ON tasks (created_at) WHERE finished_at IS NULL`);
    await dataSource.query(
      `INSERT INTO tasks (task_id, session_id, target_id, attempt, kind, spec, deadlines, key_prefix, state, created_at) VALUES ($1, $1, $1, 1, 'old', '{}', '{}', 'k/', 'completed', now())`,
      [systemIds.next()],
    );
    await runMigrations(dataSource);
    sut = new TaskInbox({ add: jest.fn() } as unknown as Outbox, systemClock, { worker: WORKER, slots: 1, databaseUrl: '' });
  });

  afterAll(async () => {
    await dataSource.destroy();
    await database.drop();
  });

  const read = (task: RunTask): Promise<TaskRow> => dataSource.getRepository(TaskRow).findOneByOrFail({ task_id: task.task_id });

  it('works on tables that an older release made, and keeps what is in them', async () => {
    await expect(schemaDrift(dataSource)).resolves.toEqual([]);
    await expect(dataSource.getRepository(TaskRow).findOneByOrFail({ kind: 'old' })).resolves.toMatchObject({ paused_at: null, paused_ms: 0, pause_order: 0 });
  });

  it('marks a pause once, and keeps account of how long it lasted', async () => {
    const task = newRunTask();
    await sut.run(dataSource.manager, task);
    await expect(sut.pause(dataSource.manager, task, 1)).resolves.toBe(true);
    const paused = await read(task);
    expect(paused.paused_at).toEqual(expect.any(Date));
    await dataSource.query(`UPDATE tasks SET paused_at = paused_at - interval '30 seconds' WHERE task_id = $1`, [task.task_id]);
    await expect(sut.resume(dataSource.manager, task, 2)).resolves.toBe(true);
    const resumed = await read(task);
    expect(resumed.paused_at).toBeNull();
    expect(resumed.paused_ms).toBeGreaterThanOrEqual(30_000);
    expect(resumed.paused_ms).toBeLessThan(40_000);
  });

  it('ignores an order that was overtaken by a later one, and one that comes twice', async () => {
    const task = newRunTask();
    await sut.run(dataSource.manager, task);
    await sut.resume(dataSource.manager, task, 2);
    await expect(sut.pause(dataSource.manager, task, 1)).resolves.toBe(true);
    await expect(sut.resume(dataSource.manager, task, 2)).resolves.toBe(true);
    await expect(read(task)).resolves.toMatchObject({ paused_at: null, paused_ms: 0, pause_order: 2 });
  });

  it('says when the task of a pause is not known yet', async () => {
    await expect(sut.pause(dataSource.manager, newRunTask(), 1)).resolves.toBe(false);
  });

  it('never begins a task whose cancellation came first', async () => {
    const task = newRunTask();
    await sut.cancel(dataSource.manager, task);
    await sut.run(dataSource.manager, task);
    await expect(read(task)).resolves.toMatchObject({ state: 'cancelled', finished_at: expect.any(Date) });
  });
});
