import { messagingEntities, messagingMigrations } from '@capstan/messaging';
import { createDataSource, provisionSchema, schemaDrift } from '@capstan/persistence';
import { TEST_ROLE_PASSWORD, testDatabase } from '@capstan/testing';
import { entities, migrations } from './schema';

describe('the schema of the notifier', () => {
  it('is what the entities say, and can be taken back', async () => {
    const database = await testDatabase();
    const { url } = await provisionSchema({ adminUrl: database.url, service: 'notifier', password: TEST_ROLE_PASSWORD });
    const dataSource = createDataSource({ service: 'notifier', url, entities: [...messagingEntities, ...entities], migrations: [...messagingMigrations, ...migrations] });
    await dataSource.initialize();
    try {
      await dataSource.runMigrations();
      await expect(schemaDrift(dataSource)).resolves.toEqual([]);
      for (let undone = 0; undone < dataSource.migrations.length; undone += 1) {
        await dataSource.undoLastMigration();
      }
      await expect(dataSource.runMigrations()).resolves.toHaveLength(dataSource.migrations.length);
    } finally {
      await dataSource.destroy();
      await database.drop();
    }
  });
});
