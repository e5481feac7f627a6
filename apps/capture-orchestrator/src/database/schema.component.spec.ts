import { schemaDrift } from '@capstan/persistence';
import { type ServiceDatabase, serviceDatabase } from '../../test/database';

describe('the schema of capture-orchestrator', () => {
  let database: ServiceDatabase;

  beforeAll(async () => {
    database = await serviceDatabase();
  });

  afterAll(() => database.drop());

  it('is what the entities say', async () => {
    await expect(schemaDrift(database.dataSource)).resolves.toEqual([]);
  });

  it('can be taken back and made again', async () => {
    const { dataSource } = database;
    const all = dataSource.migrations.length;
    for (let undone = 0; undone < all; undone += 1) {
      await dataSource.undoLastMigration();
    }
    const left = (await dataSource.query(`SELECT relname FROM pg_class WHERE relnamespace = 'capture_orchestrator'::regnamespace AND relkind = 'r'`)) as { relname: string }[];
    expect(left.map(({ relname }) => relname)).toEqual(['migrations']);
    await expect(dataSource.runMigrations()).resolves.toHaveLength(all);
  });
});
