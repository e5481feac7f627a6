import { AppError } from '@capstan/kernel';
import type { DataSource, QueryRunner } from 'typeorm';
import { MIGRATIONS_TABLE, schemaOfDataSource } from './data-source';

const EXISTS = 'SELECT to_regclass($1) IS NOT NULL AS present';

async function executedNames(runner: QueryRunner, dataSource: DataSource): Promise<Set<string>> {
  const table = `${schemaOfDataSource(dataSource)}.${MIGRATIONS_TABLE}`;
  const [found] = (await runner.query(EXISTS, [table])) as { present: boolean }[];
  if (found?.present !== true) {
    return new Set();
  }
  const rows = (await runner.query(`SELECT name FROM ${table}`)) as { name: string }[];
  return new Set(rows.map(({ name }) => name));
}

/** Names of the migrations this program has and the database has not seen, oldest first. */
export async function pendingMigrations(dataSource: DataSource): Promise<string[]> {
  const runner = dataSource.createQueryRunner();
  try {
    const executed = await executedNames(runner, dataSource);
    return dataSource.migrations.map((migration) => migration.name ?? migration.constructor.name).filter((name) => !executed.has(name));
  } finally {
    await runner.release();
  }
}

/**
 * Brings the schema up to date. TypeORM takes no lock of its own, and two that start together collide in PostgreSQL's catalogue:
 * here they go one after another, and the later one finds nothing to do.
 *
 * The lock is held on a connection of its own for the whole run: the pool must have room for two.
 * @returns the names of the migrations that ran, oldest first
 */
export async function runMigrations(dataSource: DataSource): Promise<string[]> {
  const holder = dataSource.createQueryRunner();
  const lockName = `capstan:${schemaOfDataSource(dataSource)}`;
  try {
    // Waiting for another's migrations may take longer than a statement is given.
    await holder.query('SET statement_timeout = 0');
    await holder.query('SELECT pg_advisory_lock(hashtext($1))', [lockName]);
    try {
      const executed = await dataSource.runMigrations();
      return executed.map(({ name }) => name);
    } finally {
      await holder.query('SELECT pg_advisory_unlock(hashtext($1))', [lockName]);
      await holder.query('RESET statement_timeout');
    }
  } finally {
    await holder.release();
  }
}

/**
 * Lets a service refuse to run on tables it does not know.
 * @throws AppError `SCHEMA_OUTDATED` naming what has not run
 */
export async function assertMigrated(dataSource: DataSource): Promise<void> {
  const pending = await pendingMigrations(dataSource);
  if (pending.length > 0) {
    throw new AppError('SCHEMA_OUTDATED', `The schema ${schemaOfDataSource(dataSource)} is older than this program: run its migrations first (${pending.join(', ')})`, {
      details: { pending },
    });
  }
}

/**
 * The SQL that would make the tables what the entities say. Each service tests that there is none:
 * a migration and an entity that disagree are found here and not in production.
 */
export async function schemaDrift(dataSource: DataSource): Promise<string[]> {
  const { upQueries } = await dataSource.driver.createSchemaBuilder().log();
  return upQueries.map(({ query }) => query);
}
