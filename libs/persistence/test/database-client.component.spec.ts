import { type TestDatabase, testDatabase } from '@capstan/testing';
import type { DataSource } from 'typeorm';
import { createDataSource, rows, runMigrations, transaction } from '../src/index';
import { DatabaseClient } from '../src/database-client';
import { Crate, MIGRATIONS, provision } from './fixture';

const SERVICE = 'spec-client';
const ONE = '00000000-0000-7000-8000-000000000001';

describe(DatabaseClient.name, () => {
  let database: TestDatabase;
  let sut: DataSource;

  beforeAll(async () => {
    database = await testDatabase();
    const { url } = await provision(database.url, SERVICE);
    const migrating = createDataSource({ url, service: SERVICE, entities: [Crate], migrations: MIGRATIONS });
    await migrating.initialize();
    await runMigrations(migrating);
    await migrating.destroy();
    // One connection, so that every statement meets the same plans.
    sut = createDataSource({ url, service: SERVICE, entities: [Crate], migrations: MIGRATIONS, poolSize: 1 });
    await sut.initialize();
    await rows(sut, `INSERT INTO crates (id, label, bytes) VALUES ($1, 'one', 1)`, [ONE]);
  });

  afterAll(async () => {
    await sut.destroy();
    await database.drop();
  });

  const prepared = (pattern: string) => rows<{ statement: string }>(sut, `SELECT statement FROM pg_prepared_statements WHERE statement LIKE '${pattern}'`);
  const askTimes = async (times: number, sql: string): Promise<void> => {
    for (let time = 0; time < times; time += 1) {
      await rows(sut, sql, [ONE]);
    }
  };

  it('prepares what is asked again and again, and not what comes once', async () => {
    await askTimes(3, 'SELECT label AS often FROM crates WHERE id = $1');
    await askTimes(1, 'SELECT label AS once FROM crates WHERE id = $1');
    await expect(prepared('SELECT label AS o%')).resolves.toEqual([{ statement: 'SELECT label AS often FROM crates WHERE id = $1' }]);
  });

  it('goes on with a statement whose columns a migration has changed', async () => {
    const sql = 'SELECT * FROM crates WHERE id = $1 AND true';
    await askTimes(3, sql);
    await rows(sut, 'ALTER TABLE crates ADD COLUMN colour text');
    await expect(rows(sut, sql, [ONE])).resolves.toEqual([expect.objectContaining({ label: 'one', colour: null })]);
    await rows(sut, 'ALTER TABLE crates DROP COLUMN colour');
    await expect(rows(sut, sql, [ONE])).resolves.toEqual([{ id: ONE, label: 'one', bytes: '1' }]);
  });

  it('runs a transaction again that met such a statement', async () => {
    const sql = 'SELECT * FROM crates WHERE id = $1 AND NOT false';
    await askTimes(3, sql);
    await rows(sut, 'ALTER TABLE crates ADD COLUMN colour text');
    let runs = 0;
    const found = await transaction(sut, async (manager) => {
      runs += 1;
      await rows(manager, `UPDATE crates SET bytes = bytes + 1 WHERE id = $1`, [ONE]);
      return rows(manager, sql, [ONE]);
    });
    expect({ runs, found }).toEqual({ runs: 2, found: [expect.objectContaining({ bytes: '2', colour: null })] });
    await rows(sut, 'ALTER TABLE crates DROP COLUMN colour');
  });
});
