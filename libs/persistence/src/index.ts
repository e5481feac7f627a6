export { underLock } from './advisory-lock';
export { connectionProblem, lostRace, sqlState } from './connection-problem';
export { createDataSource, type DataSourceSettings, MIGRATIONS_TABLE } from './data-source';
export { listen, type ListenOptions } from './listen';
export { assertMigrated, pendingMigrations, runMigrations, schemaDrift } from './migrations';
export { roleOf, schemaOf } from './names';
export { type ProvisionedSchema, type ProvisionOptions, provisionSchema } from './provision';
export { rows, type SqlRunner, transaction, type TransactionOptions } from './transaction';
export { bigintAsNumber } from './transformers';
