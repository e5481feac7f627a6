import { messagingEntities, messagingMigrations } from '@capstan/messaging';
import { createDataSource, provisionSchema, runMigrations } from '@capstan/persistence';
import { TEST_ROLE_PASSWORD, testDatabase } from '@capstan/testing';
import type { DataSource } from 'typeorm';
import { entities, migrations } from '../src/database/schema';

/** A migrated schema of this service in a database of its own. */
export interface ServiceDatabase {
  readonly url: string;
  readonly dataSource: DataSource;
  drop(): Promise<void>;
}

/** Makes a throwaway database with the real role, schema and migrations. */
export async function serviceDatabase(): Promise<ServiceDatabase> {
  const database = await testDatabase();
  const { url } = await provisionSchema({ adminUrl: database.url, service: 'capture-orchestrator', password: TEST_ROLE_PASSWORD });
  const dataSource = createDataSource({ url, service: 'capture-orchestrator', entities: [...entities, ...messagingEntities], migrations: [...migrations, ...messagingMigrations] });
  await dataSource.initialize();
  await runMigrations(dataSource);
  return {
    url,
    dataSource,
    drop: async () => {
      if (dataSource.isInitialized) {
        await dataSource.destroy();
      }
      await database.drop();
    },
  };
}
