import { DataSource, type DataSourceOptions, type Logger } from 'typeorm';
import { DatabaseClient } from './database-client';
import { schemaOf } from './names';

/** What {@link createDataSource} needs. */
export interface DataSourceSettings {
  /** Of the service's own role. */
  url: string;
  /** The service's name; its schema and its migration lock follow from it. */
  service: string;
  entities: NonNullable<DataSourceOptions['entities']>;
  /** Hand-written classes of SQL, oldest first. */
  migrations: NonNullable<DataSourceOptions['migrations']>;
  /** Connections at most. Default 10. */
  poolSize?: number;
  /** Shown in `pg_stat_activity`. Default `capstan-<service>`. */
  applicationName?: string;
  /** A statement that takes longer is cancelled by PostgreSQL. Default 30,000. */
  statementTimeoutMs?: number;
  /** A transaction that does nothing for so long is ended by PostgreSQL, so that a hanging service cannot hold locks. Default 60,000. */
  idleInTransactionTimeoutMs?: number;
}

/** The table in which TypeORM keeps which migrations have run. */
export const MIGRATIONS_TABLE = 'migrations';

/** TypeORM would print to the console what it also throws, statements with their values included; the service logs what it catches. */
const quiet: Logger = {
  logQuery: () => undefined,
  logQueryError: () => undefined,
  logQuerySlow: () => undefined,
  logSchemaBuild: () => undefined,
  logMigration: () => undefined,
  log: () => undefined,
};

/**
 * A TypeORM data source on one schema. Nothing is connected yet (`initialize()`), and nothing is ever synchronised: migrations alone change tables.
 * Names without a schema are looked for in the service's schema only.
 */
export function createDataSource(settings: DataSourceSettings): DataSource {
  const schema = schemaOf(settings.service);
  return new DataSource({
    type: 'postgres',
    url: settings.url,
    schema,
    entities: settings.entities,
    migrations: settings.migrations,
    migrationsTableName: MIGRATIONS_TABLE,
    // Every migration in a transaction of its own: one that must not be in any (CREATE INDEX CONCURRENTLY) says so itself.
    migrationsTransactionMode: 'each',
    synchronize: false,
    migrationsRun: false,
    // The service's role may not create extensions and needs none: identifiers come from the kernel.
    installExtensions: false,
    logger: quiet,
    poolSize: settings.poolSize ?? 10,
    applicationName: settings.applicationName ?? `capstan-${settings.service}`,
    connectTimeoutMS: 10_000,
    poolErrorHandler: () => undefined,
    extra: {
      Client: DatabaseClient,
      // Given at connect, so that no connection of the pool can be without it and none pays a round trip. A plan is kept, and made
      // where tables are still small: what a disk that turns would cost must not talk it out of an index.
      options: `-c search_path=${schema} -c default_transaction_isolation=read\\ committed -c random_page_cost=1.1`,
      statement_timeout: settings.statementTimeoutMs ?? 30_000,
      idle_in_transaction_session_timeout: settings.idleInTransactionTimeoutMs ?? 60_000,
    },
  });
}

/** The service's schema, as the data source was made for it. */
export function schemaOfDataSource(dataSource: DataSource): string {
  const { schema } = dataSource.options as { schema?: string };
  return schema ?? 'public';
}
