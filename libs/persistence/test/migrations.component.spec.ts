import { type TestDatabase, testDatabase } from '@capstan/testing';
import type { DataSource } from 'typeorm';
import { assertMigrated, createDataSource, pendingMigrations, type ProvisionedSchema, rows, runMigrations, schemaDrift } from '../src/index';
import { Crate, Crates1700000000000, MIGRATIONS, provision } from './fixture';

const SERVICE = 'spec-migrations';

describe(runMigrations.name, () => {
  let database: TestDatabase;
  let schema: ProvisionedSchema;
  const opened: DataSource[] = [];

  async function open(migrations = MIGRATIONS): Promise<DataSource> {
    const dataSource = createDataSource({ url: schema.url, service: SERVICE, entities: [Crate], migrations, poolSize: 3 });
    await dataSource.initialize();
    opened.push(dataSource);
    return dataSource;
  }

  beforeEach(async () => {
    database = await testDatabase();
    schema = await provision(database.url, SERVICE);
  });

  afterEach(async () => {
    await Promise.all(opened.splice(0).map((dataSource) => dataSource.destroy()));
    await database.drop();
  });

  it('makes the tables in the schema of the service, and nothing anywhere else', async () => {
    const dataSource = await open();
    await expect(runMigrations(dataSource)).resolves.toEqual(['Crates1700000000000', 'CrateBytes1700000001000']);
    const tables = await rows(dataSource, `SELECT schemaname, tablename FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema') ORDER BY tablename`);
    expect(tables).toEqual([
      { schemaname: 'spec_migrations', tablename: 'crates' },
      { schemaname: 'spec_migrations', tablename: 'migrations' },
    ]);
  });

  it('runs each migration once when four start together', async () => {
    const dataSources = await Promise.all(Array.from({ length: 4 }, () => open()));
    const ran = await Promise.all(dataSources.map((dataSource) => runMigrations(dataSource)));
    expect(ran.flat().sort()).toEqual(['CrateBytes1700000001000', 'Crates1700000000000']);
    expect(ran.filter((names) => names.length === 0)).toHaveLength(3);
  });

  it('brings a schema of the release before up to date', async () => {
    const before = await open([Crates1700000000000]);
    await runMigrations(before);
    const sut = await open();
    await expect(assertMigrated(sut)).rejects.toMatchObject({ code: 'SCHEMA_OUTDATED', details: { pending: ['CrateBytes1700000001000'] } });
    await expect(runMigrations(sut)).resolves.toEqual(['CrateBytes1700000001000']);
    await expect(assertMigrated(sut)).resolves.toBeUndefined();
    await expect(schemaDrift(sut)).resolves.toEqual([]);
  });

  it('names everything as pending on an empty schema', async () => {
    await expect(pendingMigrations(await open())).resolves.toEqual(['Crates1700000000000', 'CrateBytes1700000001000']);
  });

  it('shows the SQL by which entities and tables differ', async () => {
    const sut = await open([Crates1700000000000]);
    await runMigrations(sut);
    await expect(schemaDrift(sut)).resolves.toEqual([expect.stringMatching(/ALTER TABLE .*"crates" ADD "bytes" bigint NOT NULL/)]);
  });

  it('leaves no lock behind when a migration fails', async () => {
    class Broken1700000002000 {
      name = 'Broken1700000002000';
      async up(runner: { query(sql: string): Promise<unknown> }): Promise<void> {
        await runner.query('SELECT * FROM nowhere');
      }
      async down(): Promise<void> {
        return undefined;
      }
    }
    const sut = await open([...MIGRATIONS, Broken1700000002000]);
    await expect(runMigrations(sut)).rejects.toThrow(/nowhere/);
    await expect(pendingMigrations(sut)).resolves.toEqual(['Broken1700000002000']);
    await expect(rows(sut, `SELECT count(*)::int AS held FROM pg_locks WHERE locktype = 'advisory' AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`)).resolves.toEqual([{ held: 0 }]);
  });
});

describe(createDataSource.name, () => {
  it('fixes the search path and the time limits of every connection', async () => {
    const database = await testDatabase();
    const { url } = await provision(database.url, 'spec-settings');
    const sut = createDataSource({ url, service: 'spec-settings', entities: [], migrations: [], statementTimeoutMs: 1_234, idleInTransactionTimeoutMs: 5_678 });
    await sut.initialize();
    const [settings] = await rows(
      sut,
      `SELECT current_setting('search_path') AS path, current_setting('statement_timeout') AS statement,
              current_setting('idle_in_transaction_session_timeout') AS idle, current_setting('application_name') AS name`,
    );
    expect(settings).toEqual({ path: 'spec_settings', statement: '1234ms', idle: '5678ms', name: 'capstan-spec-settings' });
    await sut.destroy();
    await database.drop();
  });
});
